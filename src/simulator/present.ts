import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { RefundCase } from "../../schemas/wire/refund.ts";
import type { Desk } from "./exchange.ts";
import { asOf, latest } from "./history.ts";
import { formatRupees } from "./rupees.ts";
import type { MerchantData, StoredCase, StoredPayment, StoredRequest } from "./state.ts";
import { timestamp } from "./timestamps.ts";

const notificationMs = 2000;

const userUrl = (desk: Desk, merchant: MerchantData): string => `${desk.origin}/v2/users/${merchant.userId}/`;
const requestUrl = (desk: Desk, id: string): string => `${desk.origin}/v2/payment_requests/${id}/`;
const paymentUrl = (desk: Desk, id: string): string => `${desk.origin}/v2/payments/${id}/`;
const caseUrl = (desk: Desk, id: string): string => `${desk.origin}/v2/resolutioncenter/cases/${id}/`;

/** Address of the hosted checkout page. */
export function longUrl(desk: Desk, merchant: MerchantData, requestId: string): string {
  return `${desk.origin}/@${merchant.username}/${requestId}`;
}

export const shortUrl = (desk: Desk, request: StoredRequest): string => `${desk.origin}/i/${request.shortCode}`;

/** Whether a payment shows up in lists: a failed one may not. */
export function isListed(desk: Desk, payment: StoredPayment | undefined): boolean {
  return payment !== undefined && (payment.status !== false || desk.settings.switches.failedPaymentsListed);
}

/** `Pending`, then `Sent` or `Failed` once a mail or SMS went out, `Completed` when paid. */
export function requestStatus(desk: Desk, request: StoredRequest, at: number): string {
  if (request.isCompleted) return "Completed";
  return request.sendEmail || request.sendSms ? notificationStatus(desk, request, at) : "Pending";
}

function notificationStatus(desk: Desk, request: StoredRequest, at: number): string {
  return at < request.createdAt + notificationMs ? "Pending" : desk.settings.switches.notificationOutcome;
}

/** A payment request as `GET` shows it, with its payments as they were at `at`. */
export function presentRequest(desk: Desk, merchant: MerchantData, request: StoredRequest, at: number) {
  const payments = request.paymentIds.filter((id) => {
    const history = merchant.payments.get(id);
    return history !== undefined && isListed(desk, asOf(history, at));
  });
  return {
    id: request.id,
    user: userUrl(desk, merchant),
    phone: request.phone,
    email: request.email,
    buyer_name: request.buyerName,
    amount: formatRupees(request.amountPaise),
    purpose: request.purpose,
    status: requestStatus(desk, request, at),
    payments: payments.map((id) => paymentUrl(desk, id)),
    send_sms: request.sendSms,
    send_email: request.sendEmail,
    sms_status: request.sendSms ? notificationStatus(desk, request, at) : null,
    email_status: request.sendEmail ? notificationStatus(desk, request, at) : null,
    shorturl: shortUrl(desk, request) as string | null,
    longurl: longUrl(desk, merchant, request.id),
    redirect_url: request.redirectUrl,
    webhook: request.webhook,
    scheduled_at: null,
    expires_at: request.expiresAt === null ? null : timestamp(request.expiresAt),
    allow_repeated_payments: request.allowRepeatedPayments,
    mark_fulfilled: request.markFulfilled,
    created_at: timestamp(request.createdAt),
    modified_at: timestamp(request.changedAt),
    resource_uri: requestUrl(desk, request.id),
  } satisfies PaymentRequest;
}

export function presentPayment(desk: Desk, merchant: MerchantData, payment: StoredPayment) {
  const isPaid = payment.status === true;
  return {
    id: payment.id,
    title: payment.title,
    payment_type: "api_rap",
    payment_request: payment.requestId === null ? null : requestUrl(desk, payment.requestId),
    status: payment.status,
    link: null,
    product: null,
    seller: userUrl(desk, merchant),
    currency: "INR",
    amount: formatRupees(payment.amountPaise),
    name: payment.name,
    email: payment.email,
    phone: payment.phone,
    payout: null,
    fees: payment.feesPaise === null ? null : formatRupees(payment.feesPaise),
    total_taxes: payment.taxesPaise === null ? null : formatRupees(payment.taxesPaise),
    cases: paymentCases(desk, merchant, payment.id),
    affiliate_id: null,
    affiliate_commission: isPaid ? "0.00" : null,
    order_info: {
      shipping_address: null,
      shipping_city: null,
      shipping_state: null,
      shipping_zip: null,
      shipping_country: null,
      quantity: 1,
      unit_price: formatRupees(payment.amountPaise),
      custom_fields: {},
      variants: [],
    },
    instrument_type: "CARD",
    billing_instrument: "Domestic Regular Credit Card (Visa/Mastercard)",
    failure: payment.failure,
    created_at: timestamp(payment.createdAt),
    updated_at: timestamp(payment.changedAt),
    tax_invoice_id: "",
    resource_uri: paymentUrl(desk, payment.id),
  } satisfies Payment;
}

