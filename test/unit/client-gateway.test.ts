import { describe, expect, it } from "@jest/globals";
import { createGateway } from "../../src/client/gateway.ts";
import { isTransportError, TransportError } from "../../src/client/transport.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { LogFields, Logger } from "../../src/runtime/logger.ts";
import {
  type Answer,
  accessToken,
  clientSecret,
  createBody,
  everyCall,
  fits,
  gatewayAnswering,
  instantClock,
  isTokenCall,
  jsonReply,
  payment,
  paymentId,
  paymentRequest,
  refundBody,
  refundReply,
  refusal,
  requestId,
  scriptedTransport,
  testAccount,
  tokenReply,
} from "../helpers/client-fakes.ts";

const busy = (headers: Record<string, string> = {}): Answer => ({ status: 503, headers, body: "<h1>busy</h1>" });

describe("a call", () => {
  it.each(everyCall.map((call) => [call.name, call] as const))(
    "%s goes to its path and gives the reply back",
    async (_name, call) => {
      const { gateway, transport } = gatewayAnswering([jsonReply(call.method === "POST" ? 201 : 200, call.reply)]);
      const result = await call.run(gateway);
      if (call.path.endsWith("able/")) expect(result).toBeUndefined();
      else expect(result).toEqual(call.reply);
      const [request] = transport.apiCalls();
      expect([request?.method, request?.url]).toEqual([call.method, `https://test.instamojo.com${call.path}`]);
      expect(new URL(request?.url ?? "").pathname).toMatch(/\/$/);
      expect(request?.headers).toMatchObject({ accept: "application/json", authorization: `Bearer ${accessToken}` });
      expect(request?.freshConnection ?? false).toBe(call.effect === "refund");
      expect(request?.maxBytes).toBe(1_048_576);
      expect("body" in (request ?? {})).toBe(call.method === "POST");
    },
  );

  it("sends its form encoded, without the fields that are not given", async () => {
    const { gateway, transport } = gatewayAnswering([jsonReply(201, paymentRequest)]);
    const form = {
      ...createBody,
      purpose: "Tea & more",
      phone: "+919999999999",
      email: undefined as unknown as string,
    };
    await gateway.createPaymentRequest(form);
    const [request] = transport.apiCalls();
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(request?.body).toBe(
      "amount=200.00&purpose=Tea+%26+more&send_email=false&send_sms=false&allow_repeated_payments=false&phone=%2B919999999999",
    );
  });

  it("uses the origin of the base URL, whatever is written after it", async () => {
    const account = { ...testAccount, baseUrl: "http://127.0.0.1:4711/ignored/?x=1" };
    const { gateway, transport } = gatewayAnswering([jsonReply(200, payment)], { account });
    await gateway.getPayment(paymentId);
    expect(transport.sent.map((request) => request.url)).toEqual([
      "http://127.0.0.1:4711/oauth2/token/",
      `http://127.0.0.1:4711/v2/payments/${paymentId}/`,
    ]);
  });

  it.each(["", "test.instamojo.com", "ftp://test.instamojo.com"])(
    "is not to be had with the base URL %p",
    (baseUrl) => {
      const transport = scriptedTransport(() => tokenReply());
      const open = () => createGateway({ ...testAccount, baseUrl }, { transport, clock: instantClock(), fits });
      expect(open).toThrow(expect.objectContaining({ code: "account_invalid" }));
    },
  );

  it("has time-outs of its own that the host may change", async () => {
    const timeouts = async (given?: { headersMs: number }) => {
      const { gateway, transport } = gatewayAnswering([jsonReply(200, payment)], given ? { timeouts: given } : {});
      await gateway.getPayment(paymentId);
      return transport.sent.map((request) => request.timeouts);
    };
    const usual = { connectMs: 5_000, headersMs: 30_000, bodyMs: 15_000 };
    expect(await timeouts()).toEqual([usual, usual]);
    expect(await timeouts({ headersMs: 700 })).toEqual([
      { ...usual, headersMs: 700 },
      { ...usual, headersMs: 700 },
    ]);
  });

  it.each<[string, string, (id: string) => Promise<unknown>]>(
    ["../payments", "", "a/b", "a?b", "a b", `${requestId}/`, `${requestId}\n`, "a".repeat(65)].flatMap((id) => {
      const { gateway } = gatewayAnswering([]);
      return [
        [id, "paymentRequestId", () => gateway.getPaymentRequest(id)],
        [id, "paymentRequestId", () => gateway.disablePaymentRequest(id)],
        [id, "paymentRequestId", () => gateway.enablePaymentRequest(id)],
        [id, "paymentId", () => gateway.getPayment(id)],
        [id, "paymentId", () => gateway.createRefund(id, refundBody)],
        [id, "refundId", () => gateway.getRefundCase(id)],
      ];
    }),
  )("does not put %j into a path as %s", async (id, field, run) => {
    const error = await refusal(run(id));
    expect(error).toMatchObject({ code: "invalid_input", outcome: "not-applied" });
    expect(error.fieldErrors).toMatchObject([{ field, rule: "pattern" }]);
  });

  it("with a bad id sends nothing, not even for a token", async () => {
    const { gateway, transport } = gatewayAnswering([]);
    await refusal(gateway.getPayment(undefined as unknown as string));
    await refusal(gateway.createRefund("../x", refundBody));
    expect(transport.sent).toHaveLength(0);
  });
});

