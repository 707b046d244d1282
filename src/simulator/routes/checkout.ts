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
import { closedBecause, type Payer, payableOf, takePayment } from "../take-payment.ts";
import { checkCard } from "./check-card.ts";
import { type ReturnIds, returnAddress } from "./return-address.ts";

interface Found extends CheckoutView {
  owner: MerchantData;
  /** What a payment made here is for. */
  target: { requestId: string } | { orderId: string };
  returnIds: ReturnIds;
}

function find(desk: Desk, call: Call): Found | undefined {
  const { id = "", username } = call.params;
  const owner = [...desk.state.merchants.values()].find((each) => each.username === username);
  if (owner === undefined) return undefined;
  const view = { owner, merchant: owner.username, path: `/@${owner.username}/${id}` };
  const request = owner.requests.get(id);
  if (request !== undefined) {
    return { ...view, request: latest(request), target: { requestId: id }, returnIds: { payment_request_id: id } };
  }
  const history = owner.orders.get(id);
  if (history === undefined) return undefined;
  const order = latest(history);
  const returnIds = { id, transaction_id: order.transactionId ?? "" };
  return { ...view, request: payableOf(owner, order), target: { orderId: id }, returnIds };
}

/** `GET /@{username}/{id}`: the form, or why there is none. `?payment_id=` shows how that payment ended. */
export function showCheckout(desk: Desk, call: Call): SimulatorResponse {
  const found = find(desk, call);
  if (found === undefined) return missingPage();
  const payment = found.owner.payments.get(call.request.query.get("payment_id") ?? "");
  if (payment !== undefined && isFor(found, latest(payment))) {
    return resultPage(found, latest(payment));
  }
  const closed = closedBecause(desk, found.request);
  if (closed !== undefined) return closedPage(found, closed, 200);
  if (call.request.query.has("cancelled")) return cancelledPage(found);
  return formPage(found, blankCard(desk, found));
}

function isFor({ target }: Found, payment: StoredPayment): boolean {
  return "orderId" in target ? payment.orderId === target.orderId : payment.requestId === target.requestId;
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
  const payment = takePayment(desk, { merchant: found.owner, ...found.target, outcome, payer });
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
  const order = { merchant: found.owner, ...found.target, payer: readPayer(call) };
  return leave(found, takePayment(desk, { ...order, outcome: "failure" }));
}

/** *Cancel*: no payment is made; the merchant is told `Failed` without a payment id. */
export function cancelCheckout(desk: Desk, call: Call): SimulatorResponse {
  const found = find(desk, call);
  if (found === undefined) return missingPage();
  return closedBecause(desk, found.request) === undefined ? leave(found, null) : redirect(303, found.path);
}

function leave({ path, request, returnIds }: Found, payment: StoredPayment | null): SimulatorResponse {
  if (request.redirectUrl !== null) return redirect(303, returnAddress(request.redirectUrl, returnIds, payment));
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
