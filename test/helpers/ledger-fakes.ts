import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Gateway } from "../../src/client/gateway.ts";
import type { Session } from "../../src/payments/sessions.ts";
import { createSettler } from "../../src/payments/settle.ts";
import { openTakers } from "../../src/payments/takers.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { EventRow, RequestRow } from "../../src/store/rows.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { accountRow, requestRow } from "../stores/sample-rows.ts";
import { testAccount } from "./client-fakes.ts";
import { manualClock } from "./manual-clock.ts";

export const everyStatus = ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"] as const;

/** A ledger in memory with one open link, one taker of everything, a settler and a clock that stands. */
export async function openLedger(changes: Partial<RequestRow> = {}, storeChanges: Partial<Store> = {}) {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const memory = await openSqliteStore({ file: ":memory:" });
  const store: Store = { ...memory, ...storeChanges };
  const takers = await openTakers(store);
  await takers.add({ id: "flow-1", statuses: everyStatus, refundUpdates: true, deliver: async () => {} });
  const row = await store.openAccount({ name: "shop", environment: "test", clientId: testAccount.clientId }, "token-1");
  const { request } = await store.addRequest(requestRow({ createdAt: clock.now(), ...changes }));
  async function events(): Promise<PaymentStatusEvent[]> {
    const list: PaymentStatusEvent[] = [];
    for (;;) {
      const [delivery] = await memory.dueDeliveries(Number.MAX_SAFE_INTEGER, 1);
      if (!delivery) return list;
      const row = await memory.eventById(delivery.eventId);
      list.push((row as EventRow).event);
      await memory.saveDelivery({ ...delivery, state: "taken" });
    }
  }
  let told = 0;
  const settler = createSettler({ store, takers, clock, onEvent: () => void told++ });
  return {
    clock,
    store,
    memory,
    takers,
    settler,
    row,
    request,
    tag: request.tag,
    told: () => told,
    current: async () => (await memory.requestByTag(request.tag)) as RequestRow,
    /** The events that the taker is sent, in order; they are taken. */
    events,
    /** The same in short: `Status/reason`. */
    sent: async () => (await events()).map(({ status, reason }) => `${status}/${reason}`),
  };
}

/** A session whose gateway answers reads from these objects, a missing one with `not_found`. */
export function fakeSession(
  reads: { payments?: readonly Payment[]; requests?: readonly PaymentRequest[]; gateway?: Partial<Gateway> } = {},
): Session & { readonly asked: string[] } {
  const asked: string[] = [];
  const find = async <T extends { id: string }>(rows: readonly T[] = [], id: string): Promise<T> => {
    asked.push(id);
    const found = rows.find((row) => row.id === id);
    if (!found) throw new FlowError("not_found", "Instamojo has no such thing.");
    return found;
  };
  return {
    account: { ...testAccount },
    environment: "test",
    row: accountRow({ clientId: testAccount.clientId, callbackToken: "token-1" }),
    gateway: {
      getPayment: (id: string) => find(reads.payments, id),
      getPaymentRequest: (id: string) => find(reads.requests, id),
      ...reads.gateway,
    } as Gateway,
    asked,
  };
}
