import {
  type Call,
  type Desk,
  type MerchantCall,
  redirect,
  refusal,
  type SimulatorRequest,
  type SimulatorResponse,
} from "./exchange.ts";
import { reviewCases } from "./refund-cases.ts";
import { authenticate } from "./routes/authenticate.ts";
import { cancelCheckout, failCheckout, followShortUrl, payCheckout, showCheckout } from "./routes/checkout.ts";
import {
  createOrder,
  createOrderForRequest,
  getOrderById,
  getOrderByTransactionId,
  listOrders,
  showCheckoutOptions,
} from "./routes/gateway-orders.ts";
import { createPaymentRequest } from "./routes/create-payment-request.ts";
import {
  disablePaymentRequest,
  enablePaymentRequest,
  getPaymentRequest,
  listPaymentRequests,
} from "./routes/payment-requests.ts";
import { fulfilPayment, getPayment, listPayments } from "./routes/payments.ts";
import { createRefund, getCase, getRefund, listRefunds } from "./routes/refunds.ts";
import { showStatus } from "./routes/status.ts";
import { createToken } from "./routes/token.ts";

type Route = { method: "GET" | "POST"; path: string } & (
  | { handle: (desk: Desk, call: Call) => SimulatorResponse }
  | { forMerchant: (desk: Desk, call: MerchantCall) => SimulatorResponse }
);

const routes: readonly Route[] = [
  { method: "POST", path: "/oauth2/token/", handle: createToken },
  { method: "POST", path: "/v2/payment_requests/", forMerchant: createPaymentRequest },
  { method: "GET", path: "/v2/payment_requests/", forMerchant: listPaymentRequests },
  { method: "GET", path: "/v2/payment_requests/:id/", forMerchant: getPaymentRequest },
  { method: "POST", path: "/v2/payment_requests/:id/enable/", forMerchant: enablePaymentRequest },
  { method: "POST", path: "/v2/payment_requests/:id/disable/", forMerchant: disablePaymentRequest },
  { method: "GET", path: "/v2/payments/", forMerchant: listPayments },
  { method: "GET", path: "/v2/payments/:id/", forMerchant: getPayment },
  { method: "POST", path: "/v2/payments/:id/refund/", forMerchant: createRefund },
  { method: "POST", path: "/v2/payments/:id/fulfil/", forMerchant: fulfilPayment },
  { method: "GET", path: "/v2/resolutioncenter/cases/:id/", forMerchant: getCase },
  { method: "GET", path: "/v2/refunds/", forMerchant: listRefunds },
  { method: "GET", path: "/v2/refunds/:id/", forMerchant: getRefund },
  { method: "POST", path: "/v2/gateway/orders/", forMerchant: createOrder },
  { method: "GET", path: "/v2/gateway/orders/", forMerchant: listOrders },
  { method: "POST", path: "/v2/gateway/orders/payment-request/", forMerchant: createOrderForRequest },
  { method: "GET", path: "/v2/gateway/orders/id::id/", forMerchant: getOrderById },
  { method: "GET", path: "/v2/gateway/orders/transaction_id::id/", forMerchant: getOrderByTransactionId },
  { method: "GET", path: "/v2/gateway/orders/:id/checkout-options/", forMerchant: showCheckoutOptions },
  { method: "GET", path: "/", handle: showStatus },
  { method: "GET", path: "/i/:code", handle: followShortUrl },
  { method: "GET", path: "/@:username/:id", handle: showCheckout },
  { method: "POST", path: "/@:username/:id/pay", handle: payCheckout },
  { method: "POST", path: "/@:username/:id/fail", handle: failCheckout },
  { method: "POST", path: "/@:username/:id/cancel", handle: cancelCheckout },
];

export interface Answer {
  response: SimulatorResponse;
  /** False when no route was meant: somebody's path is wrong, and the ledger shows it. */
  isHandled: boolean;
  /** Whose token came with the call. */
  clientId: string | null;
}

/**
 * The whole local Instamojo as a function: finds the route and answers from the state, which it changes in place.
 * It knows no socket, no timer and no clock but `desk.now`.
 */
export function respond(desk: Desk, request: SimulatorRequest): Answer {
  reviewCases(desk);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const fitting = routes.filter((route) => paramsOf(route.path, request.path) !== undefined);
  const route = fitting.find((each) => each.method === method);
  if (route !== undefined) return answer(desk, request, route);
  const allow = fitting.map((each) => each.method).join(", ");
  if (fitting.length > 0) {
    const response = refusal(405, `Method "${request.method}" not allowed.`);
    return unhandled({ ...response, headers: { ...response.headers, allow } });
  }
  return slashed(request, method) ?? unhandled(refusal(404, unknownRoute(request)));
}

function answer(desk: Desk, request: SimulatorRequest, route: Route): Answer {
  const params = paramsOf(route.path, request.path) ?? {};
  const merchant = "forMerchant" in route ? authenticate(desk, request) : undefined;
  if (merchant !== undefined && "status" in merchant) return handled(merchant, null);
  const clientId = merchant?.clientId ?? null;
  if (!("fields" in request.body)) return handled(refusal(request.body.status, request.body.message), clientId);
  const call: Call = { request, params, fields: request.body.fields };
  if ("handle" in route) return handled(route.handle(desk, call), null);
  if (merchant === undefined) throw new Error("a merchant's route without its merchant");
  return handled(route.forMerchant(desk, { ...call, merchant }), clientId);
}

/**
 * A path that lacks only its final slash: reads are redirected, the query kept; a write is refused, because a redirect
 * would turn it into a read that looks like success.
 */
function slashed(request: SimulatorRequest, method: string): Answer | undefined {
  const path = `${request.path}/`;
  const fitting = routes.filter((route) => paramsOf(route.path, path) !== undefined);
  if (fitting.length === 0) return undefined;
  if (method !== "GET") return unhandled(refusal(404, `Not found. Write the path with its final slash: ${path}`));
  const query = request.query.size > 0 ? `?${request.query}` : "";
  return handled(redirect(301, `${path}${query}`), null);
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const got = given[index] ?? "";
    // The last one: the paths of gateway orders have a colon of their own, as in `id:{id}`.
    const at = want.lastIndexOf(":");
    if (at === -1 ? want !== got : !got.startsWith(want.slice(0, at)) || got.length === at) return undefined;
    if (at !== -1) params[want.slice(at + 1)] = got.slice(at);
  }
  return params;
}

const unknownRoute = (request: SimulatorRequest): string =>
  `The local Instamojo has no route ${request.method} ${request.path}. Its ledger lists the call as unhandled.`;

const handled = (response: SimulatorResponse, clientId: string | null): Answer => ({
  response,
  isHandled: true,
  clientId,
});

const unhandled = (response: SimulatorResponse): Answer => ({ response, isHandled: false, clientId: null });
