import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Terminal } from "../../src/cli/command.ts";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { serveOwner } from "../../src/store/owner-socket.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import {
  deliveryRow,
  eventRow,
  messageRow,
  paymentRow,
  refundRow,
  requestRow,
  takerRow,
} from "../stores/sample-rows.ts";

const request = requestRow({
  input: {
    amount: "200.00",
    purpose: "Iphone\u001b[2J",
    customerName: "John Smith",
    customerEmail: "john@example.com",
    customerMobileNumber: "9876543210",
  },
  createdAt: Date.UTC(2026, 0, 1, 10),
});
const event = eventRow();
const completed = {
  ...event.event,
  account: "shop",
  amount: "200.00",
  source: "webhook",
  paymentId: "MOJO5a06005J21512197",
};
const instants = { occurredAt: "2026-01-01T10:01:00.000Z", observedAt: "2026-01-01T10:01:01.000Z" };

let folder: string;
let config: string;
let ledger: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "payments-cli-"));
  ledger = join(folder, "ledger.db");
  config = join(folder, "config.json");
  const shop = { name: "shop", baseUrl: "http://127.0.0.1:9", clientId: "test_one", clientSecret: "a_secret" };
  writeFileSync(config, JSON.stringify({ tier: "development", store: "sqlite:./ledger.db", accounts: [shop] }));
  const store = await openSqliteStore({ file: ledger });
  await fill(store);
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fill(store: Store): Promise<void> {
  await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, "token-one");
  await store.saveTaker(takerRow());
  await store.addRequest(request);
  await store.commit({
    request: { ...request, status: "Completed", sequence: 1, version: 2 },
    payments: [paymentRow()],
    events: [{ ...event, createdAt: Date.UTC(2026, 0, 1, 10, 1), event: { ...completed, ...instants } as never }],
    deliveries: [deliveryRow()],
  });
  await store.saveDelivery(deliveryRow({ state: "parked", attempts: 11, cause: "timeout", settledAt: 5_000 }));
  await store.saveMessage(
    messageRow({ id: "m-odd", state: "quarantined", cause: "amount", settledAt: 5_000, nextAt: 1e15 }),
  );
  await store.saveRefund(refundRow({ stage: "unknown", nextReadAt: 1e15 }));
}

async function payments(...args: string[]) {
  const lines: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = {
    env: {},
    out: (line) => void lines.push(line),
    note: (line) => void notes.push(line),
    untilStopped: async () => {},
  };
  const code = await runCommandLine(["payments", ...args, "--config", config], terminal);
  return { code, text: lines.join("\n"), notes: notes.join("\n"), json: () => JSON.parse(lines.at(-1) ?? "null") };
}

async function look<T>(read: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore({ file: ledger });
  return read(store).finally(() => store.close());
}