describe("a reply about something else", () => {
  const otherId = "f".repeat(32);
  it("is unreadable for a read", async () => {
    const request = gatewayAnswering([jsonReply(200, { ...paymentRequest, id: otherId })]);
    expect((await refusal(request.gateway.getPaymentRequest(requestId))).code).toBe("unreadable_reply");
    const single = gatewayAnswering([jsonReply(200, { ...payment, id: "MOJO5a06005J99999999" })]);
    expect((await refusal(single.gateway.getPayment(paymentId))).code).toBe("unreadable_reply");
  });

  it("leaves a refund unknown", async () => {
    const reply = { ...refundReply, refund: { ...refundReply.refund, payment_id: "MOJO5a06005J99999999" } };
    const { gateway } = gatewayAnswering([jsonReply(201, reply)]);
    expect((await refusal(gateway.createRefund(paymentId, refundBody))).code).toBe("refund_unknown");
  });
});

describe("trying again", () => {
  it("waits with growing pauses on the injected clock and gives the good answer", async () => {
    const { gateway, transport, clock } = gatewayAnswering([busy(), busy(), jsonReply(200, payment)]);
    expect(await gateway.getPayment(paymentId)).toEqual(payment);
    expect(transport.apiCalls()).toHaveLength(3);
    expect(clock.delays).toEqual([187.5, 375]);
  });

  it("waits as long as the gateway asks, in seconds or until a date, at most 30 s", async () => {
    const clock = instantClock(Date.UTC(2026, 0, 1, 12, 0, 0));
    const until = "Thu, 01 Jan 2026 12:00:09 GMT";
    const { gateway } = gatewayAnswering(
      [
        busy({ "retry-after": "4" }),
        { status: 429, headers: { "retry-after": until }, body: "" },
        jsonReply(200, payment),
      ],
      { clock },
    );
    await gateway.getPayment(paymentId);
    expect(clock.delays).toEqual([4_000, 5_000]);
    const slow = gatewayAnswering([busy({ "retry-after": "86400" }), jsonReply(200, payment)]);
    await slow.gateway.getPayment(paymentId);
    expect(slow.clock.delays).toEqual([30_000]);
  });

  it.each(["", "soon", "-1", "1e9", "Thu, 01 Jan 1970 00:00:00 GMT"])(
    "is not put off by Retry-After: %j",
    async (value) => {
      const { gateway, clock } = gatewayAnswering([busy({ "retry-after": value }), jsonReply(200, payment)]);
      await gateway.getPayment(paymentId);
      expect(clock.delays).toEqual([187.5]);
    },
  );

  it("spreads callers by chance of its own where none is given", async () => {
    const { gateway, clock } = gatewayAnswering([busy(), jsonReply(200, payment)], { random: undefined as never });
    await gateway.getPayment(paymentId);
    expect(clock.delays[0]).toBeGreaterThanOrEqual(125);
    expect(clock.delays[0]).toBeLessThan(250);
  });

  it("happens to a write only while nothing was sent", async () => {
    const { gateway, transport } = gatewayAnswering([
      new TransportError("dns", { sent: "no" }),
      new TransportError("reset", { sent: "maybe" }),
      jsonReply(201, paymentRequest),
    ]);
    expect((await refusal(gateway.createPaymentRequest(createBody))).code).toBe("outcome_unknown");
    expect(transport.apiCalls()).toHaveLength(2);
  });

  it("keeps its count over a renewed token", async () => {
    const { gateway, transport } = gatewayAnswering([
      busy(),
      jsonReply(401, {}),
      busy(),
      busy(),
      jsonReply(200, payment),
    ]);
    expect((await refusal(gateway.getPayment(paymentId))).code).toBe("gateway_error");
    expect(transport.apiCalls()).toHaveLength(4);
  });
});

