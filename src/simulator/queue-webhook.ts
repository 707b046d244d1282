import type { Desk } from "./exchange.ts";
import { latest } from "./history.ts";
import { longUrl, shortUrl } from "./present.ts";
import { formatRupees } from "./rupees.ts";
import { signWebhook } from "./sign-webhook.ts";
import type { MerchantData, StoredPayment, StoredWebhook } from "./state.ts";

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether the simulator may call that address: it never calls out. */
export function isLoopbackUrl(text: string): boolean {
  return URL.canParse(text) && loopbackHost.test(new URL(text).hostname);
}

/** Puts the webhook of a finished payment into the outbox. Failed payments have one only where that is switched on. */
export function queueWebhook(desk: Desk, merchant: MerchantData, payment: StoredPayment, url: string | null): void {
  const { switches } = desk.settings;
  if (url === null || (payment.status !== true && !switches.webhookOnFailure)) return;
  desk.state.order += 1;
  desk.state.webhooks.push({
    id: desk.state.order,
    clientId: merchant.clientId,
    requestId: payment.requestId,
    paymentId: payment.id,
    status: payment.status === true ? "Credit" : "Failed",
    url,
    state: isLoopbackUrl(url) ? "waiting" : "refused",
    dueAt: desk.now + switches.webhookDelaySeconds * 1000,
    attempts: [],
  });
}

/**
 * The signed form body of a webhook, written for the origin of this moment. No source lists the fields of an order's
 * webhook: it has those of a payment request's, and what there is none of without a request is empty.
 */
export function writeWebhook(desk: Desk, webhook: StoredWebhook): string {
  const merchant = desk.state.merchants.get(webhook.clientId);
  const account = desk.settings.merchants.find((each) => each.clientId === webhook.clientId);
  const request = merchant?.requests.get(webhook.requestId ?? "");
  const payment = merchant?.payments.get(webhook.paymentId);
  if (!merchant || !account || !payment) throw new Error("a webhook whose merchant or payment is gone");
  const { switches } = desk.settings;
  const paid = latest(payment);
  const fields: Record<string, string> = {
    amount: formatRupees(paid.amountPaise),
    buyer: paid.email,
    buyer_name: paid.name,
    buyer_phone: paid.phone,
    currency: "INR",
    fees: paid.feesPaise === null ? "" : formatRupees(paid.feesPaise),
    longurl: webhook.requestId === null ? "" : longUrl(desk, merchant, webhook.requestId),
    payment_id: webhook.paymentId,
    payment_request_id: webhook.requestId ?? "",
    purpose: paid.title,
    shorturl: request !== undefined && switches.webhookShorturl === "sent" ? shortUrl(desk, latest(request)) : "",
    status: webhook.status,
  };
  const sent = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== "" || switches.webhookEmptyFields === "blank"),
  );
  return new URLSearchParams({ ...sent, mac: signWebhook(sent, account.salt) }).toString();
}
