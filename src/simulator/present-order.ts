import type { Desk } from "./exchange.ts";
import { asOf } from "./history.ts";
import { isListed, longUrl } from "./present.ts";
import { formatRupees } from "./rupees.ts";
import type { MerchantData, StoredOrder, StoredPayment } from "./state.ts";
import { timestamp } from "./timestamps.ts";

/** A gateway order as it is shown when it is made. */
export function presentOrder(desk: Desk, order: StoredOrder) {
  return {
    id: order.id,
    transaction_id: order.transactionId,
    status: order.isCompleted ? "completed" : "pending",
    currency: "INR",
    amount: formatRupees(order.amountPaise),
    name: order.name,
    email: order.email,
    phone: order.phone,
    description: order.description,
    redirect_url: order.redirectUrl,
    webhook_url: order.webhookUrl,
    created_at: timestamp(order.createdAt),
    resource_uri: `${desk.origin}/v2/gateway/orders/id:${order.id}/`,
  };
}

/** A gateway order as reads show it, with its payments as they were at `at`. */
export function presentOrderWithPayments(desk: Desk, merchant: MerchantData, order: StoredOrder, at: number) {
  const payments = order.paymentIds.flatMap((id) => {
    const history = merchant.payments.get(id);
    const payment = history && asOf(history, at);
    return payment !== undefined && isListed(desk, payment) ? presentAttempt(payment) : [];
  });
  return { ...presentOrder(desk, order), payments };
}

/** The sources know `successful` and `failed` only, so an attempt that is not finished is not shown. */
function presentAttempt(payment: StoredPayment) {
  if (payment.status === null) return [];
  return {
    id: payment.id,
    status: payment.status ? "successful" : "failed",
    instrument_type: "CARD",
    billing_instrument: "Domestic Regular Credit Card (Visa/Mastercard)",
    failure: payment.failure,
  };
}

/** How the order can be paid: the hosted page, and where a mobile app sends a card. Other ways are not simulated. */
export function presentOptions(desk: Desk, merchant: MerchantData, order: StoredOrder) {
  const paymentUrl = longUrl(desk, merchant, order.id);
  return {
    payment_url: paymentUrl,
    card_options: {
      submission_data: { merchant_id: merchant.username, order_id: order.id },
      submission_url: `${paymentUrl}/pay`,
    },
  };
}