describe("closing a gateway", () => {
  it("ends calls that wait to try again with their last error, and closes the transport", async () => {
    let cancelled = 0;
    const clock: Clock = {
      now: () => 0,
      after: () => () => {
        cancelled += 1;
      },
    };
    const { gateway, transport } = gatewayAnswering([busy()], { clock });
    const waiting = refusal(gateway.getPayment(paymentId));
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    expect(transport.apiCalls()).toHaveLength(1);
    await gateway.close();
    expect(await waiting).toMatchObject({ code: "gateway_error" });
    expect([cancelled, transport.isClosed]).toEqual([1, true]);
  });

  it("lets a call that fails afterwards end at once", async () => {
    const clock: Clock = { now: () => 0, after: () => () => {} };
    const { gateway, transport } = gatewayAnswering([busy()], { clock });
    await gateway.close();
    expect(await refusal(gateway.getPayment(paymentId))).toMatchObject({ code: "gateway_error" });
    expect(transport.apiCalls()).toHaveLength(1);
  });
});

describe("the log of calls", () => {
  it("holds account, attempt, duration and code, and nothing of what was sent or received", async () => {
    const lines: [string, LogFields | undefined][] = [];
    const log = (message: string, fields?: LogFields) => void lines.push([message, fields]);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const { gateway } = gatewayAnswering([busy(), jsonReply(200, paymentRequest)], { logger });
    await gateway.getPaymentRequest(requestId);
    expect(lines).toEqual([
      ["gateway call answered", { account: "shop", attempt: 1, durationMs: 0 }],
      ["gateway call failed", { account: "shop", attempt: 1, durationMs: 0, code: "gateway_error" }],
      ["gateway call answered", { account: "shop", attempt: 2, durationMs: 0 }],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${clientSecret}|${accessToken}|9999999999`));
  });
});

describe("a validator that fails", () => {
  it("leaves the outcome of a write unknown instead of throwing something untyped", async () => {
    const transport = scriptedTransport((request) =>
      isTokenCall(request) ? tokenReply() : jsonReply(201, paymentRequest),
    );
    const gateway = createGateway(testAccount, {
      transport,
      clock: instantClock(),
      fits: (schema, value) => {
        if ("amount" in (value as object)) throw new Error("cannot compile");
        return fits(schema, value);
      },
    });
    expect((await refusal(gateway.createPaymentRequest(createBody))).code).toBe("outcome_unknown");
  });
});

describe("a transport error", () => {
  it("is recognised by its name, so that one of another copy of the package is, too", () => {
    const copy = Object.assign(new Error("reset"), { name: "TransportError", kind: "reset", sent: "maybe" });
    expect([isTransportError(copy), isTransportError(new TransportError("dns", { sent: "no" }))]).toEqual([true, true]);
    expect([isTransportError(new Error("reset")), isTransportError("reset")]).toEqual([false, false]);
  });
});
