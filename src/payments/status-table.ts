import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import type { EventReason } from "../../schemas/payment-status.ts";
import type { RefundState } from "../../schemas/refund-state.ts";
import type { PaymentState } from "../store/rows.ts";

/** The gateway's vocabularies in ours: the one table. A word that is not here stays unknown; nothing is guessed. */

/** Status of a v2 payment: true paid, false failed, null not finished. Source: gateway reference, payment details. */
export function paymentStateOf(status: boolean | null): PaymentState {
  if (status === null) return "open";
  return status ? "paid" : "failed";
}

/** What one attempt is called in an event. */
export const statusOfPayment: Readonly<Record<PaymentState, PaymentStatus>> = {
  open: "Processing",
  failed: "Failed",
  paid: "Completed",
};

/** `resolution_status` of a refund case. Source: gateway reference, details of a refund. */
const resolutions: ReadonlyMap<string, RefundState> = new Map([
  ["FINI_CONC", "refunded"],
  ["FINI_DENY", "denied"],
  ["FINI_WITH", "withdrawn"],
  ["FINI_INIT", "closed"],
]);

/** Where a refund case stands; null for a word we do not know. An open case has no resolution yet. */
export function refundStateOf(resolution: string | null): RefundState | null {
  return resolution === null ? "requested" : (resolutions.get(resolution) ?? null);
}

/** How a refund's state is told: only a concluded case is *Refunded*; everything else leaves the payment Completed. */
export const refundAnnouncements: Readonly<
  Record<Exclude<RefundState, "refunded" | "unknown">, { readonly status: PaymentStatus; readonly reason: EventReason }>
> = {
  requested: { status: "Completed", reason: "refund-requested" },
  denied: { status: "Completed", reason: "refund-denied" },
  withdrawn: { status: "Completed", reason: "refund-withdrawn" },
  closed: { status: "Completed", reason: "refund-closed" },
};
