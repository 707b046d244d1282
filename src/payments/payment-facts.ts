import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { type Payment, paymentIdPattern } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import { gatewayPaise } from "../runtime/money.ts";
import type { AccountRow, RequestRow } from "../store/rows.ts";
import type { Occurrence } from "./event-payload.ts";
import { maskResponse } from "./mask-response.ts";
import type { Fact } from "./state-machine.ts";
import { paymentStateOf } from "./status-table.ts";

/** Longer than any address of the gateway. Looking for the id takes time that grows with the square of the length. */
const maxUrlLength = 2048;

/** The last segment of one of the gateway's URLs: the id it names. Null for anything else. */
export function idOfUrl(url: unknown): string | null {
  if (typeof url !== "string" || url.length > maxUrlLength) return null;
  return /([0-9A-Za-z]+)\/?$/.exec(url.replace(/[?#].*$/s, ""))?.[1] ?? null;
}

const paymentId = new RegExp(paymentIdPattern);

/** The payments that a request lists, each once; what is no address of a payment is left out. */
export function listedPayments({ payments }: Pick<PaymentRequest, "payments">): readonly string[] {
  return [...new Set(payments.map(idOfUrl).filter((id) => id !== null && paymentId.test(id)))] as string[];
}

/** What the gateway's reads say about a payment of one of our links. */
export type Agreement =
  | { readonly kind: "agrees" }
  /** Not finished, or one read is behind the other: ask again later. */
  | { readonly kind: "not-yet" }
  /** The reads do not fit what was asked for; `what` names it. */
  | { readonly kind: "contradicts"; readonly what: string };

/** Compares a payment and its request, both read with this account, with the ledger's row of the link. */
export function compare(
  request: RequestRow,
  payment: Payment,
  paymentRequest: PaymentRequest,
  account: Pick<AccountRow, "merchant">,
): Agreement {
  const contradiction = contradictionOf(request, payment, paymentRequest, account);
  if (contradiction) return { kind: "contradicts", what: contradiction };
  const listed = paymentRequest.payments.some((url) => idOfUrl(url) === payment.id);
  if (payment.status === true && !listed && paymentRequest.status !== "Completed") return { kind: "not-yet" };
  return { kind: "agrees" };
}

function contradictionOf(
  request: RequestRow,
  payment: Payment,
  paymentRequest: PaymentRequest,
  account: Pick<AccountRow, "merchant">,
): string | null {
  if (!hasOwn(payment, "status") || !hasOwn(payment, "amount") || !hasOwn(paymentRequest, "amount")) return "shape";
  if (idOfUrl(own(payment, "payment_request")) !== request.paymentRequestId) return "payment request";
  if (own(paymentRequest, "id") !== request.paymentRequestId) return "payment request";
  if (gatewayPaise(paymentRequest.amount) !== request.amountPaise) return "amount of the request";
  const paise = gatewayPaise(payment.amount);
  if (paise === null || (payment.status === true && paise < request.amountPaise)) return "amount";
  if (own(payment, "currency") !== "INR") return "currency";
  const named = [idOfUrl(own(payment, "seller")), idOfUrl(own(paymentRequest, "user")), account.merchant];
  return new Set(named.filter((seller) => seller !== null)).size > 1 ? "seller" : null;
}

const { hasOwn } = Object;

/** Only what the gateway said itself counts; nothing that another module put on a prototype. */
function own<Row extends object, Key extends keyof Row>(row: Row, key: Key): Row[Key] | undefined {
  return hasOwn(row, key) ? row[key] : undefined;
}

/** The fact that a payment read from the gateway is. */
export function paymentFact(payment: Payment): Fact {
  return {
    kind: "payment",
    payment: {
      paymentId: payment.id,
      state: paymentStateOf(payment.status),
      amountPaise: gatewayPaise(payment.amount) ?? 0,
      fees: payment.fees ?? null,
    },
  };
}

/**
 * The fact that a named operator makes of a payment whose reads do not fit. What was paid counts where it can be read
 * and is in rupees; else what was asked for.
 */
export function acceptedFact(request: RequestRow, payment: Payment): Fact {
  const paise = payment.currency === "INR" ? gatewayPaise(payment.amount) : null;
  const amountPaise = paise ?? request.amountPaise;
  return {
    kind: "payment",
    payment: { paymentId: payment.id, state: "paid", amountPaise, fees: payment.fees ?? null },
    isAccepted: true,
  };
}

/** What an event about this payment says of it. */
export function paymentOccurrence(
  payment: Payment,
  source: PaymentStatusEvent["source"],
  fallback: string,
): Omit<Occurrence, "observedAt"> {
  return {
    source,
    occurredAt: payment.updated_at ?? payment.created_at ?? fallback,
    customer: { name: payment.name ?? null, email: payment.email ?? null, mobileNumber: payment.phone ?? null },
    failure: payment.failure
      ? { reason: payment.failure.reason ?? null, message: payment.failure.message ?? null }
      : null,
    raw: maskResponse(payment),
  };
}
