import { expect } from "@jest/globals";
import type { Change, Store } from "../../src/store/store.ts";
import { deliveryRow, eventRow, paymentRow, refundRow, requestRow, shopAccount, takerRow } from "./sample-rows.ts";
import { faultOf, type StoreCase } from "./store-case.ts";

const before = requestRow();

const whole = {
  request: { ...before, status: "Completed", sequence: 1, version: 2, nextReadAt: 500 },
  payments: [paymentRow(), paymentRow({ paymentId: "MOJO5a06005J21512198", state: "failed", fees: null })],
  refunds: [refundRow({ stage: "requested", caseId: "C5c0751269", nextReadAt: 600 })],
  events: [eventRow()],
  deliveries: [deliveryRow()],
} satisfies Change;

/** All that a store shows of what `whole` would change. */
const shown = async (store: Store) => ({
  snapshot: await store.snapshot(before.tag),
  event: await store.eventById("evt_1"),
  deliveries: await store.dueDeliveries(10_000, 100),
  dueRequests: await store.dueRequests(shopAccount, 10_000, 100),
  dueRefunds: await store.dueRefunds(10_000, 100),
});

const afterWhole = {
  snapshot: { request: whole.request, payments: whole.payments, refunds: whole.refunds },
  event: whole.events[0],
  deliveries: whole.deliveries,
  dueRequests: [whole.request],
  dueRefunds: whole.refunds,
};