describe("instamojo-flow payments", () => {
  it("lists payments as a table and as JSON", async () => {
    const { code, text } = await payments("list");
    expect(code).toBe(0);
    expect(text).toContain("05f317448ad84649aa1a9c7328edb015  shop     Completed  200.00  order-1    Iphone [2J");
    expect((await payments("list", "--json")).json()).toMatchObject({
      payments: [{ reference: "order-1", status: "Completed", amount: "200.00", account: "shop" }],
      before: null,
    });
  });

  it.each([
    ["order-1", 1],
    ["iphone", 1],
    ["MOJO5a06005J21512197", 1],
    ["05f317448ad84649aa1a9c7328edb015", 1],
    ["evt_1", 1],
    ["order-2", 0],
  ])("finds %s %d times", async (text, count) => {
    expect((await payments("list", text, "--json")).json().payments).toHaveLength(count);
  });

  it("keeps to the account and the status that are asked for", async () => {
    expect((await payments("list", "--status", "failed", "--json")).json().payments).toEqual([]);
    expect(
      (await payments("list", "--status", "completed", "--account", "shop", "--json")).json().payments,
    ).toHaveLength(1);
    expect(await payments("list", "--account", "other")).toMatchObject({ code: 2 });
    expect(await payments("list", "--status", "paid")).toMatchObject({ code: 2 });
  });

  it("shows the story of a payment by any of its ids, people masked, nothing that moves the cursor", async () => {
    for (const id of [
      "05f317448ad84649aa1a9c7328edb015",
      "MOJO5a06005J21512197",
      "evt_1",
      "order-1-refund-1",
      "m-odd",
    ]) {
      const { code, text } = await payments("show", id);
      expect(code).toBe(0);
      expect(text).toMatch(/Link over ₹200\.00 asked for[\s\S]*Paid ₹200\.00\. told by a webhook and confirmed/);
      expect(text).toContain("Parked: flow-1 did not take it. Tried 11 times (timeout).");
      expect(text).toContain("Quarantined: amount differs from what Instamojo says.");
      expect(text).toContain("J… S…, j…@example.com, +91……3210");
      expect(text).not.toMatch(/John|9876543210|\p{Cc}(?<!\n)/u);
    }
    expect((await payments("show", "evt_1", "--unmask")).text).toContain("John Smith, john@example.com, +919876543210");
  });

  it("ends with 1 for an id that the ledger does not know", async () => {
    expect(await payments("show", "nothing")).toMatchObject({ code: 1, text: "" });
  });

  it("lists what waits for a person", async () => {
    const { held } = (await payments("held", "--json")).json();
    expect(held.map(({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`).sort()).toEqual([
      "delivery evt_1",
      "message m-odd",
      "refund order-1-refund-1",
    ]);
  });

  it("redelivers an event and remembers who did it", async () => {
    expect(await payments("redeliver", "evt_1", "--by", "John")).toMatchObject({ code: 0 });
    const history = await look((store) => store.history(request.tag));
    expect(history?.deliveries).toMatchObject([{ eventId: "evt_1", state: "waiting", attempts: 0 }]);
    expect(history?.decisions).toMatchObject([{ by: "John", action: "redeliver", subject: "evt_1" }]);
  });

  it("dismisses a quarantined message with a reason, once", async () => {
    const args = ["dismiss", "m-odd", "--by", "John", "--reason", "a cheaper link was paid"];
    expect(await payments(...args)).toMatchObject({ code: 0 });
    expect(await look((store) => store.messageById("m-odd"))).toMatchObject({ state: "dismissed" });
    expect(await payments(...args)).toMatchObject({ code: 1 });
  });

  it("asks again about a held message now, without a name or a reason", async () => {
    expect(await payments("recheck", "m-odd")).toMatchObject({ code: 0, text: "Done: recheck m-odd." });
    expect((await look((store) => store.messageById("m-odd")))?.nextAt).toBeLessThan(1e15);
    expect(await payments("recheck", "m-none")).toMatchObject({ code: 1 });
    expect(await payments("recheck")).toMatchObject({ code: 2 });
  });

  it("resolves a refund as not booked: its amount is free, and its id is never sent again", async () => {
    const args = [
      "resolve",
      "order-1-refund-1",
      "--not-booked",
      "--by",
      "John",
      "--reason",
      "no case in the dashboard",
    ];
    expect(await payments(...args)).toMatchObject({ code: 0 });
    const refund = await look((store) =>
      store.refundByTransaction({ account: "shop", environment: "test" }, "order-1-refund-1"),
    );
    expect(refund).toMatchObject({ stage: "refused", resolvedBy: "John", caseId: null, nextReadAt: null });
    expect((await payments("show", "order-1-refund-1")).text).toContain(
      "John decided that refund order-1-refund-1 was not booked. no case in the dashboard",
    );
    expect(await payments(...args)).toMatchObject({ code: 1 });
  });

  it("resolves a refund as booked under its case", async () => {
    const args = ["resolve", "order-1-refund-1", "--by", "John", "--reason", "seen in the dashboard"];
    expect(await payments(...args, "--case", "C5c0751269")).toMatchObject({ code: 0 });
    const refund = await look((store) =>
      store.refundByTransaction({ account: "shop", environment: "test" }, "order-1-refund-1"),
    );
    expect(refund).toMatchObject({ stage: "requested", caseId: "C5c0751269", resolvedBy: "John" });
  });

  it("forgets who paid, and remembers who asked for it", async () => {
    expect(await payments("forget", "evt_1", "--by", "John", "--reason", "the buyer asked")).toMatchObject({ code: 0 });
    const { customer, timeline } = (await payments("show", "evt_1", "--unmask", "--json")).json();
    expect(customer).toEqual({ name: null, email: null, mobileNumber: null });
    expect(timeline.at(-1)).toMatchObject({ title: "John erased the personal data", detail: "the buyer asked" });
  });

  it.each([
    [["redeliver", "evt_1"], "--by is missing"],
    [["dismiss", "m-odd", "--by", "John"], "--reason is missing"],
    [["resolve", "order-1-refund-1", "--by", "John", "--reason", "x"], "either --case"],
    [["resolve", "x", "--by", "J", "--reason", "x", "--case", "C1", "--not-booked"], "either --case"],
    [["burn", "evt_1"], "payments cannot"],
    [[], "The actions are"],
  ])("ends with 2 for %j", async (args, words) => {
    const { code, notes } = await payments(...args);
    expect(code).toBe(2);
    expect(notes).toContain(words);
  });

  it("reads beside a server that owns the ledger, and hands decisions to it", async () => {
    const owner = await openSqliteStore({ file: ledger });
    const asked: unknown[] = [];
    const socket = await serveOwner(ledger, {
      dismiss: async (args) => {
        asked.push(args);
        return { messageId: "m-odd" };
      },
    });
    try {
      expect(await payments("list")).toMatchObject({ code: 0 });
      const done = await payments("dismiss", "m-odd", "--by", "John", "--reason", "because", "--json");
      expect(done.json()).toEqual({ messageId: "m-odd" });
      expect(asked).toEqual([{ messageId: "m-odd", by: "John", reason: "because" }]);
    } finally {
      await socket.close();
      await owner.close();
    }
  });
});
