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

/** Where a refund case stands; null for a word we do not know. An open case that can be read is under review. */
export function refundStateOf(resolution: string | null): RefundState | null {
  return resolution === null ? "in-review" : (resolutions.get(resolution) ?? null);
}

/** How a refund's state is told: only a concluded case is *Refunded*; everything else leaves the payment Completed. */
export const refundAnnouncements: Readonly<
  Record<Exclude<RefundState, "refunded" | "unknown">, { readonly status: PaymentStatus; readonly reason: EventReason }>
> = {
  requested: { status: "Completed", reason: "refund-requested" },
  "in-review": { status: "Completed", reason: "refund-in-review" },
  denied: { status: "Completed", reason: "refund-denied" },
  withdrawn: { status: "Completed", reason: "refund-withdrawn" },
  closed: { status: "Completed", reason: "refund-closed" },
};

/**
 * What the state of a refund means, in plain words, with the gateway's own code where it has one. Source: gateway
 * reference, details of a refund; support article on refund times (starts the next working day, 10 to 12 working days).
 */
export const refundExplanations: Readonly<Record<RefundState, string>> = {
  requested: "Instamojo took the request for this refund and will look at it.",
  "in-review": "Instamojo is reviewing the refund. Nothing has gone back yet.",
  refunded:
    "Instamojo approved the refund. The money goes back the way it came; that can take 10 to 12 working days. (FINI_CONC)",
  denied: "Instamojo declined the refund. No money goes back. (FINI_DENY)",
  withdrawn: "The refund was cancelled before it was done. No money goes back. (FINI_WITH)",
  closed:
    "Instamojo closed the case without saying that money goes back. Look at it in the Instamojo dashboard. (FINI_INIT)",
  unknown: "Nobody can say yet whether Instamojo booked this refund. Do not ask for it again; it is being checked.",
};
