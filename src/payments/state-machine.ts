import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import type { EventReason } from "../../schemas/payment-status.ts";
import type { PaymentRow, PaymentState, RefundRow, RequestRow, RequestSnapshot } from "../store/rows.ts";
import { refundAnnouncements, statusOfPayment } from "./status-table.ts";

/** What the gateway's reply says of a link; `deadlineAt` where the reply tells it better. */
type LinkMade = Pick<RequestRow, "paymentRequestId" | "link" | "response"> & Partial<Pick<RequestRow, "deadlineAt">>;

/** Something learned about a request: from an authenticated read, or done by ourselves. */
export type Fact =
  | { readonly kind: "link-made"; readonly link: LinkMade }
  /** `isAccepted`: a named operator says that it is paid, although the reads do not fit. */
  | { readonly kind: "payment"; readonly payment: Omit<PaymentRow, "tag">; readonly isAccepted?: boolean }
  | { readonly kind: "refund"; readonly refund: RefundRow }
  | { readonly kind: "link-closed"; readonly reason: "expired" | "disabled" }
  /** The gateway takes payments on it again, `at` on its clock; a deadline that is over by then does not count any more. */
  | { readonly kind: "link-opened"; readonly at: number };

/** What a fact changes: the new rows, and what is to be told. */
export interface Decision {
  readonly status: PaymentStatus;
  readonly request?: Partial<RequestRow>;
  readonly payment?: PaymentRow;
  readonly refund?: RefundRow;
  readonly announcement?: { readonly status: PaymentStatus; readonly reason: EventReason | null };
}

/** A request, and whether another link of its operation is paid: one that it replaces or is replaced by. */
export interface KnownRequest extends RequestSnapshot {
  readonly isPaidElsewhere?: boolean;
}

const rank: Readonly<Record<PaymentState, number>> = { open: 0, failed: 1, paid: 2 };

/** Refund stages after which nothing more is expected of a case. */
const finalRefunds: readonly RefundRow["stage"][] = ["refunded", "denied", "withdrawn", "closed"];

/**
 * What follows from a fact, given all that is known of the request; null when it says nothing new. States only move
 * forward, so facts may come in any order and any number of times.
 */
export function decide(snapshot: KnownRequest, fact: Fact): Decision | null {
  switch (fact.kind) {
    case "link-made":
      return decideMade(snapshot.request, fact.link);
    case "payment":
      return decidePayment(snapshot, { ...fact.payment, tag: snapshot.request.tag }, fact.isAccepted ?? false);
    case "refund":
      return decideRefund(snapshot, fact.refund);
    case "link-closed":
      return decideClosed(snapshot, fact.reason);
    case "link-opened":
      return decideOpened(snapshot, fact.at);
  }
}

function decideMade(request: RequestRow, link: Partial<RequestRow>): Decision | null {
  if (request.stage === "open") return null;
  return {
    status: request.status,
    request: { ...link, stage: "open" },
    announcement: { status: "Pending", reason: null },
  };
}

function decidePayment(snapshot: KnownRequest, payment: PaymentRow, isAccepted: boolean): Decision | null {
  const known = snapshot.payments.find((other) => other.paymentId === payment.paymentId);
  if (known && rank[payment.state] <= rank[known.state]) return null;
  const others = snapshot.payments.filter((other) => other.paymentId !== payment.paymentId);
  const status = statusOf(snapshot.request, [...others, payment], snapshot.refunds);
  if (payment.state !== "paid" && isOvertaken(snapshot, others)) return { status, payment };
  const reasonOfPaid = () => (isAccepted ? "accepted" : reasonOfPayment(snapshot, others, payment));
  return {
    status,
    payment,
    announcement: {
      status: statusOfPayment[payment.state],
      reason: payment.state === "paid" ? reasonOfPaid() : null,
    },
  };
}

/** An attempt that did not pay is no news once the link is paid: "failed, try again" would be wrong by then. */
function isOvertaken({ request, isPaidElsewhere }: KnownRequest, others: readonly PaymentRow[]): boolean {
  const isPaid = isPaidElsewhere === true || others.some((other) => other.state === "paid");
  return request.input.allowRepeatedPayments !== true && isPaid;
}

function reasonOfPayment(known: KnownRequest, others: readonly PaymentRow[], payment: PaymentRow): EventReason | null {
  const { request } = known;
  if (isOvertaken(known, others)) return "duplicate";
  if (request.status === "Cancelled") return "late";
  return payment.amountPaise > request.amountPaise ? "overpaid" : null;
}

function decideRefund(snapshot: RequestSnapshot, refund: RefundRow): Decision | null {
  const known = snapshot.refunds.find((other) => other.transactionId === refund.transactionId);
  if (known && (known.stage === refund.stage || finalRefunds.includes(known.stage))) return null;
  if (known?.stage === "in-review" && refund.stage === "requested") return null;
  const refunds = [...snapshot.refunds.filter((other) => other !== known), refund];
  const status = statusOf(snapshot.request, snapshot.payments, refunds);
  switch (refund.stage) {
    case "asking":
    case "refused":
    case "unknown":
      return { status, refund };
    case "refunded":
      return {
        status,
        refund,
        announcement: {
          status: "Refunded",
          reason: refundedPaise(refunds, refund) >= refund.paidPaise ? "full" : "partial",
        },
      };
    default:
      return { status, refund, announcement: refundAnnouncements[refund.stage] };
  }
}

function decideClosed(snapshot: RequestSnapshot, reason: "expired" | "disabled"): Decision | null {
  if (snapshot.request.status === "Cancelled" || snapshot.request.status === "Refunded") return null;
  if (snapshot.payments.some((payment) => payment.state !== "failed")) return null;
  return { status: "Cancelled", announcement: { status: "Cancelled", reason } };
}

/** The one way back from Cancelled: somebody opened the link again, so that a payment is none that came late. */
function decideOpened({ request, payments, refunds }: RequestSnapshot, at: number): Decision | null {
  const isOver = request.deadlineAt !== null && request.deadlineAt <= at;
  if (request.closedFor === null && request.status !== "Cancelled" && !isOver) return null;
  const opened = { closedFor: null, deadlineAt: isOver ? null : request.deadlineAt } as const;
  return { status: statusOf({ ...request, status: "Pending" }, payments, refunds), request: opened };
}

/** All that has gone back of the payment that this refund is about, in paise. */
export function refundedPaise(refunds: readonly RefundRow[], refund: RefundRow): number {
  return refunds
    .filter((other) => other.paymentId === refund.paymentId && other.stage === "refunded")
    .reduce((sum, other) => sum + other.amountPaise, 0);
}

/** Where a request stands, given all its payments and refunds. */
function statusOf(request: RequestRow, payments: readonly PaymentRow[], refunds: readonly RefundRow[]): PaymentStatus {
  if (refunds.some((refund) => refund.stage === "refunded")) return "Refunded";
  if (payments.some((payment) => payment.state === "paid")) return "Completed";
  if (request.status === "Cancelled") return "Cancelled";
  if (payments.some((payment) => payment.state === "open")) return "Processing";
  return payments.some((payment) => payment.state === "failed") ? "Failed" : "Pending";
}
