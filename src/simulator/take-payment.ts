import type { Desk } from "./exchange.ts";
import { change, latest } from "./history.ts";
import { newPaymentId, unused } from "./identifiers.ts";
import { queueWebhook } from "./queue-webhook.ts";
import { chargesOn } from "./rupees.ts";
import type { MerchantData, StoredPayment, StoredRequest } from "./state.ts";

export type PaymentOutcome = "success" | "failure" | "pending";

/** Why a request cannot be paid now, or undefined when it can. */
export type Closed = "completed" | "disabled" | "expired";

export interface Payer {
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
}

export const declined = {
  reason: "AUTHORIZATION_FAILED",
  message: "Transaction was declined by the bank",
} as const;

export function closedBecause(desk: Desk, request: StoredRequest): Closed | undefined {
  if (request.isCompleted && !request.allowRepeatedPayments) return "completed";
  if (request.isDisabled) return "disabled";
  return request.expiresAt !== null && desk.now >= request.expiresAt ? "expired" : undefined;
}

export interface PaymentOrder {
  merchant: MerchantData;
  requestId: string;
  outcome: PaymentOutcome;
  payer?: Payer;
}

/** Makes a payment for a request; the caller has looked whether the request is open. */
export function takePayment(desk: Desk, order: PaymentOrder): StoredPayment {
  const { merchant, outcome, payer = {} } = order;
  const history = merchant.requests.get(order.requestId);
  if (history === undefined) throw new Error(`no payment request ${order.requestId}`);
  const request = latest(history);
  desk.state.order += 1;
  const payment: StoredPayment = {
    id: unused(
      () => newPaymentId(desk.now),
      (id) => merchant.payments.has(id),
    ),
    order: desk.state.order,
    requestId: request.id,
    title: request.purpose,
    status: null,
    amountPaise: request.amountPaise + desk.settings.switches.paymentSurchargePaise,
    name: payer.name ?? request.buyerName ?? "John",
    email: payer.email ?? request.email ?? "John@test.com",
    phone: payer.phone ?? request.phone ?? "+919999999999",
    feesPaise: null,
    taxesPaise: null,
    failure: null,
    createdAt: desk.now,
    changedAt: desk.now,
  };
  merchant.payments.set(payment.id, [{ at: desk.now, value: payment }]);
  change(history, desk.now, { paymentIds: [...request.paymentIds, payment.id], changedAt: desk.now });
  return outcome === "pending" ? payment : finishPayment(desk, merchant, payment.id, outcome);
}

/** Ends a payment that is still open (`status` null) and queues its webhook. */
export function finishPayment(
  desk: Desk,
  merchant: MerchantData,
  paymentId: string,
  outcome: "success" | "failure",
): StoredPayment {
  const history = merchant.payments.get(paymentId);
  if (history === undefined) throw new Error(`no payment ${paymentId}`);
  const isPaid = outcome === "success";
  const charges = isPaid ? chargesOn(latest(history).amountPaise) : {};
  const failure = isPaid ? null : { ...declined };
  const payment = change(history, desk.now, { status: isPaid, failure, changedAt: desk.now, ...charges });
  const request = merchant.requests.get(payment.requestId);
  if (request !== undefined) {
    if (isPaid) change(request, desk.now, { isCompleted: true, changedAt: desk.now });
    queueWebhook(desk, merchant, latest(request), payment);
  }
  return payment;
}
