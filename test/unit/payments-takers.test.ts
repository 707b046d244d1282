import { describe, expect, it } from "@jest/globals";
import { openTakers, wants } from "../../src/payments/takers.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { takerRow } from "../stores/sample-rows.ts";

const completed = { account: "shop", status: "Completed", reason: null } as const;
const deliver = async () => {};

describe("a taker", () => {
  it.each([
    ["its status", {}, completed, true],
    ["another status", {}, { ...completed, status: "Failed" }, false],
    ["its account", { accounts: ["shop"] }, completed, true],
    ["another account", { accounts: ["store"] }, completed, false],
    ["one of its accounts", { accounts: ["store", "shop"] }, completed, true],
    ["a duplicate payment", {}, { ...completed, reason: "duplicate" }, true],
    ["no status at all", { statuses: [] }, completed, false],
    ["a refund that moves no money", {}, { ...completed, reason: "refund-requested" }, false],
    ["a refund that was denied", {}, { ...completed, reason: "refund-denied" }, false],
    [
      "a refund that moves no money, asked for",
      { refundUpdates: true },
      { ...completed, reason: "refund-denied" },
      true,
    ],
    [
      "a refund that moves no money, asked for beside other statuses",
      { refundUpdates: true, statuses: ["Failed"] },
      { ...completed, reason: "refund-withdrawn" },
      true,
    ],
    [
      "a refund that moves no money, asked for of another account",
      { refundUpdates: true, accounts: ["store"] },
      { ...completed, reason: "refund-closed" },
      false,
    ],
    [
      "money that went back",
      { statuses: ["Refunded"] },
      { account: "shop", status: "Refunded", reason: "partial" },
      true,
    ],
    [
      "money that went back, not asked for",
      { refundUpdates: true },
      { account: "shop", status: "Refunded", reason: "full" },
      false,
    ],
  ] as const)("is asked about %s", (_, row, event, isWanted) => {
    expect(wants(takerRow(row as Parameters<typeof takerRow>[0]), event)).toBe(isWanted);
  });
});

describe("the takers of an installation", () => {
  it("hear of what is on by default, of every account and of no refund news", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    const takers = await openTakers(store);
    await takers.add({ id: "flow-1", deliver });
    expect(await store.takers()).toEqual([
      takerRow({ statuses: ["Completed", "Failed", "Refunded", "Cancelled"], accounts: [], refundUpdates: false }),
    ]);
  });

  it("are known after a restart, though they do not listen yet", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    await (await openTakers(store)).add({ id: "flow-1", statuses: ["Completed"], refundUpdates: true, deliver });
    const takers = await openTakers(store);
    expect(takers.wanting(completed)).toEqual(["flow-1"]);
    expect(takers.wanting({ ...completed, reason: "refund-denied" })).toEqual(["flow-1"]);
    expect(takers.listening("flow-1")).toBeUndefined();
  });

  it("are replaced under their id, paused and forgotten", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    const takers = await openTakers(store);
    const first = { id: "flow-1", deliver };
    const second = { id: "flow-1", statuses: ["Failed"], accounts: ["shop"], deliver };
    await takers.add(first);
    expect(takers.listening("flow-1")).toBe(first);
    await takers.add(second);
    expect(takers.listening("flow-1")).toBe(second);
    expect(takers.wanting(completed)).toEqual([]);
    expect(takers.wanting({ ...completed, status: "Failed" })).toEqual(["flow-1"]);
    takers.pause(first);
    expect(takers.listening("flow-1")).toBe(second);
    takers.pause(second);
    expect(takers.listening("flow-1")).toBeUndefined();
    expect(takers.allListening()).toEqual([]);
    expect(takers.isKnown("flow-1")).toBe(true);
    expect(takers.wanting({ ...completed, status: "Failed" })).toEqual(["flow-1"]);
    await takers.forget("flow-1");
    expect(takers.wanting({ ...completed, status: "Failed" })).toEqual([]);
    expect(await store.takers()).toEqual([]);
  });

  it("that no longer exist are forgotten together", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    for (const id of ["flow-1", "flow-2", "flow-3"]) await (await openTakers(store)).add({ id, deliver });
    const takers = await openTakers(store);
    await takers.forgetOthers(["flow-2", "flow-9"]);
    expect(takers.wanting(completed)).toEqual(["flow-2"]);
    expect(await store.takers()).toMatchObject([{ id: "flow-2" }]);
  });

  it("are wanting from the moment the ledger knows them, so that nothing is decided for one that it does not know", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    const saved = Promise.withResolvers<void>();
    const takers = await openTakers({ ...store, saveTaker: () => saved.promise });
    const adding = takers.add({ id: "flow-1", deliver });
    expect(takers.wanting(completed)).toEqual([]);
    saved.resolve();
    await adding;
    expect(takers.wanting(completed)).toEqual(["flow-1"]);
  });
});
