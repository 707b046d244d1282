import { inspect } from "node:util";
import type { TSchema } from "@sinclair/typebox";
import { Ajv } from "ajv";
import { createGateway, type Gateway, type GatewayAccount, type GatewayOptions } from "../../src/client/gateway.ts";
import type { Transport, TransportRequest, TransportResponse } from "../../src/client/transport.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { FlowError } from "../../src/runtime/errors.ts";

export const clientSecret = "test_5hV9dQ2mXr7KpLsecret";
export const accessToken = "y70kak2K0Rg7J4PAL8sdW0MutnGJEl";

export const testAccount: GatewayAccount = {
  name: "shop",
  baseUrl: "https://test.instamojo.com",
  clientId: "test_id",
  clientSecret,
};

const ajv = new Ajv();
export const fits = (schema: TSchema, value: unknown): boolean => ajv.validate(schema, value);

/** Time that passes only when told to, or, where somebody waits, at once; `delays` says how long each wait was. */
export function instantClock(startMs = Date.UTC(2026, 0, 1)): Clock & { delays: number[]; advance(ms: number): void } {
  let nowMs = startMs;
  const delays: number[] = [];
  return {
    delays,
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    after(delayMs, callback) {
      delays.push(delayMs);
      let isCancelled = false;
      queueMicrotask(() => {
        if (isCancelled) return;
        nowMs += delayMs;
        callback();
      });
      return () => {
        isCancelled = true;
      };
    },
  };
}

export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): TransportResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

export const tokenReply = (token = accessToken, expiresIn: unknown = 36000) =>
  jsonReply(200, { access_token: token, token_type: "Bearer", expires_in: expiresIn, scope: "read write" });

export type Answer = TransportResponse | Error;

/** A transport that answers from a script and keeps what it was asked to send. */
export function scriptedTransport(answer: (request: TransportRequest, index: number) => Answer | Promise<Answer>) {
  const sent: TransportRequest[] = [];
  const transport: Transport & {
    sent: TransportRequest[];
    tokenCalls(): number;
    apiCalls(): TransportRequest[];
    isClosed: boolean;
  } = {
    sent,
    isClosed: false,
    tokenCalls: () => sent.filter(isTokenCall).length,
    apiCalls: () => sent.filter((request) => !isTokenCall(request)),
    async send(request) {
      const index = sent.push(request) - 1;
      const given = await answer(request, index);
      if (given instanceof Error) throw given;
      return given;
    },
    async close() {
      transport.isClosed = true;
    },
  };
  return transport;
}

export const isTokenCall = (request: { url: string }) => new URL(request.url).pathname === "/oauth2/token/";

/** A gateway whose token calls succeed and whose other calls get these answers in turn, the last one for ever. */
export function gatewayAnswering(
  answers: readonly Answer[],
  options: Partial<GatewayOptions> & { account?: GatewayAccount } = {},
) {
  const clock = instantClock();
  let next = 0;
  const transport = scriptedTransport((request) => {
    if (isTokenCall(request)) return tokenReply();
    const answer = answers[Math.min(next, answers.length - 1)] as Answer;
    next += 1;
    return answer;
  });
  const { account = testAccount, ...rest } = options;
  const gateway = createGateway(account, { transport, clock, fits, random: () => 0.5, ...rest });
  return { gateway, transport, clock };
}

/** The FlowError that a promise is rejected with. */
export async function refusal(promise: Promise<unknown>): Promise<FlowError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`was not refused: ${inspect(outcome.value)}`);
  if (!(outcome.error instanceof FlowError)) throw new Error(`not a FlowError: ${inspect(outcome.error)}`);
  return outcome.error;
}

/** Everything that a log, a debugger or a flow could see of an error. */
export function everythingShown(error: unknown): string {
  return `${JSON.stringify(error)} ${inspect(error, { depth: null, showHidden: true, getters: true })}`;
}

export const requestId = "05f317448ad84649aa1a9c7328edb015";
export const paymentId = "MOJO5a06005J21512197";

export const createBody = {
  amount: "200.00",
  purpose: "FIFA 16",
  send_email: "false",
  send_sms: "false",
  allow_repeated_payments: "false",
} as const;

export const refundBody = {
  transaction_id: "order-1-refund-1",
  type: "QFL",
  body: "Customer isn't satisfied with the quality",
  refund_amount: "100.00",
} as const;

