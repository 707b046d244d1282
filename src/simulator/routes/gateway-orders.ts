import { type Desk, forbidden, json, type MerchantCall, notFound, type SimulatorResponse } from "../exchange.ts";
import { asOf, latest } from "../history.ts";
import { newRequestId } from "../identifiers.ts";
import { presentOptions, presentOrder, presentOrderWithPayments } from "../present-order.ts";
import { isLoopbackUrl } from "../queue-webhook.ts";
import { FieldReader } from "../read-fields.ts";
import { formatRupees, parseRupees } from "../rupees.ts";
import type { StoredOrder } from "../state.ts";
import { pageOf } from "./page-of.ts";

/** The gateway's limits of an order, in paise. */
const leastPaise = 900;
const mostPaise = 20_000_000;

/**
 * `POST /v2/gateway/orders/`, as the official shop plugins and mobile back ends call it: the merchant brings its own
 * `transaction_id` and gets the ways to pay back.
 */
export function createOrder(desk: Desk, call: MerchantCall): SimulatorResponse {
  if (!desk.settings.switches.accountActivated) return forbidden();
  const form = new FieldReader(call.fields);
  const wanted = readOrder(desk, call, form);
  if (wanted === undefined) return json(400, form.errors);
  const order = keep(desk, call, { ...wanted, requestId: null });
  return json(desk.settings.switches.createStatus, {
    order: presentOrder(desk, order),
    payment_options: presentOptions(desk, call.merchant, order),
  });
}

/** `POST /v2/gateway/orders/payment-request/`: an order through which a mobile app pays a payment request. */
export function createOrderForRequest(desk: Desk, call: MerchantCall): SimulatorResponse {
  if (!desk.settings.switches.accountActivated) return forbidden();
  const form = new FieldReader(call.fields);
  const id = form.need("id");
  const typed = { name: form.may("name", 100), email: form.email("email"), phone: form.phone("phone") };
  if (!form.isValid || id === undefined) return json(400, form.errors);
  const history = call.merchant.requests.get(id);
  if (history === undefined) return notFound();
  const request = latest(history);
  const order = keep(desk, call, {
    requestId: id,
    transactionId: null,
    amountPaise: request.amountPaise,
    name: typed.name ?? request.buyerName ?? "",
    email: typed.email ?? request.email ?? "",
    phone: typed.phone ?? request.phone ?? "",
    description: request.purpose,
    redirectUrl: request.redirectUrl,
    webhookUrl: request.webhook,
  });
  const { name, email, phone, amountPaise } = order;
  const shown = { order_id: order.id, name, email, phone, amount: formatRupees(amountPaise) };
  return json(desk.settings.switches.createStatus, shown);
}

type WantedOrder = Omit<StoredOrder, "id" | "order" | "isCompleted" | "paymentIds" | "createdAt" | "changedAt">;

function keep(desk: Desk, call: MerchantCall, wanted: WantedOrder): StoredOrder {
  desk.state.order += 1;
  const order: StoredOrder = {
    ...wanted,
    id: newRequestId(),
    order: desk.state.order,
    isCompleted: false,
    paymentIds: [],
    createdAt: desk.now,
    changedAt: desk.now,
  };
  call.merchant.orders.set(order.id, [{ at: desk.now, value: order }]);
  return order;
}

function readOrder(desk: Desk, call: MerchantCall, form: FieldReader): Omit<WantedOrder, "requestId"> | undefined {
  const name = form.need("name", 100);
  const email = form.need("email") && form.email("email");
  const phone = form.need("phone") && form.phone("phone");
  const amountPaise = readAmount(form, form.need("amount"));
  const transactionId = readTransactionId(call, form, form.need("transaction_id", 64));
  const description = form.may("description", 255) ?? null;
  const redirectUrl = form.need("redirect_url") && form.url("redirect_url");
  if (redirectUrl && new URL(redirectUrl).search !== "") form.fail("redirect_url", "Enter a URL without a query.");
  const webhookUrl = form.url("webhook_url") ?? null;
  if (webhookUrl !== null && desk.settings.switches.refuseLocalWebhook && isLoopbackUrl(webhookUrl)) {
    form.fail("webhook_url", "Enter a valid URL.");
  }
  const currency = form.need("currency");
  if (currency !== undefined && currency !== "INR") form.fail("currency", `"${currency}" is not a valid choice.`);
  if (!form.isValid || !name || !email || !phone || amountPaise === undefined || !transactionId || !redirectUrl) {
    return undefined;
  }
  return { name, email, phone, amountPaise, transactionId, description, redirectUrl, webhookUrl };
}

function readAmount(form: FieldReader, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const paise = parseRupees(text);
  if (paise === "not-a-number") return form.fail("amount", "A valid number is required.");
  if (paise === "too-many-places") return form.fail("amount", "Ensure that there are no more than 2 decimal places.");
  if (paise < leastPaise) return form.fail("amount", "Ensure this value is greater than or equal to 9.");
  if (paise > mostPaise) return form.fail("amount", "Ensure this value is less than or equal to 200000.");
  return paise;
}

/** The merchant's own id of the order: one order for ever. */
function readTransactionId(call: MerchantCall, form: FieldReader, id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  if (!/^[\w-]+$/.test(id)) return form.fail("transaction_id", "Enter letters, digits, underscores or hyphens.");
  const isTaken = [...call.merchant.orders.values()].some((each) => latest(each).transactionId === id);
  return isTaken ? form.fail("transaction_id", "This field must be unique.") : id;
}

/** `GET /v2/gateway/orders/id:{id}/`. */
export function getOrderById(desk: Desk, call: MerchantCall): SimulatorResponse {
  return showOrder(desk, call, (order) => order.id === call.params.id);
}

/** `GET /v2/gateway/orders/transaction_id:{id}/`. */
export function getOrderByTransactionId(desk: Desk, call: MerchantCall): SimulatorResponse {
  return showOrder(desk, call, (order) => order.transactionId === call.params.id);
}

function showOrder(desk: Desk, call: MerchantCall, isIt: (order: StoredOrder) => boolean): SimulatorResponse {
  const at = desk.now - desk.settings.switches.readLagSeconds * 1000;
  const order = visible(call, at).find(isIt);
  return order === undefined ? notFound() : json(200, presentOrderWithPayments(desk, call.merchant, order, at));
}

function visible({ merchant }: MerchantCall, at: number): StoredOrder[] {
  return [...merchant.orders.values()].flatMap((history) => asOf(history, at) ?? []);
}

/** `GET /v2/gateway/orders/`. */
export function listOrders(desk: Desk, call: MerchantCall): SimulatorResponse {
  const at = desk.now - desk.settings.switches.listLagSeconds * 1000;
  const present = (row: StoredOrder): unknown => presentOrderWithPayments(desk, call.merchant, row, at);
  return pageOf(desk, call, { key: "orders", rows: visible(call, at), present });
}

/** `GET /v2/gateway/orders/{id}/checkout-options/`, for the mobile SDKs: they were just given the id, so nothing lags. */
export function showCheckoutOptions(desk: Desk, call: MerchantCall): SimulatorResponse {
  const history = call.merchant.orders.get(call.params.id ?? "");
  if (history === undefined) return notFound();
  const order = latest(history);
  return json(200, {
    order: presentOrder(desk, order),
    payment_options: presentOptions(desk, call.merchant, order),
  });
}