export const changeCases: readonly StoreCase[] = [
  {
    says: "applies every part of a change, for good",
    async prove(ledger) {
      await ledger.store.addRequest(before);
      await ledger.store.saveTaker(takerRow());
      expect(await ledger.store.commit(whole)).toBe(true);
      expect(await shown(ledger.store)).toEqual(afterWhole);
      expect(await shown(await ledger.reopen())).toEqual(afterWhole);
    },
  },
  {
    says: "applies a change of the request alone",
    async prove({ store }) {
      await store.addRequest(before);
      expect(await store.commit({ request: { ...before, version: 2, status: "Failed" } })).toBe(true);
      expect(await store.requestByTag(before.tag)).toMatchObject({ version: 2, status: "Failed" });
    },
  },
  {
    says: "refuses a change that was decided on an older or newer version, and stores nothing of it",
    async prove({ store }) {
      await store.addRequest(before);
      await store.saveTaker(takerRow());
      const moved = { ...before, version: 2, status: "Failed" } as const;
      await store.commit({ request: moved });
      const untouched = await shown(store);
      for (const version of [1, 2, 4]) {
        expect(await store.commit({ ...whole, request: { ...whole.request, version } })).toBe(false);
        expect(await shown(store)).toEqual(untouched);
      }
    },
  },
  {
    says: "refuses a change of a request that it does not have",
    async prove({ store }) {
      expect(await store.commit({ request: { ...before, version: 2 } })).toBe(false);
      expect(await store.commit({ request: { ...before, version: 1 } })).toBe(false);
      expect(await store.requestByTag(before.tag)).toBeNull();
    },
  },
  {
    says: "lets exactly one of many parallel changes of one version through",
    async prove({ store }) {
      await store.addRequest(before);
      const changes = Array.from({ length: 10 }, (_, index) =>
        store.commit({
          request: { ...before, version: 2, sequence: 1 },
          events: [eventRow({ id: `evt_${index}` })],
        }),
      );
      expect((await Promise.all(changes)).filter((isApplied) => isApplied)).toHaveLength(1);
      const events = await Promise.all(changes.map((_, index) => store.eventById(`evt_${index}`)));
      expect(events.filter((event) => event !== null)).toHaveLength(1);
    },
  },
  ...(
    [
      ["a delivery of an event that is nowhere", { deliveries: [deliveryRow({ eventId: "evt_none" })] }],
      ["an event with the sequence of another one", { events: [eventRow(), eventRow({ id: "evt_2" })] }],
      ["a payment of a request that is nowhere", { payments: [paymentRow(), paymentRow({ tag: "f".repeat(32) })] }],
    ] as const
  ).map(
    ([part, broken]): StoreCase => ({
      says: `stores nothing of a change that holds ${part}`,
      async prove(ledger) {
        await ledger.store.addRequest(before);
        await ledger.store.saveTaker(takerRow());
        const untouched = await shown(ledger.store);
        const fault = await faultOf(() => ledger.store.commit({ ...whole, ...broken } as Change));
        expect(fault).toMatchObject({ code: "store_unavailable", outcome: "not-applied", retryable: true });
        expect(await shown(ledger.store)).toEqual(untouched);
        expect(await shown(await ledger.reopen())).toEqual(untouched);
        expect(await ledger.store.commit(whole)).toBe(true);
      },
    }),
  ),
  {
    says: "tells an event once, when a change brings it again",
    async prove({ store }) {
      await store.addRequest(before);
      await store.saveTaker(takerRow());
      await store.commit(whole);
      await store.saveDelivery(deliveryRow({ state: "taken" }));
      const again = {
        request: { ...whole.request, sequence: 2, version: 3, status: "Refunded" },
        events: [eventRow({ sequence: 2 }), eventRow({ id: "evt_2", sequence: 2 })],
        deliveries: [deliveryRow({ sequence: 2 }), deliveryRow({ eventId: "evt_2", sequence: 2 })],
      } satisfies Change;
      expect(await store.commit(again)).toBe(true);
      expect(await store.requestByTag(before.tag)).toEqual(again.request);
      expect(await store.eventById("evt_1")).toEqual(eventRow());
      expect(await store.dueDeliveries(10_000, 10)).toEqual([deliveryRow({ eventId: "evt_2", sequence: 2 })]);
    },
  },
  {
    says: "never lets an event id of one request be said of another",
    async prove({ store }) {
      const other = requestRow({ tag: "b".repeat(32), key: "2", paymentRequestId: "2".repeat(32) });
      await store.addRequest(before);
      await store.saveTaker(takerRow());
      await store.addRequest(other);
      await store.commit(whole);
      const stolen = { request: { ...other, version: 2 }, events: [eventRow({ tag: other.tag })] };
      expect((await faultOf(() => store.commit(stolen))).code).toBe("store_unavailable");
      expect(await store.requestByTag(other.tag)).toEqual(other);
      expect(await store.eventById("evt_1")).toEqual(whole.events[0]);
    },
  },
  {
    says: "changes a payment that it knows in its place, and keeps payments in the order they came",
    async prove({ store }) {
      await store.addRequest(before);
      const [first, second] = ["MOJO5a06005J21512199", "MOJO5a06005J21512190"].map((paymentId) =>
        paymentRow({ paymentId, state: "open" }),
      ) as [ReturnType<typeof paymentRow>, ReturnType<typeof paymentRow>];
      await store.commit({ request: { ...before, version: 2 }, payments: [first] });
      await store.commit({ request: { ...before, version: 3 }, payments: [second] });
      await store.commit({ request: { ...before, version: 4 }, payments: [{ ...first, state: "paid" }] });
      expect((await store.snapshot(before.tag))?.payments).toEqual([{ ...first, state: "paid" }, second]);
    },
  },
  {
    says: "shows in a snapshot only what belongs to the request",
    async prove({ store }) {
      const other = requestRow({ tag: "b".repeat(32), key: "2", paymentRequestId: "2".repeat(32) });
      await store.addRequest(before);
      await store.addRequest(other);
      await store.saveTaker(takerRow());
      await store.commit(whole);
      await store.saveRefund(refundRow({ transactionId: "elsewhere", tag: null }));
      expect(await store.snapshot(other.tag)).toEqual({ request: other, payments: [], refunds: [] });
      expect((await store.snapshot(before.tag))?.refunds).toEqual(whole.refunds);
      expect(await store.refundsOfPayment(shopAccount, whole.refunds[0]?.paymentId as string)).toHaveLength(2);
    },
  },
];