/** The cases of a payment that reads already show. */
export function visibleCases(desk: Desk, merchant: MerchantData): StoredCase[] {
  const at = desk.now - desk.settings.switches.caseLagSeconds * 1000;
  return [...merchant.cases.values()].flatMap((history) => asOf(history, at) ?? []);
}

function paymentCases(desk: Desk, merchant: MerchantData, paymentId: string): unknown[] {
  const style = desk.settings.switches.paymentCases;
  if (style === "empty") return [];
  const cases = visibleCases(desk, merchant).filter((each) => each.paymentId === paymentId);
  if (style === "urls") return cases.map((each) => caseUrl(desk, each.id));
  if (style === "ids") return cases.map((each) => each.id);
  return cases.map((each) => presentCase(desk, merchant, each));
}

const statusTexts = {
  FINI_CONC: "Refunded",
  FINI_DENY: "Case resolved",
  FINI_WITH: "Cancelled",
  FINI_INIT: "Case closed",
} as const;

export function presentCase(desk: Desk, merchant: MerchantData, stored: StoredCase) {
  const created = timestamp(stored.createdAt);
  const { bankReference, resolution, refundUuid } = stored;
  const bank = { id: refundUuid, status: "Completed", bank_reference_number: bankReference };
  return {
    id: stored.id,
    created_by: null,
    payment: paymentUrl(desk, stored.paymentId),
    status: resolution === null ? "OPEN" : "FINI",
    resolution_status: resolution,
    status_text: resolution === null ? "Open" : statusTexts[resolution],
    type: stored.type,
    body: stored.body,
    refund_amount: formatRupees(stored.amountPaise),
    references: [{ id: stored.paymentId, type: "Payment held.", created_at: created }],
    refunds: resolution === "FINI_CONC" ? [{ ...bank, created_at: timestamp(stored.changedAt) }] : [],
    ...shownTransactionId(desk, stored),
    created_at: created,
    updated_at: timestamp(stored.changedAt),
    resource_uri: caseUrl(desk, stored.id),
    creator_name: merchant.username,
  } satisfies RefundCase;
}

function shownTransactionId(desk: Desk, stored: StoredCase): { transaction_id?: string | null } {
  return desk.settings.switches.caseShowsTransactionId ? { transaction_id: stored.transactionId } : {};
}

/** `refund` of the create reply. It says `Refunded` at once, although the case is still open. */
export function presentRefund(merchant: MerchantData, stored: StoredCase) {
  return {
    id: stored.id,
    payment_id: stored.paymentId,
    status: stored.resolution === null ? "Refunded" : statusTexts[stored.resolution],
    type: stored.type,
    body: stored.body,
    refund_amount: stored.amountText,
    total_amount: formatRupees(paidAmount(merchant, stored)),
    created_at: timestamp(stored.createdAt),
  };
}

/** A row of the refund list. */
export function presentRefundRow(desk: Desk, merchant: MerchantData, stored: StoredCase) {
  return { ...presentRefund(merchant, stored), ...shownTransactionId(desk, stored) };
}

/** A single refund: the row, and the keys that the official PHP SDK's tests look for. */
export function presentRefundDetail(desk: Desk, merchant: MerchantData, stored: StoredCase) {
  const payment = merchant.payments.get(stored.paymentId);
  return {
    ...presentRefundRow(desk, merchant, stored),
    payment: paymentUrl(desk, stored.paymentId),
    amount: formatRupees(stored.amountPaise),
    buyer: payment === undefined ? "" : latest(payment).email,
  };
}

function paidAmount(merchant: MerchantData, stored: StoredCase): number {
  const payment = merchant.payments.get(stored.paymentId);
  return payment === undefined ? stored.amountPaise : latest(payment).amountPaise;
}
