import type { Desk } from "./exchange.ts";
import { change, type History, latest } from "./history.ts";
import { newPaymentId, unused } from "./identifiers.ts";
import { queueWebhook } from "./queue-webhook.ts";
import { chargesOn } from "./rupees.ts";
import type { MerchantData, StoredOrder, StoredPayment, StoredRequest } from "./state.ts";

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

/** What there is to know of something that can be paid: a payment request, or an order. */
export type Payable = Pick<
  StoredRequest,
  | "purpose"
  | "amountPaise"
  | "isCompleted"
  | "isDisabled"
  | "allowRepeatedPayments"
  | "expiresAt"
  | "buyerName"
  | "email"
  | "phone"
  | "redirectUrl"
>;

/** What an order asks for; the request behind it decides where there is one. */
export function payableOf(merchant: MerchantData, order: StoredOrder): Payable {
  const request = order.requestId === null ? undefined : merchant.requests.get(order.requestId);
  const own = { buyerName: order.name, email: order.email, phone: order.phone };
  if (request !== undefined) return { ...latest(request), ...own };
  return {
    ...own,
    purpose: order.description ?? `Order ${order.transactionId}`,
    amountPaise: order.amountPaise,
    isCompleted: order.isCompleted,
    isDisabled: false,
    allowRepeatedPayments: false,
    expiresAt: null,
    redirectUrl: order.redirectUrl,
  };
}

export function closedBecause(desk: Desk, request: Payable): Closed | undefined {
  if (request.isCompleted && !request.allowRepeatedPayments) return "completed";
  if (request.isDisabled) return "disabled";
  return request.expiresAt !== null && desk.now >= request.expiresAt ? "expired" : undefined;
}

export interface PaymentOrder {
  merchant: MerchantData;
  /** The request that is paid; or the order, with the request behind it. */
  requestId?: string;
  orderId?: string;
  outcome: PaymentOutcome;
  payer?: Payer;
}

/** Makes a payment for a request or an order; the caller has looked whether it is open. */
export function takePayment(desk: Desk, order: PaymentOrder): StoredPayment {
  const { merchant, outcome, payer = {} } = order;
  const orderHistory = merchant.orders.get(order.orderId ?? "");
  const requestId = orderHistory === undefined ? order.requestId : latest(orderHistory).requestId;
  const history = merchant.requests.get(requestId ?? "");
  const payable = orderHistory ? payableOf(merchant, latest(orderHistory)) : history && latest(history);
  if (payable === undefined) throw new Error(`no payment request ${order.requestId}, and no order ${order.orderId}`);
  desk.state.order += 1;
  const payment: StoredPayment = {
    id: unused(
      () => newPaymentId(desk.now),
      (id) => merchant.payments.has(id),
    ),
    order: desk.state.order,
    requestId: requestId ?? null,
    ...(orderHistory === undefined ? {} : { orderId: latest(orderHistory).id }),
    title: payable.purpose,
    status: null,
    amountPaise: payable.amountPaise + desk.settings.switches.paymentSurchargePaise,
    name: payer.name ?? payable.buyerName ?? "John",
    email: payer.email ?? payable.email ?? "John@test.com",
    phone: payer.phone ?? payable.phone ?? "+919999999999",
    feesPaise: null,
    taxesPaise: null,
    failure: null,
    createdAt: desk.now,
    changedAt: desk.now,
  };
  merchant.payments.set(payment.id, [{ at: desk.now, value: payment }]);
  for (const paid of [history, orderHistory]) {
    if (paid !== undefined) addPayment(paid, desk.now, payment.id);
  }
  return outcome === "pending" ? payment : finishPayment(desk, merchant, payment.id, outcome);
}

function addPayment(paid: History<StoredRequest> | History<StoredOrder>, at: number, id: string): void {
  const paymentIds = [...latest<StoredRequest | StoredOrder>(paid).paymentIds, id];
  change<StoredRequest | StoredOrder>(paid, at, { paymentIds, changedAt: at });
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
  const request = merchant.requests.get(payment.requestId ?? "");
  const order = merchant.orders.get(payment.orderId ?? "");
  const completed = { isCompleted: true, changedAt: desk.now };
  if (isPaid && request !== undefined) change(request, desk.now, completed);
  if (isPaid && order !== undefined) change(order, desk.now, completed);
  const url = request ? latest(request).webhook : order && latest(order).webhookUrl;
  queueWebhook(desk, merchant, payment, url ?? null);
  return payment;
}
