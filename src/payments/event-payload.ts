import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import type { EventReason, EventSource, PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { RefundState } from "../../schemas/refund-state.ts";
import { statusMessage } from "../messages/status-message.ts";
import { formatPaise } from "../runtime/money.ts";
import type { RefundRow, RequestRow } from "../store/rows.ts";
import { digest } from "./callbacks.ts";
import { refundExplanations } from "./status-table.ts";

/** What an event says beyond what the ledger's rows hold. */
export interface Occurrence {
  readonly source: EventSource;
  readonly occurredAt: string;
  readonly observedAt: string;
  readonly customer?: PaymentStatusEvent["customer"];
  readonly failure?: PaymentStatusEvent["failure"];
  readonly raw: Record<string, unknown>;
}

export interface EventFacts {
  readonly request: RequestRow;
  readonly status: PaymentStatus;
  readonly reason: EventReason | null;
  readonly previousStatus: PaymentStatus | null;
  readonly payment: { readonly paymentId: string; readonly amountPaise: number; readonly fees: string | null } | null;
  readonly refund: (RefundRow & { readonly refundedPaise: number }) | null;
  readonly occurrence: Occurrence;
}

/** The id of an event, derived from what makes it this event, so that a rebuilt ledger says the same. */
export function eventId(identity: {
  readonly account: string;
  readonly environment: string;
  readonly paymentRequestId: string;
  readonly paymentId: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly refundId: string | null;
}): string {
  const { account, environment, paymentRequestId, paymentId, status, reason, refundId } = identity;
  const hash = digest(account, environment, paymentRequestId, paymentId ?? "", status, reason ?? "", refundId ?? "");
  return `evt_${hash.slice(0, 32)}`;
}

/** The event as flows receive it. */
export function eventPayload(facts: EventFacts): PaymentStatusEvent {
  const { request, refund, occurrence } = facts;
  const paymentRequestId = request.paymentRequestId ?? "";
  const paymentId = facts.payment?.paymentId ?? refund?.paymentId ?? null;
  const amountPaise = facts.payment?.amountPaise ?? refund?.paidPaise ?? request.amountPaise;
  const purpose = (request.input.purpose as string | undefined) ?? null;
  const link = request.link ?? "";
  const identity = {
    account: request.account,
    environment: request.environment,
    paymentRequestId,
    paymentId,
    status: facts.status,
    reason: facts.reason,
  };
  return {
    id: eventId({ ...identity, refundId: refund?.caseId ?? null }),
    type: "payment-status",
    ...identity,
    previousStatus: facts.previousStatus,
    sequence: request.sequence,
    reference: request.reference,
    amount: formatPaise(amountPaise),
    currency: "INR",
    fees: facts.payment?.fees ?? null,
    purpose,
    customer: occurrence.customer ?? customerOf(request),
    link,
    message: statusMessage({
      status: facts.status,
      reason: facts.reason,
      input: request.input,
      amountPaise,
      refundPaise: refund?.amountPaise,
      purpose,
      link,
      paymentId,
    }),
    refund: refund && {
      refundId: refund.caseId,
      state: refund.stage as RefundState,
      explanation: refundExplanations[refund.stage as RefundState],
      amount: formatPaise(refund.amountPaise),
      uniqueTransactionId: refund.transactionId,
      refundedTotal: formatPaise(refund.refundedPaise),
    },
    failure: occurrence.failure ?? null,
    occurredAt: occurrence.occurredAt,
    observedAt: occurrence.observedAt,
    source: occurrence.source,
    correlation: request.correlation ?? null,
    raw: occurrence.raw,
  };
}

/** The customer as the flow named them. */
export function customerOf(request: Pick<RequestRow, "input">): PaymentStatusEvent["customer"] {
  const text = (field: string) => (request.input[field] as string | undefined) ?? null;
  return {
    name: text("customerName"),
    email: text("customerEmail"),
    mobileNumber: internationalPhone(text("customerMobileNumber")),
  };
}

/** Ten digits are an Indian number; anything else already has its country code. */
export function internationalPhone<T extends string | null | undefined>(phone: T): T {
  return (typeof phone === "string" && /^[0-9]{10}$/.test(phone) ? `+91${phone}` : phone) as T;
}
