import { randomUUID } from "node:crypto";
import { FlowError } from "../../src/runtime/errors.ts";
import type { Store } from "../../src/store/store.ts";
import { reach } from "./fault-points.ts";

/**
 * `sound` is the product. The others have a mistake planted that the harness must see: `early-answer` says 200 before
 * the message is written, `no-deduplication` knows no message and no payment again and gives every event a new id.
 */
export const variants = ["sound", "early-answer", "no-deduplication"] as const;
export type Variant = (typeof variants)[number];

/** How late a message is written that was answered too early: later than most lives last, so that every run shows it. */
const lateMs = 10_000;

/** The ledger with fault points around it, the planted mistake, and no sweep: only its message can tell a payment. */
export function crashingStore(real: Store, variant: Variant): Store {
  const store = { ...real };
  return {
    ...store,
    ...(variant === "no-deduplication" ? forgetful(store) : {}),
    dueRequests: async () => [],
    watchedPayments: async () => [],
    sweep: async () => {
      throw new FlowError("store_unavailable", "The sweep is held back.");
    },
    async recordMessage(message) {
      reach("before-write");
      if (variant === "early-answer") {
        setTimeout(() => void store.recordMessage(message).catch(() => {}), lateMs);
        return undefined as never;
      }
      const isKnown = variant !== "no-deduplication";
      const recorded = await store.recordMessage(isKnown ? message : { ...message, id: randomUUID() });
      reach("committed");
      return recorded;
    },
    async requestById(account, paymentRequestId) {
      const request = await store.requestById(account, paymentRequestId);
      reach("confirming");
      return request;
    },
    async saveDelivery(delivery) {
      if (delivery.state !== "taken") return store.saveDelivery(delivery);
      reach("delivered");
      await store.saveDelivery(delivery);
      reach("marked");
    },
  };
}

function forgetful(store: Store): Pick<Store, "snapshot" | "commit"> {
  return {
    async snapshot(tag) {
      const known = await store.snapshot(tag);
      return known && { ...known, payments: [], request: { ...known.request, status: "Pending" } };
    },
    commit(change) {
      const ids = new Map((change.events ?? []).map(({ id }) => [id, randomUUID()]));
      const idOf = (id: string): string => ids.get(id) ?? id;
      return store.commit({
        ...change,
        events: (change.events ?? []).map((row) => ({
          ...row,
          id: idOf(row.id),
          event: { ...row.event, id: idOf(row.id) },
        })),
        deliveries: (change.deliveries ?? []).map((row) => ({ ...row, eventId: idOf(row.eventId) })),
      });
    },
  };
}
