import { describe, expect, it } from "@jest/globals";
import { startDeliveries } from "../../src/payments/deliveries.ts";
import { openTakers } from "../../src/payments/takers.ts";
import type { Taker } from "../../src/runtime/host.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";
import { accountRow, deliveryRow, eventRow, requestRow } from "../stores/sample-rows.ts";

/** What the ledger's thread needs several turns for has happened when `isTrue` says so. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (await isTrue()) return;
    await settleAll();
  }
  throw new Error("It never came true.");
}

/** Takers in a ledger, with events of requests that are named by a digit; `a2` is the second event of the request a. */
async function start(takers: readonly Taker[], requests: Readonly<Record<string, number>>) {
  const clock = manualClock(1_000);
  const store = await openSqliteStore({ file: ":memory:" });
  const known = await openTakers(store);
  for (const taker of takers) await known.add(taker);
  await store.openAccount(accountRow(), "token");
  for (const [digit, count] of Object.entries(requests)) {
    const tag = digit.repeat(32);
    const request = requestRow({ tag, key: digit, paymentRequestId: tag });
    await store.addRequest(request);
    for (let sequence = 1; sequence <= count; sequence++) {
      const row = eventRow({ id: `${digit}${sequence}`, tag, sequence });
      await store.commit({
        request: { ...request, sequence, version: sequence + 1 },
        events: [{ ...row, event: { ...row.event, account: "shop" } }],
        deliveries: takers.map(({ id }) => deliveryRow({ eventId: row.id, takerId: id, tag, sequence })),
      });
    }
  }
  const deliveries = startDeliveries({ store, takers: known, clock, logger: silentLogger });
  return { clock, store, takers: known, deliveries };
}

describe("what is on its way to several takers", () => {
  it("is not held up by one that hangs: it only fills its own places", async () => {
    const hung: string[] = [];
    const taken: string[] = [];
    const hangs: Taker = {
      id: "hangs",
      width: 2,
      deliver: (event) => new Promise(() => void hung.push(event.id)),
    };
    const takes: Taker = { id: "takes", deliver: async (event) => void taken.push(event.id) };
    const { deliveries, clock } = await start([hangs, takes], { a: 1, b: 1, c: 1, d: 1 });
    deliveries.wake();
    await until(() => taken.length === 4);
    expect(hung).toHaveLength(2);
    const stopping = deliveries.stop();
    await clock.advance(5_000);
    await stopping;
  });

  it("is given up after five seconds when everything ends, is not counted, and comes after the next start", async () => {
    const hung: string[] = [];
    const hangs: Taker = { id: "hangs", deliver: (event) => new Promise(() => void hung.push(event.id)) };
    const { deliveries, clock, store } = await start([hangs], { a: 1 });
    deliveries.wake();
    await until(() => hung.length === 1);
    let hasStopped = false;
    const stopping = deliveries.stop().then(() => {
      hasStopped = true;
    });
    await clock.advance(4_999);
    expect(hasStopped).toBe(false);
    await clock.advance(1);
    await stopping;
    expect(await store.dueDeliveries(1_000, 10)).toMatchObject([{ eventId: "a1", attempts: 0 }]);
    expect(clock.waiting()).toBe(0);
  });

  it("is one attempt per request at a time, also when an earlier event is sent again meanwhile", async () => {
    const ends: (() => void)[] = [];
    const begun: string[] = [];
    const slow: Taker = {
      id: "slow",
      deliver: (event) => {
        begun.push(event.id);
        return new Promise((resolve) => void ends.push(resolve));
      },
    };
    const { deliveries, store } = await start([slow], { a: 2 });
    deliveries.wake();
    await until(() => begun.length === 1);
    ends.shift()?.();
    await until(() => begun.length === 2);
    expect(await deliveries.redeliver("a1")).toEqual(["slow"]);
    deliveries.wake();
    for (let turn = 0; turn < 200; turn++) await settleAll();
    expect(begun).toEqual(["a1", "a2"]);
    ends.shift()?.();
    await until(() => begun.length === 3);
    expect(begun).toEqual(["a1", "a2", "a1"]);
    ends.shift()?.();
    await until(async () => (await store.dueDeliveries(Number.MAX_SAFE_INTEGER, 10)).length === 0);
    await deliveries.stop();
    expect(begun).toHaveLength(3);
  });

  it("is not looked for while nobody listens", async () => {
    const taker: Taker = { id: "away", deliver: async () => {} };
    const { deliveries, clock, takers, store } = await start([], {});
    let looks = 0;
    const { dueDeliveries } = store;
    store.dueDeliveries = (...args) => {
      looks++;
      return dueDeliveries(...args);
    };
    await takers.add(taker);
    deliveries.wake();
    await until(() => looks > 0);
    takers.pause(taker);
    const before = looks;
    await clock.advance(10_000);
    deliveries.wake();
    await clock.advance(10_000);
    expect(looks).toBe(before);
    await takers.forget("away");
    deliveries.wake();
    await until(() => clock.waiting() === 0);
    await deliveries.stop();
  });

  it("of an unknown event cannot be sent again, and says so", async () => {
    const { deliveries } = await start([], {});
    await expect(deliveries.redeliver("evt_none")).rejects.toMatchObject({ code: "not_found" });
    await deliveries.stop();
  });
});