export const paymentRequest = {
  id: requestId,
  user: "https://api.instamojo.com/v2/users/90f01dfdacbe4fe7892fc27dbdc30906/",
  phone: "+919999999999",
  email: "foo@example.com",
  buyer_name: "John Doe",
  amount: "200.00",
  purpose: "FIFA 16",
  status: "Pending",
  payments: [],
  send_sms: false,
  send_email: false,
  sms_status: null,
  email_status: null,
  shorturl: null,
  longurl: `https://test.instamojo.com/@foo/${requestId}`,
  redirect_url: null,
  webhook: null,
  scheduled_at: null,
  expires_at: null,
  allow_repeated_payments: false,
  mark_fulfilled: true,
  created_at: "2016-05-09T16:10:13.786Z",
  modified_at: "2016-05-09T16:10:13.786Z",
  resource_uri: `https://api.instamojo.com/v2/payment_requests/${requestId}/`,
};

export const payment = {
  id: paymentId,
  status: true,
  amount: "200.00",
  currency: "INR",
  payment_request: `https://api.instamojo.com/v2/payment_requests/${requestId}/`,
};

export const refundReply = {
  refund: {
    id: "C5c0751269",
    payment_id: paymentId,
    status: "Refunded",
    type: "QFL",
    body: "Customer isn't satisfied with the quality",
    refund_amount: "100",
    total_amount: "200.00",
    created_at: "2015-12-07T11:01:37.640Z",
  },
  success: true,
};

export const refundCase = { id: "C5c0751269", resolution_status: "FINI_CONC", refund_amount: "100.00", status: "FINI" };

/** One call of every method of the gateway, with a reply that it takes. */
export const everyCall: readonly {
  name: string;
  effect: "read" | "write" | "refund";
  method: "GET" | "POST";
  path: string;
  reply: unknown;
  run(gateway: Gateway): Promise<unknown>;
}[] = [
  {
    name: "createPaymentRequest",
    effect: "write",
    method: "POST",
    path: "/v2/payment_requests/",
    reply: paymentRequest,
    run: (gateway) => gateway.createPaymentRequest(createBody),
  },
  {
    name: "getPaymentRequest",
    effect: "read",
    method: "GET",
    path: `/v2/payment_requests/${requestId}/`,
    reply: paymentRequest,
    run: (gateway) => gateway.getPaymentRequest(requestId),
  },
  {
    name: "listPaymentRequests",
    effect: "read",
    method: "GET",
    path: "/v2/payment_requests/?page=2&limit=50",
    reply: { count: 1, next: null, previous: null, payment_requests: [paymentRequest] },
    run: (gateway) => gateway.listPaymentRequests({ page: 2, limit: 50 }),
  },
  {
    name: "enablePaymentRequest",
    effect: "write",
    method: "POST",
    path: `/v2/payment_requests/${requestId}/enable/`,
    reply: { success: true },
    run: (gateway) => gateway.enablePaymentRequest(requestId),
  },
  {
    name: "disablePaymentRequest",
    effect: "write",
    method: "POST",
    path: `/v2/payment_requests/${requestId}/disable/`,
    reply: { success: true },
    run: (gateway) => gateway.disablePaymentRequest(requestId),
  },
  {
    name: "getPayment",
    effect: "read",
    method: "GET",
    path: `/v2/payments/${paymentId}/`,
    reply: payment,
    run: (gateway) => gateway.getPayment(paymentId),
  },
  {
    name: "listPayments",
    effect: "read",
    method: "GET",
    path: "/v2/payments/?page=1&limit=20",
    reply: { count: 1, payments: [payment] },
    run: (gateway) => gateway.listPayments({ page: 1, limit: 20 }),
  },
  {
    name: "createRefund",
    effect: "refund",
    method: "POST",
    path: `/v2/payments/${paymentId}/refund/`,
    reply: refundReply,
    run: (gateway) => gateway.createRefund(paymentId, refundBody),
  },
  {
    name: "getRefundCase",
    effect: "read",
    method: "GET",
    path: "/v2/resolutioncenter/cases/C5c0751269/",
    reply: refundCase,
    run: (gateway) => gateway.getRefundCase("C5c0751269"),
  },
  {
    name: "listRefunds",
    effect: "read",
    method: "GET",
    path: "/v2/refunds/?page=1&limit=500",
    reply: { refunds: [{ id: "C5c0751269" }] },
    run: (gateway) => gateway.listRefunds({ page: 1, limit: 500 }),
  },
];
