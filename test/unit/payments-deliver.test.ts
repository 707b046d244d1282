import { describe, expect, it } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { createDeliverWork } from "../../src/payments/deliver.ts";
import { openTakers } from "../../src/payments/takers.ts";
import type { Taker } from "../../src/runtime/host.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import type { DeliveryRow } from "../../src/store/rows.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";
import { deliveryRow, eventRow, requestRow } from "../stores/sample-rows.ts";

/** One event on its way to one taker, with real rows and a clock that stands. */
async function onItsWay(deliver: Taker["deliver"], startMs = 1_000) {
  const clock = manualClock(startMs);
  const store = await openSqliteStore({ file: ":memory:" });
  const takers = await openTakers(store);
  await takers.add({ id: "flow-1", deliver });
  await store.addRequest(requestRow());
  await store.commit({
    request: { ...requestRow(), version: 2 },
    events: [eventRow(), eventRow({ id: "evt_2", sequence: 2 })],
    deliveries: [deliveryRow(), deliveryRow({ eventId: "evt_2", sequence: 2 })],
  });
  const logged: [string, LogFields | undefined][] = [];
  const log = (message: string, fields?: LogFields) => void logged.push([message, fields]);
  const work = createDeliverWork({ store, takers, clock, logger: { ...silentLogger, warn: log, error: log } });
  const due = (now = clock.now()) => store.dueDeliveries(now, 10);
  /** Works on the one delivery that is due now. */
  const attempt = async () => {
    const [delivery] = await due();
    await work(delivery as DeliveryRow);
  };
  return { clock, store, takers, logged, work, due, attempt };
}

const failing = async () => {
  throw new TypeError("the taker's own words");
};

