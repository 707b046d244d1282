import { type Desk, forbidden, json, type MerchantCall, type SimulatorResponse } from "../exchange.ts";
import { newRequestId, newShortCode } from "../identifiers.ts";
import { presentRequest } from "../present.ts";
import { isLoopbackUrl } from "../queue-webhook.ts";
import { FieldReader, required } from "../read-fields.ts";
import { parseRupees } from "../rupees.ts";
import type { StoredRequest } from "../state.ts";

const leastPaise = 900;
const mostPaise = 20_000_000;
const longestLifeMs = 600_000;

/**
 * `POST /v2/payment_requests/`. The reply repeats `amount` as it was sent and has no `shorturl` yet; reads show two
 * places and the short address, as Instamojo's own samples do.
 */
export function createPaymentRequest(desk: Desk, call: MerchantCall): SimulatorResponse {
  if (!desk.settings.switches.accountActivated) return forbidden();
  const form = new FieldReader(call.fields);
  const amountText = form.need("amount");
  const amountPaise = amountText === undefined ? undefined : readAmount(form, amountText);
  const purpose = form.need("purpose", desk.settings.switches.purposeMaxLength);
  const optional = readOptional(desk, form);
  if (!form.isValid || amountText === undefined || amountPaise === undefined || purpose === undefined) {
    return json(400, form.errors);
  }
  desk.state.order += 1;
  const request: StoredRequest = {
    id: newRequestId(),
    order: desk.state.order,
    amountPaise,
    purpose,
    ...optional,
    isCompleted: false,
    isDisabled: false,
    paymentIds: [],
    shortCode: newShortCode(),
    createdAt: desk.now,
    changedAt: desk.now,
  };
  call.merchant.requests.set(request.id, [{ at: desk.now, value: request }]);
  const shown = presentRequest(desk, call.merchant, request, desk.now);
  return json(desk.settings.switches.createStatus, { ...shown, amount: amountText.trim(), shorturl: null });
}

function readAmount(form: FieldReader, text: string): number | undefined {
  const paise = parseRupees(text);
  if (paise === "not-a-number") return form.fail("amount", "A valid number is required.");
  if (paise === "too-many-places") return form.fail("amount", "Ensure that there are no more than 2 decimal places.");
  if (paise < leastPaise) return form.fail("amount", "Amount cannot be less than INR 9.00.");
  if (paise > mostPaise) return form.fail("amount", "Ensure this value is less than or equal to 200000.");
  return paise;
}

function readOptional(desk: Desk, form: FieldReader) {
  const email = form.email("email") ?? null;
  const phone = form.phone("phone") ?? null;
  const sendEmail = form.flag("send_email", false);
  const sendSms = form.flag("send_sms", false);
  if (sendEmail && email === null && form.errors.email === undefined) form.fail("email", required);
  if (sendSms && phone === null && form.errors.phone === undefined) form.fail("phone", required);
  const webhook = form.url("webhook") ?? null;
  if (webhook !== null && desk.settings.switches.refuseLocalWebhook && isLoopbackUrl(webhook)) {
    form.fail("webhook", "Enter a valid URL.");
  }
  return {
    buyerName: form.may("buyer_name", 100) ?? null,
    email,
    phone,
    redirectUrl: form.url("redirect_url") ?? null,
    webhook,
    sendEmail,
    sendSms,
    allowRepeatedPayments: form.flag("allow_repeated_payments", desk.settings.switches.allowRepeatedPaymentsDefault),
    markFulfilled: form.flag("mark_fulfilled", true),
    expiresAt: readExpiry(desk, form),
  };
}

const isoUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|\+00:?00)$/;

/** `expires_at`: ISO-8601 in UTC, at most 600 seconds ahead. */
function readExpiry(desk: Desk, form: FieldReader): number | null {
  const text = form.may("expires_at");
  if (text === undefined) return null;
  const at = isoUtc.test(text) ? Date.parse(text.replace(/\+00:?00$/, "Z")) : Number.NaN;
  if (Number.isNaN(at)) form.fail("expires_at", "Datetime has wrong format. Use YYYY-MM-DDThh:mm:ss.uuuuuuZ instead.");
  else if (at <= desk.now) form.fail("expires_at", "Ensure this value is in the future.");
  else if (at > desk.now + longestLifeMs) form.fail("expires_at", "Ensure this value is at most 600 seconds ahead.");
  return at;
}
