import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import type { Payment } from "../../../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../../../schemas/wire/payment-request.ts";
import type { Gateway } from "../../../client/gateway.ts";
import { eventPayload } from "../../../payments/event-payload.ts";
import { compare, idOfUrl, paymentFact, paymentOccurrence } from "../../../payments/payment-facts.ts";
import { statusOfPayment } from "../../../payments/status-table.ts";
import { gatewayPaise } from "../../../runtime/money.ts";
import type { RequestRow } from "../../../store/rows.ts";

/** Whose payments these are. */
export interface EventAccount {
  readonly name: string;
  readonly environment: PaymentStatusEvent["environment"];
}

/** What two reads with the merchant's own keys say of a payment. */
export type Reading =
  | { readonly kind: "event"; readonly event: PaymentStatusEvent }
  /** Not finished, or one read is behind the other. */
  | { readonly kind: "not-yet" }
  /** No payment of a link, or the reads do not fit each other. */
  | { readonly kind: "ignored"; readonly why: string };

export interface ConfirmOptions {
  readonly gateway: Pick<Gateway, "getPayment" | "getPaymentRequest">;
  readonly account: EventAccount;
  readonly source: "webhook" | "poll";
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Reads a payment and its link, and makes the event of what they say. Throws FlowError when a read fails. */
export async function confirmPayment(paymentId: string, options: ConfirmOptions): Promise<Reading> {
  const { gateway, account, source, now } = options;
  const payment = await gateway.getPayment(paymentId);
  const requestId = idOfUrl(payment.payment_request);
  if (requestId === null) return { kind: "ignored", why: "It was not paid by a payment link." };
  const paymentRequest = await gateway.getPaymentRequest(requestId);
  const row = linkRow(paymentRequest, account);
  const agreement = compare(row, payment, paymentRequest, { merchant: null });
  if (agreement.kind === "contradicts") return { kind: "ignored", why: `The reads do not fit: ${agreement.what}.` };
  if (agreement.kind === "not-yet" || payment.status === null) return { kind: "not-yet" };
  const fallback = new Date(now).toISOString();
  const occurrence = { ...paymentOccurrence(payment, source, fallback), observedAt: fallback };
  return { kind: "event", event: eventPayload({ ...factsOf(row, payment), occurrence }) };
}

function factsOf(request: RequestRow, payment: Payment) {
  const fact = paymentFact(payment);
  if (fact.kind !== "payment") throw new TypeError("A payment is a fact about a payment.");
  const isOverpaid = fact.payment.state === "paid" && fact.payment.amountPaise > request.amountPaise;
  return {
    request,
    status: statusOfPayment[fact.payment.state],
    reason: isOverpaid ? ("overpaid" as const) : null,
    previousStatus: null,
    payment: fact.payment,
    refund: null,
  };
}

/** n8n keeps no ledger of the links: what Instamojo says of the link stands in. */
export function linkRow(request: PaymentRequest, { name, environment }: EventAccount): RequestRow {
  return {
    tag: "",
    account: name,
    environment,
    generation: 1,
    key: "",
    isCurrent: true,
    input: {
      purpose: request.purpose,
      customerName: request.buyer_name ?? undefined,
      customerEmail: request.email ?? undefined,
      customerMobileNumber: request.phone ?? undefined,
    },
    reference: null,
    correlation: null,
    amountPaise: gatewayPaise(request.amount) ?? 0,
    stage: "open",
    paymentRequestId: request.id,
    link: request.longurl,
    response: null,
    status: "Pending",
    sequence: 1,
    deadlineAt: null,
    closedFor: null,
    hasWebhook: false,
    createdAt: 0,
    nextReadAt: null,
    version: 0,
  };
}