describe("a delivery", () => {
  it("that was taken makes room for the next event of the request", async () => {
    const taken: string[] = [];
    const { due, attempt } = await onItsWay(async (event) => void taken.push(event.id));
    expect((await due()).map(({ eventId }) => eventId)).toEqual(["evt_1"]);
    await attempt();
    expect((await due()).map(({ eventId }) => eventId)).toEqual(["evt_2"]);
    await attempt();
    expect(await due()).toEqual([]);
    expect(taken).toEqual(["evt_1", "evt_2"]);
  });

  it("hands out a copy, so that a taker changes nothing of ours", async () => {
    const held = eventRow();
    const { attempt, store } = await onItsWay(async (event) => {
      (event as { status: string }).status = "Failed";
    });
    store.eventById = async () => held;
    await attempt();
    expect(held.event.status).toBe("Completed");
  });

  it("is tried again after ever longer pauses and then parked, with its successors held", async () => {
    const { clock, due, attempt, logged } = await onItsWay(failing, 0);
    await clock.advance(1_000);
    const pauses: number[] = [];
    for (;;) {
      await attempt();
      const [next] = await due(Number.MAX_SAFE_INTEGER);
      if (!next) break;
      expect(next.eventId).toBe("evt_1");
      pauses.push(next.nextAt - clock.now());
      expect(await due(next.nextAt - 1)).toEqual([]);
      await clock.advance(next.nextAt - clock.now());
    }
    expect(pauses).toEqual([
      1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000,
    ]);
    expect(logged).toHaveLength(11);
    const fields = { eventId: "evt_1", taker: "flow-1", cause: "TypeError" };
    expect(logged[0]).toEqual(["An event could not be delivered and is tried again.", { ...fields, attempt: 1 }]);
    expect(logged[10]).toEqual(["An event could not be delivered and is parked.", { ...fields, attempt: 11 }]);
    expect(JSON.stringify(logged)).not.toContain("own words");
  });

  it("is not mended by a late answer: a taker that hangs counts as failed after 30 seconds", async () => {
    const answer = Promise.withResolvers<void>();
    const { clock, due, attempt, logged } = await onItsWay(() => answer.promise);
    let isDone = false;
    const running = attempt().then(() => {
      isDone = true;
    });
    await clock.advance(29_999);
    expect(isDone).toBe(false);
    await clock.advance(1);
    await running;
    expect(logged[0]?.[1]).toMatchObject({ cause: "timeout", attempt: 1 });
    answer.resolve();
    await settleAll();
    expect((await due(Number.MAX_SAFE_INTEGER))[0]).toMatchObject({ eventId: "evt_1", attempts: 1, nextAt: 32_000 });
  });

  it("leaves no timer behind", async () => {
    const { clock, attempt } = await onItsWay(async () => {});
    await attempt();
    expect(clock.waiting()).toBe(0);
  });

  it.each<[string, () => Promise<void>, string]>([
    [
      "throws before it promises",
      () => {
        throw new RangeError("no");
      },
      "RangeError",
    ],
    ["rejects with no error", () => Promise.reject("text"), "string"],
    ["rejects with nothing", () => Promise.reject(), "undefined"],
  ])("to a taker that %s is tried again", async (_, deliver, cause) => {
    const { attempt, due, logged } = await onItsWay(deliver);
    await attempt();
    expect(logged[0]?.[1]).toMatchObject({ cause });
    expect(await due(2_000)).toMatchObject([{ eventId: "evt_1", attempts: 1, nextAt: 2_000 }]);
  });

  it("to a taker that does not listen now is left as it is", async () => {
    const taken: PaymentStatusEvent[] = [];
    const taker = { id: "flow-1", deliver: async (event: PaymentStatusEvent) => void taken.push(event) };
    const { takers, attempt, due, logged } = await onItsWay(taker.deliver);
    takers.pause(takers.listening("flow-1") as Taker);
    const before = await due();
    await attempt();
    expect(await due()).toEqual(before);
    expect(taken).toEqual([]);
    expect(logged).toEqual([]);
    await takers.add(taker);
    await attempt();
    expect(taken.map(({ id }) => id)).toEqual(["evt_1"]);
  });

  it("that fails because its taker stopped listening in the middle does not count as an attempt", async () => {
    const { takers, attempt, due, logged } = await onItsWay(async () => {
      takers.pause(takers.listening("flow-1") as Taker);
      throw new Error("redeployed");
    });
    await attempt();
    expect(await due()).toMatchObject([{ eventId: "evt_1", attempts: 0, state: "waiting" }]);
    expect(logged).toEqual([]);
  });

  it("may take as long as its taker says", async () => {
    const { clock, takers, attempt, logged } = await onItsWay(async () => {});
    await takers.add({ id: "flow-1", timeoutMs: 120_000, deliver: () => new Promise(() => {}) });
    const running = attempt();
    await clock.advance(119_999);
    expect(logged).toEqual([]);
    await clock.advance(1);
    await running;
    expect(logged[0]?.[1]).toMatchObject({ cause: "timeout" });
  });

  it("tells its taker when nobody waits for the answer any more", async () => {
    let seen: AbortSignal | undefined;
    const { clock, takers, attempt } = await onItsWay(async () => {});
    await takers.add({
      id: "flow-1",
      deliver: (_event, signal) => {
        seen = signal;
        return new Promise(() => {});
      },
    });
    const running = attempt();
    await clock.advance(29_999);
    expect(seen?.aborted).toBe(false);
    await clock.advance(1);
    await running;
    expect(seen?.aborted).toBe(true);
  });

  it("ends with a taker that is forgotten, also in the middle of an attempt", async () => {
    const { takers, attempt, due } = await onItsWay(async () => {
      await takers.forget("flow-1");
      throw new Error("gone");
    });
    await attempt();
    expect(await due(Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  it("of an event that is not there counts as a failed attempt, and nobody is bothered", async () => {
    const taken: unknown[] = [];
    const { work, logged } = await onItsWay(async (event) => void taken.push(event));
    await work(deliveryRow({ eventId: "evt_none" }));
    expect(taken).toEqual([]);
    expect(logged[0]?.[1]).toMatchObject({ eventId: "evt_none", cause: "missing" });
  });
});
