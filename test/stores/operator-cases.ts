import { expect } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Store } from "../../src/store/store.ts";
import { deliveryRow, eventRow, messageRow, paymentRow, refundRow, requestRow, takerRow } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

const tagOf = (index: number) => index.toString(16).padStart(32, "0");
const ofIndex = (index: number, changes: Parameters<typeof requestRow>[0] = {}) =>
  requestRow({ tag: tagOf(index), key: `key ${index}`, paymentRequestId: `${tagOf(index)}`, ...changes });

async function searched(store: Store, search: Omit<Parameters<Store["searchRequests"]>[0], "limit">, limit = 2) {
  const tags: string[] = [];
  let before: number | null = Number.MAX_SAFE_INTEGER;
  do {
    const page = await store.searchRequests({ ...search, limit, before });
    expect(page.requests.length).toBeLessThanOrEqual(limit);
    tags.push(...page.requests.map(({ tag }) => tag));
    before = page.before;
  } while (before !== null);
  return tags.map((tag) => Number.parseInt(tag, 16));
}

/** One request with everything that a story can have. */
async function lived(store: Store) {
  await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, "token-one");
  const request = requestRow();
  await store.addRequest(request);
  await store.saveTaker(takerRow());
  const event = { id: "evt_1", account: "shop", status: "Completed", customer: { name: "John" } };
  await store.commit({
    request: { ...request, version: 2, sequence: 2, status: "Completed" },
    payments: [paymentRow()],
    refunds: [refundRow({ stage: "requested", caseId: "C5c0751269" })],
    events: [
      eventRow({ event: event as unknown as PaymentStatusEvent, createdAt: 1_200 }),
      eventRow({ id: "evt_2", sequence: 2 }),
    ],
    deliveries: [deliveryRow(), deliveryRow({ eventId: "evt_2", sequence: 2 })],
  });
  const late = messageRow({ id: "m-2", receivedAt: 2_000 });
  const early = messageRow({ id: "m-1", receivedAt: 1_000 });
  await store.recordMessage(late);
  await store.recordMessage(early);
  await store.saveMessage({ ...early, state: "done", settledAt: 1_100 });
  return { request, late, early: { ...early, state: "done", settledAt: 1_100 } };
}

