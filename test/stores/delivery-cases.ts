import { expect } from "@jest/globals";
import type { Store } from "../../src/store/store.ts";
import { deliveryRow, eventRow, requestRow, takerRow } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

/** A request with `count` events, each on its way to each of the takers; `<tag digit><sequence>` names an event. */
async function withEvents(store: Store, digit: string, count: number, takers: readonly string[] = ["flow-1"]) {
  const tag = digit.repeat(32);
  const request = requestRow({ tag, key: digit, paymentRequestId: digit.repeat(32) });
  await store.addRequest(request);
  for (const id of takers) await store.saveTaker(takerRow({ id }));
  for (let sequence = 1; sequence <= count; sequence++) {
    const eventId = `${digit}${sequence}`;
    await store.commit({
      request: { ...request, sequence, version: sequence + 1 },
      events: [eventRow({ id: eventId, tag, sequence })],
      deliveries: takers.map((takerId) => deliveryRow({ eventId, takerId, tag, sequence })),
    });
  }
}

const due = async (store: Store, now = 1_000, limit = 100) =>
  (await store.dueDeliveries(now, limit)).map(({ eventId, takerId }) => `${eventId} ${takerId}`).sort();

const settled = (digit: string, sequence: number, changes: Parameters<typeof deliveryRow>[0]) =>
  deliveryRow({ eventId: `${digit}${sequence}`, tag: digit.repeat(32), sequence, ...changes });

