import { type Call, type Desk, redirect, type SimulatorResponse } from "../exchange.ts";
import { latest } from "../history.ts";
import {
  type CardInput,
  type CheckoutView,
  cancelledPage,
  closedPage,
  formPage,
  missingPage,
  resultPage,
  testCard,
} from "../pages/checkout-page.ts";
import { longUrl } from "../present.ts";
import { FieldReader } from "../read-fields.ts";
import type { MerchantData, StoredPayment } from "../state.ts";
import { closedBecause, type Payer, takePayment } from "../take-payment.ts";
import { checkCard } from "./check-card.ts";
import { returnAddress } from "./return-address.ts";

interface Found extends CheckoutView {
  owner: MerchantData;
}

function find(desk: Desk, call: Call): Found | undefined {
  const { id = "", username } = call.params;
  const owner = [...desk.state.merchants.values()].find((each) => each.username === username);
  const history = owner?.requests.get(id);
  if (owner === undefined || history === undefined) return undefined;
  return { owner, merchant: owner.username, request: latest(history), path: `/@${owner.username}/${id}` };
}

/** `GET /@{username}/{id}`: the form, or why there is none. `?payment_id=` shows how that payment ended. */
export function showCheckout(desk: Desk, call: Call): SimulatorResponse {
  const found = find(desk, call);
  if (found === undefined) return missingPage();
  const payment = found.owner.payments.get(call.request.query.get("payment_id") ?? "");
  if (payment !== undefined && latest(payment).requestId === found.request.id) {
    return resultPage(found, latest(payment));
  }
  const closed = closedBecause(desk, found.request);
  if (closed !== undefined) return closedPage(found, closed, 200);
  if (call.request.query.has("cancelled")) return cancelledPage(found);
  return formPage(found, blankCard(desk, found));
}

function blankCard(desk: Desk, { request }: Found): CardInput {
  const year = String((new Date(desk.now).getUTCFullYear() + 3) % 100).padStart(2, "0");
  return {
    ...testCard,
    expiry: `12/${year}`,
    name: request.buyerName ?? "",
    email: request.email ?? "",
    phone: request.phone ?? "",
  };
}

function typedCard(call: Call): CardInput {
  const text = (key: string): string => String(call.fields.get(key) ?? "").trim();
  return {
    number: text("card_number"),
    expiry: text("card_expiry"),
    cvv: text("card_cvv"),
    name: text("name"),
    email: text("email"),
    phone: text("phone"),
  };
}

/**
 * *Pay*. What is not a card at all is asked for again and is no attempt; a card that is not the test card is a failed
 * payment, and the page stays so that the payer can try again.
 */
export function payCheckout(desk: Desk, call: Call): SimulatorResponse {
  const found = find(desk, call);
  if (found === undefined) return missingPage();
  const closed = closedBecause(desk, found.request);
  if (closed !== undefined) return closedPage(found, closed, 409);
  const typed = typedCard(call);
  const { trouble, isAttempt } = checkCard(typed, desk.now);
  if (trouble !== undefined && !isAttempt) return formPage(found, typed, trouble);
  const outcome = trouble === undefined ? "success" : "failure";
  const payer = readPayer(call);
  const payment = takePayment(desk, { merchant: found.owner, requestId: found.request.id, outcome, payer });
  if (trouble !== undefined) return formPage(found, typed, trouble);
  return leave(found, payment);
}

/** What the payer typed, as far as it is valid; the request's own values stand in for the rest. */
function readPayer(call: Call): Payer {
  const form = new FieldReader(call.fields);
  return { name: form.may("name", 100), email: form.email("email"), phone: form.phone("phone") };
}

/** *Fail this payment*: a declined payment, and back to the merchant. */
export function failCheckout(desk: Desk, call: Call): SimulatorResponse {
  const found = find(desk, call);
  if (found === undefined) return missingPage();
  const closed = closedBecause(desk, found.request);
  if (closed !== undefined) return closedPage(found, closed, 409);
  const order = { merchant: found.owner, requestId: found.request.id, payer: readPayer(call) };
  return leave(found, takePayment(desk, { ...order, outcome: "failure" }));
}

/** *Cancel*: no payment is made; the merchant is told `Failed` without a payment id. */
export function cancelCheckout(desk: Desk, call: Call): SimulatorResponse {
  const found = find(desk, call);
  if (found === undefined) return missingPage();
  return closedBecause(desk, found.request) === undefined ? leave(found, null) : redirect(303, found.path);
}

function leave({ path, request }: Found, payment: StoredPayment | null): SimulatorResponse {
  if (request.redirectUrl !== null) return redirect(303, returnAddress(request.redirectUrl, request.id, payment));
  return redirect(303, payment === null ? `${path}?cancelled=1` : `${path}?payment_id=${payment.id}`);
}

/** `GET /i/{code}`: the short address. */
export function followShortUrl(desk: Desk, call: Call): SimulatorResponse {
  for (const merchant of desk.state.merchants.values()) {
    for (const history of merchant.requests.values()) {
      const request = latest(history);
      if (request.shortCode === call.params.code) return redirect(302, longUrl(desk, merchant, request.id));
    }
  }
  return missingPage();
}