export const operatorCases: readonly StoreCase[] = [
  {
    says: "finds requests the newest first, page by page, each once",
    async prove({ store }) {
      for (const index of [1, 2, 3, 4, 5]) await store.addRequest(ofIndex(index));
      expect(await searched(store, {})).toEqual([5, 4, 3, 2, 1]);
      expect(await searched(store, {}, 5)).toEqual([5, 4, 3, 2, 1]);
    },
  },
  {
    says: "finds requests by account, status, and any of the words of purpose, reference and ids, in any case",
    async prove({ store }) {
      await store.addRequest(ofIndex(1, { account: "other" }));
      await store.addRequest(ofIndex(2, { status: "Completed" }));
      await store.addRequest(ofIndex(3, { reference: "Order-77" }));
      await store.addRequest(ofIndex(4, { reference: null, input: { purpose: "A red Kettle" } }));
      expect(await searched(store, { account: "other" })).toEqual([1]);
      expect(await searched(store, { status: "Completed" })).toEqual([2]);
      expect(await searched(store, { text: "order-77" })).toEqual([3]);
      expect(await searched(store, { text: "kettle" })).toEqual([4]);
      expect(await searched(store, { text: tagOf(2) })).toEqual([2]);
      expect(await searched(store, { text: "100%" })).toEqual([]);
      expect(await searched(store, { text: "_" })).toEqual([]);
      expect(await searched(store, { text: "" })).toEqual([4, 3, 2, 1]);
    },
  },
  {
    says: "knows the request of every id that a person may hold in their hands",
    async prove({ store }) {
      const { request } = await lived(store);
      const ids = [request.tag, request.paymentRequestId, "MOJO5a06005J21512197", "evt_2", "C5c0751269"];
      for (const id of [...ids, "order-1-refund-1", "m-1"])
        expect([id, await store.tagsOf(String(id))]).toEqual([id, [request.tag]]);
      for (const id of ["", "%", "nothing", "order-1"]) expect([id, await store.tagsOf(id)]).toEqual([id, []]);
    },
  },
  {
    says: "tells the whole story of a request, its messages in the order they came",
    async prove(ledger) {
      const { request, late, early } = await lived(ledger.store);
      await ledger.store.addRequest(ofIndex(9));
      const decision = {
        at: 1,
        by: "John",
        action: "redeliver",
        subject: "evt_1",
        tag: request.tag,
        reason: "",
      } as const;
      await ledger.store.recordDecision(decision);
      await ledger.store.recordDecision({ ...decision, at: 2, tag: null });
      for (const open of [() => ledger.store, ledger.reopen]) {
        const story = await (await open()).history(request.tag);
        expect(story).toMatchObject({ request: { tag: request.tag, version: 2 }, messages: [early, late] });
        expect(story?.payments).toEqual([paymentRow()]);
        expect(story?.refunds).toHaveLength(1);
        expect(story?.events.map(({ id }) => id)).toEqual(["evt_1", "evt_2"]);
        expect(story?.events[0]?.event.customer).toEqual({ name: "John" });
        expect(story?.deliveries.map(({ eventId }) => eventId)).toEqual(["evt_1", "evt_2"]);
        expect(story?.decisions).toEqual([decision]);
      }
      expect(await ledger.store.history("f".repeat(32))).toBeNull();
      expect(await ledger.store.messageById("m-2")).toEqual(late);
      expect(await ledger.store.messageById("none")).toBeNull();
    },
  },
  {
    says: "lists what waits for a person until it ends, at most as much of each kind as asked for",
    async prove({ store }) {
      const request = requestRow();
      await store.addRequest(request);
      await store.saveTaker(takerRow());
      const unclaimed = { unclaimed: "inactive", createdAt: 1 } as const;
      await store.commit({
        request: { ...request, version: 2, sequence: 2 },
        refunds: [refundRow({ stage: "unknown" })],
        events: [
          eventRow(),
          eventRow({ id: "evt_2", sequence: 2, ...unclaimed }),
          eventRow({ id: "evt_3", sequence: 3 }),
        ],
        deliveries: [deliveryRow(), deliveryRow({ eventId: "evt_3", sequence: 3 })],
      });
      await store.saveDelivery(deliveryRow({ state: "parked" }));
      const [parked, quarantined] = [messageRow({ id: "m-1" }), messageRow({ id: "m-2", tag: null, paymentId: null })];
      for (const message of [parked, quarantined, messageRow({ id: "m-3" })]) await store.recordMessage(message);
      await store.saveMessage({ ...parked, state: "parked" });
      await store.saveMessage({ ...quarantined, state: "quarantined" });
      const held = async (limit = 10) => {
        const { messages, deliveries, events, refunds } = await store.held(limit);
        return [
          messages.map(({ id }) => id),
          deliveries.map(({ eventId }) => eventId),
          events.map(({ id }) => id),
          refunds.map(({ transactionId }) => transactionId),
        ];
      };
      expect(await held()).toEqual([["m-2", "m-1"], ["evt_1"], ["evt_2"], ["order-1-refund-1"]]);
      expect((await held(1))[0]).toEqual(["m-2"]);
      expect((await store.held(10)).deliveries).toMatchObject([{ takerId: "flow-1", state: "parked", holds: 1 }]);
      await store.saveDelivery(deliveryRow({ eventId: "evt_3", sequence: 3, state: "taken" }));
      expect((await store.held(10)).deliveries).toMatchObject([{ holds: 0 }]);
      await store.saveMessage({ ...parked, state: "dismissed" });
      await store.saveMessage({ ...quarantined, state: "done" });
      await store.redeliver("evt_1", [], 5);
      await store.redeliver("evt_2", ["flow-1"], 5);
      await store.changeRefund(refundRow({ stage: "unknown" }), { stage: "refused" });
      expect(await held()).toEqual([[], [], [], []]);
    },
  },
  {
    says: "says how each account is, with the last message and what waits and is held",
    async prove({ store }) {
      await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, "token-one");
      await store.openAccount({ name: "other", environment: "test", clientId: "test_two" }, "token-two");
      await store.setActive("other", false);
      const quarantined = messageRow({ id: "m-1", receivedAt: 10 });
      await store.recordMessage(quarantined);
      await store.saveMessage({ ...quarantined, state: "quarantined" });
      await store.recordMessage(messageRow({ id: "m-2", receivedAt: 30 }));
      const lines = (await store.health()).map(({ account: { name, isActive }, ...numbers }) => ({
        name,
        isActive,
        ...numbers,
      }));
      expect(lines).toEqual([
        { name: "shop", isActive: true, lastMessageAt: 30, waitingMessages: 1, heldMessages: 1 },
        { name: "other", isActive: false, lastMessageAt: null, waitingMessages: 0, heldMessages: 0 },
      ]);
    },
  },
];