export const deliveryCases: readonly StoreCase[] = [
  {
    says: "shows only the first event of a request that a taker has not taken",
    async prove(ledger) {
      await withEvents(ledger.store, "a", 3);
      expect(await due(ledger.store)).toEqual(["a1 flow-1"]);
      await ledger.store.saveDelivery(settled("a", 1, { state: "taken" }));
      expect(await due(ledger.store)).toEqual(["a2 flow-1"]);
      const store = await ledger.reopen();
      expect(await due(store)).toEqual(["a2 flow-1"]);
      await store.saveDelivery(settled("a", 2, { state: "taken" }));
      await store.saveDelivery(settled("a", 3, { state: "taken" }));
      expect(await due(store)).toEqual([]);
    },
  },
  {
    says: "keeps the order of each taker and of each request by itself",
    async prove({ store }) {
      await withEvents(store, "a", 2, ["flow-1", "flow-2"]);
      await withEvents(store, "b", 2, ["flow-1"]);
      await store.saveDelivery(settled("a", 1, { state: "taken" }));
      expect(await due(store)).toEqual(["a1 flow-2", "a2 flow-1", "b1 flow-1"]);
    },
  },
  {
    says: "shows a delivery that a clock planned further ahead than any attempt is, and none that is merely late",
    async prove({ store }) {
      await withEvents(store, "a", 2);
      await withEvents(store, "b", 1);
      const hour = 3_600_000;
      await store.saveDelivery(settled("a", 1, { attempts: 1, nextAt: 24 * hour }));
      await store.saveDelivery(settled("b", 1, { attempts: 10, nextAt: 8 * hour }));
      expect(await due(store, 0)).toEqual(["a1 flow-1"]);
      expect(await due(store, 0, 1)).toEqual(["a1 flow-1"]);
      expect(await due(store, 16 * hour)).toEqual(["b1 flow-1"]);
      expect(await due(store, 24 * hour)).toEqual(["a1 flow-1", "b1 flow-1"]);
    },
  },
  {
    says: "holds the successors of an event that waits for its next attempt",
    async prove({ store }) {
      await withEvents(store, "a", 2);
      await store.saveDelivery(settled("a", 1, { attempts: 1, nextAt: 5_000 }));
      expect(await due(store, 4_999)).toEqual([]);
      expect(await due(store, 5_000)).toEqual(["a1 flow-1"]);
    },
  },
  {
    says: "holds the successors of a parked event for ever, and nobody else",
    async prove({ store }) {
      await withEvents(store, "a", 2, ["flow-1", "flow-2"]);
      await withEvents(store, "b", 1);
      await store.saveDelivery(settled("a", 1, { state: "parked" }));
      expect(await due(store, Number.MAX_SAFE_INTEGER)).toEqual(["a1 flow-2", "b1 flow-1"]);
      await store.saveDelivery(settled("a", 1, { state: "waiting" }));
      expect(await due(store)).toEqual(["a1 flow-1", "a1 flow-2", "b1 flow-1"]);
    },
  },
  {
    says: "lists the most overdue delivery first, at most as many as asked for",
    async prove({ store }) {
      for (const digit of ["a", "b", "c"]) await withEvents(store, digit, 1);
      await store.saveDelivery(settled("a", 1, { nextAt: 30 }));
      await store.saveDelivery(settled("b", 1, { nextAt: 10 }));
      await store.saveDelivery(settled("c", 1, { nextAt: 20 }));
      const ids = async (limit: number) => (await store.dueDeliveries(1_000, limit)).map(({ eventId }) => eventId);
      expect(await ids(10)).toEqual(["b1", "c1", "a1"]);
      expect(await ids(2)).toEqual(["b1", "c1"]);
    },
  },
  {
    says: "keeps takers, replaces one under its id and forgets one for good",
    async prove(ledger) {
      await ledger.store.saveTaker(takerRow());
      await ledger.store.saveTaker(takerRow({ id: "flow-2", accounts: ["shop"], refundUpdates: true }));
      await ledger.store.saveTaker(takerRow({ statuses: ["Failed"] }));
      const store = await ledger.reopen();
      expect([...(await store.takers())].sort((left, right) => (left.id < right.id ? -1 : 1))).toEqual([
        takerRow({ statuses: ["Failed"] }),
        takerRow({ id: "flow-2", accounts: ["shop"], refundUpdates: true }),
      ]);
      await store.forgetTaker("flow-1");
      await store.forgetTaker("never-there");
      expect(await (await ledger.reopen()).takers()).toEqual([
        takerRow({ id: "flow-2", accounts: ["shop"], refundUpdates: true }),
      ]);
    },
  },
  {
    says: "drops what is on its way to a forgotten taker, parked or waiting, and nothing of another's",
    async prove({ store }) {
      await withEvents(store, "a", 2, ["flow-1", "flow-2"]);
      await store.saveTaker(takerRow());
      await store.saveDelivery(settled("a", 1, { state: "parked" }));
      await store.forgetTaker("flow-1");
      expect(await due(store, Number.MAX_SAFE_INTEGER)).toEqual(["a1 flow-2"]);
    },
  },
  {
    says: "does not bring a dropped delivery back when the attempt that was under way ends",
    async prove({ store }) {
      await withEvents(store, "a", 1);
      await store.forgetTaker("flow-1");
      await store.saveDelivery(settled("a", 1, { attempts: 1 }));
      expect(await due(store, Number.MAX_SAFE_INTEGER)).toEqual([]);
    },
  },
  {
    says: "leaves a delivery out whose taker was forgotten since the change was decided, and keeps its event as unclaimed",
    async prove({ store }) {
      await withEvents(store, "a", 1, ["flow-1", "flow-2"]);
      await store.forgetTaker("flow-1");
      const request = requestRow({ tag: "a".repeat(32), key: "a", paymentRequestId: "a".repeat(32) });
      const late = (eventId: string, sequence: number, takers: readonly string[]) =>
        store.commit({
          request: { ...request, sequence, version: sequence + 1 },
          events: [eventRow({ id: eventId, tag: request.tag, sequence })],
          deliveries: takers.map((takerId) => deliveryRow({ eventId, takerId, tag: request.tag, sequence })),
        });
      expect(await late("a2", 2, ["flow-1"])).toBe(true);
      expect(await late("a3", 3, ["flow-1", "flow-2"])).toBe(true);
      expect(await due(store, Number.MAX_SAFE_INTEGER)).toEqual(["a1 flow-2"]);
      expect(await store.eventById("a2")).toMatchObject({ unclaimed: "no-taker" });
      expect(await store.eventById("a3")).not.toHaveProperty("unclaimed");
      expect(await store.undelivered(10)).toMatchObject({ waiting: 2, parked: 0, unclaimed: { "no-taker": 1 } });
    },
  },
  {
    says: "calls an event unclaimed when its last taker is forgotten, but not one that was taken or is another's too",
    async prove({ store }) {
      await withEvents(store, "a", 2, ["flow-1"]);
      await withEvents(store, "b", 1, ["flow-1", "flow-2"]);
      await store.saveDelivery(settled("a", 1, { state: "taken" }));
      await store.forgetTaker("flow-1");
      expect((await store.eventById("a1"))?.unclaimed).toBeUndefined();
      expect((await store.eventById("a2"))?.unclaimed).toBe("no-taker");
      expect((await store.eventById("b1"))?.unclaimed).toBeUndefined();
    },
  },
  {
    says: "shows what is due for one taker alone",
    async prove({ store }) {
      await withEvents(store, "a", 1, ["flow-1", "flow-2"]);
      expect(await store.dueDeliveries(1_000, 10, "flow-2")).toMatchObject([{ takerId: "flow-2" }]);
      expect(await store.dueDeliveries(1_000, 10, "flow-3")).toEqual([]);
    },
  },
  {
    says: "sends the chain again from its parked event on, in order, whichever of its events is named",
    async prove({ store }) {
      for (const [digit, named] of [
        ["a", 1],
        ["b", 3],
      ] as const) {
        await withEvents(store, digit, 3);
        await store.saveDelivery(settled(digit, 1, { state: "parked", attempts: 11, cause: "timeout", nextAt: 9 }));
        const sent = await store.redeliver(`${digit}${named}`, [], 5_000);
        expect(sent).toMatchObject([{ eventId: `${digit}${named}`, state: "waiting", attempts: 0 }]);
        for (const sequence of [1, 2, 3]) {
          expect(await due(store, 4_999)).toEqual([]);
          expect(await due(store, 5_000)).toEqual([`${digit}${sequence} flow-1`]);
          await store.saveDelivery(settled(digit, sequence, { state: "taken" }));
        }
      }
    },
  },
  {
    says: "sends a taken event again before what its request still owes, and nothing else that was taken",
    async prove({ store }) {
      await withEvents(store, "a", 3);
      for (const sequence of [1, 2]) await store.saveDelivery(settled("a", sequence, { state: "taken" }));
      await store.redeliver("a1", [], 1_000);
      expect(await due(store)).toEqual(["a1 flow-1"]);
      await store.saveDelivery(settled("a", 1, { state: "taken" }));
      expect(await due(store)).toEqual(["a3 flow-1"]);
    },
  },
  {
    says: "sends an unclaimed event to known takers that want it now, and knows nothing of an unknown event",
    async prove({ store }) {
      await withEvents(store, "a", 1);
      await store.forgetTaker("flow-1");
      expect(await store.redeliver("a1", [], 1_000)).toEqual([]);
      expect((await store.eventById("a1"))?.unclaimed).toBe("no-taker");
      await store.saveTaker(takerRow({ id: "flow-2" }));
      expect(await store.redeliver("a1", ["flow-1", "flow-2"], 1_000)).toMatchObject([{ takerId: "flow-2" }]);
      expect((await store.eventById("a1"))?.unclaimed).toBeUndefined();
      expect(await due(store)).toEqual(["a1 flow-2"]);
      expect(await store.redeliver("none", ["flow-2"], 1_000)).toBeNull();
    },
  },
  {
    says: "lists what did not reach anybody: parked deliveries with what they hold, and the numbers",
    async prove(ledger) {
      await withEvents(ledger.store, "a", 3);
      await withEvents(ledger.store, "b", 1);
      await ledger.store.saveDelivery(settled("a", 1, { state: "taken" }));
      await ledger.store.saveDelivery(settled("a", 2, { state: "parked", attempts: 11, nextAt: 7 }));
      const request = requestRow({ tag: "c".repeat(32), key: "c", paymentRequestId: "c".repeat(32) });
      await ledger.store.addRequest(request);
      await ledger.store.commit({
        request: { ...request, sequence: 1, version: 2 },
        events: [eventRow({ id: "c1", tag: request.tag, unclaimed: "inactive" })],
      });
      const undelivered = await (await ledger.reopen()).undelivered(10);
      expect(undelivered).toMatchObject({
        waiting: 2,
        parked: 1,
        unclaimed: { "no-taker": 0, inactive: 1 },
        chains: [{ parked: { eventId: "a2", attempts: 11 }, held: [{ eventId: "a3" }] }],
      });
      expect(undelivered.chains).toHaveLength(1);
      expect((await ledger.store.undelivered(0)).chains).toEqual([]);
    },
  },
];
