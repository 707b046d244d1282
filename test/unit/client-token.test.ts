import { describe, expect, it } from "@jest/globals";
import type { TokenReply } from "../../schemas/wire/token.ts";
import { createGateway } from "../../src/client/gateway.ts";
import { createTokenSource } from "../../src/client/token.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import {
  accessToken,
  clientSecret,
  createBody,
  fits,
  instantClock,
  isTokenCall,
  jsonReply,
  paymentId,
  payment,
  paymentRequest,
  refundBody,
  refusal,
  scriptedTransport,
  testAccount,
  tokenReply,
} from "../helpers/client-fakes.ts";

const seconds = 1000;

function source(...replies: (Partial<TokenReply> | FlowError)[]) {
  const clock = instantClock();
  let calls = 0;
  const tokens = createTokenSource({
    clock,
    async fetchToken() {
      const reply = replies[Math.min(calls, replies.length - 1)];
      calls += 1;
      if (reply instanceof FlowError) throw reply;
      return { access_token: `token-${calls}`, token_type: "Bearer", ...reply };
    },
  });
  return { tokens, clock, calls: () => calls };
}

describe("the access token", () => {
  it("is fetched once, however many ask for it while it is cold", async () => {
    const { tokens, calls } = source({ expires_in: 36000 });
    const all = await Promise.all(Array.from({ length: 1000 }, () => tokens.current()));
    expect(new Set(all)).toEqual(new Set(["token-1"]));
    expect(calls()).toBe(1);
  });

  it.each<[unknown, number]>([
    [36000, 35_700],
    ["36000", 35_700],
    [600, 300],
    [400, 200],
    [1, 0.5],
    [10 ** 12, 86_100],
    [undefined, 150],
    [0, 150],
    [-5, 150],
    ["", 150],
    ["soon", 150],
    ["-60", 150],
    [Number.NaN, 150],
  ])("that says it lives for %p s is renewed after %p s and not before", async (expiresIn, renewedAfter) => {
    const { tokens, clock, calls } = source({ expires_in: expiresIn as number });
    await tokens.current();
    clock.advance(renewedAfter * seconds - 1);
    expect(await tokens.current()).toBe("token-1");
    clock.advance(1);
    expect(await tokens.current()).toBe("token-2");
    expect(calls()).toBe(2);
  });

  it("is renewed when the clock was set back to before it was issued", async () => {
    const { tokens, clock } = source({ expires_in: 36000 });
    await tokens.current();
    clock.advance(-1);
    expect(await tokens.current()).toBe("token-2");
  });

  it("stays in use until its end where it cannot be renewed ahead of it, asking again every 30 s", async () => {
    const down = new FlowError("gateway_error", "down");
    const { tokens, clock, calls } = source({ expires_in: 3600 }, down);
    await tokens.current();
    clock.advance(3_300 * seconds);
    expect(await tokens.current()).toBe("token-1");
    expect(await tokens.current()).toBe("token-1");
    expect(calls()).toBe(2);
    clock.advance(30 * seconds);
    expect(await tokens.current()).toBe("token-1");
    expect(calls()).toBe(3);
    clock.advance(269 * seconds);
    expect(await tokens.current()).toBe("token-1");
    clock.advance(1 * seconds);
    await expect(tokens.current()).rejects.toBe(down);
  });

  it("is not used any more once its renewal says that the credentials are refused", async () => {
    const { tokens, clock } = source({ expires_in: 3600 }, new FlowError("credentials_refused", "no"));
    await tokens.current();
    clock.advance(3_300 * seconds);
    await expect(tokens.current()).rejects.toMatchObject({ code: "credentials_refused" });
  });

  it("that was refused gives way to the one that has taken its place, without another call", async () => {
    const { tokens, calls } = source({ expires_in: 36000 });
    const first = await tokens.current();
    tokens.drop(first);
    expect(await tokens.current()).toBe("token-2");
    tokens.drop(first);
    tokens.pause(first, new FlowError("credentials_refused", "late answer to the old token"));
    expect(await tokens.current()).toBe("token-2");
    expect(calls()).toBe(2);
    tokens.drop("token-2");
    expect(await tokens.current()).toBe("token-3");
  });

  it("that was refused right after being issued fails every caller for 5 s without a call, then is fetched again", async () => {
    const { tokens, clock, calls } = source({ expires_in: 36000 });
    const refused = new FlowError("credentials_refused", "no", { statusCode: 401, retryable: true });
    tokens.pause(await tokens.current(), refused);
    clock.advance(4_999);
    const errors = await Promise.all([refusal(tokens.current()), refusal(tokens.current())]);
    expect(errors.map((error) => error.toJSON())).toEqual([refused.toJSON(), refused.toJSON()]);
    expect(errors[0]).not.toBe(errors[1]);
    expect(calls()).toBe(1);
    clock.advance(1);
    expect(await tokens.current()).toBe("token-2");
  });
});

describe("the token of a gateway", () => {
  const cold = (answer: Parameters<typeof scriptedTransport>[0]) => {
    const clock = instantClock();
    const transport = scriptedTransport(answer);
    return { clock, transport, gateway: createGateway(testAccount, { transport, clock, fits }) };
  };

  it("is asked for with the client credentials, form-encoded", async () => {
    const { gateway, transport } = cold((request) => (isTokenCall(request) ? tokenReply() : jsonReply(200, payment)));
    await gateway.getPayment(paymentId);
    const [call, read] = transport.sent;
    expect(call).toMatchObject({ method: "POST", url: "https://test.instamojo.com/oauth2/token/" });
    expect(call?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(call?.headers).not.toHaveProperty("authorization");
    expect(call?.body).toBe(`grant_type=client_credentials&client_id=test_id&client_secret=${clientSecret}`);
    expect(read?.headers.authorization).toBe(`Bearer ${accessToken}`);
  });

  it("is fetched once for 1000 parallel calls", async () => {
    const { gateway, transport } = cold((request) => (isTokenCall(request) ? tokenReply() : jsonReply(200, payment)));
    await Promise.all(Array.from({ length: 1000 }, () => gateway.getPayment(paymentId)));
    expect(transport.tokenCalls()).toBe(1);
    expect(transport.apiCalls()).toHaveLength(1000);
  });

  it("is never shared: two gateways of one client id fetch one each", async () => {
    const answer = (token: string) => (request: { url: string }) =>
      isTokenCall(request) ? tokenReply(token) : jsonReply(200, payment);
    const one = cold(answer("one"));
    const two = cold(answer("two"));
    await one.gateway.getPayment(paymentId);
    await two.gateway.getPayment(paymentId);
    expect(one.transport.apiCalls()[0]?.headers.authorization).toBe("Bearer one");
    expect(two.transport.apiCalls()[0]?.headers.authorization).toBe("Bearer two");
  });

  it("that 100 parallel calls find expired is renewed once", async () => {
    let issued = 0;
    const { gateway, transport } = cold((request) => {
      if (isTokenCall(request)) return tokenReply(`token-${++issued}`);
      return request.headers.authorization === "Bearer token-1"
        ? jsonReply(401, { success: false, message: "Token expired" })
        : jsonReply(200, payment);
    });
    const all = await Promise.all(Array.from({ length: 100 }, () => gateway.getPayment(paymentId)));
    expect(all).toHaveLength(100);
    expect(transport.tokenCalls()).toBe(2);
    expect(transport.apiCalls()).toHaveLength(200);
  });

  it("is renewed for a write too, which a 401 did not apply", async () => {
    let issued = 0;
    const { gateway, transport } = cold((request) => {
      if (isTokenCall(request)) return tokenReply(`token-${++issued}`);
      return issued === 1 ? jsonReply(401, { success: false }) : jsonReply(201, paymentRequest);
    });
    await gateway.createPaymentRequest(createBody);
    expect(transport.apiCalls()).toHaveLength(2);
  });

  it("refused twice ends the call with a typed error and stops token calls for 5 s", async () => {
    const { gateway, transport, clock } = cold((request) =>
      isTokenCall(request) ? tokenReply() : jsonReply(401, { success: false, message: "Nope." }),
    );
    const error = await refusal(gateway.createPaymentRequest(createBody));
    expect(error.toJSON()).toMatchObject({
      code: "credentials_refused",
      outcome: "not-applied",
      retryable: true,
      statusCode: 401,
      message: "Nope.",
    });
    expect(transport.sent.map(isTokenCall)).toEqual([true, false, true, false]);
    await Promise.all(Array.from({ length: 50 }, () => refusal(gateway.getPayment(paymentId))));
    expect(transport.sent).toHaveLength(4);
    clock.advance(5 * seconds);
    await refusal(gateway.getPayment(paymentId));
    expect(transport.tokenCalls()).toBe(4);
  });

  it("refused for a refund does not make it go out twice; the next call has a new token", async () => {
    let issued = 0;
    const { gateway, transport } = cold((request) => {
      if (isTokenCall(request)) return tokenReply(`token-${++issued}`);
      return issued === 1 ? jsonReply(401, { success: false, message: "Old." }) : jsonReply(200, payment);
    });
    const error = await refusal(gateway.createRefund(paymentId, refundBody));
    expect(error).toMatchObject({ code: "credentials_refused", outcome: "not-applied", retryable: true });
    expect(transport.apiCalls()).toHaveLength(1);
    await gateway.getPayment(paymentId);
    expect(transport.tokenCalls()).toBe(2);
  });

  it("that cannot be had fails all waiters alike, with nothing sent", async () => {
    const { gateway, transport } = cold(() => jsonReply(401, { error: "invalid_client" }));
    const errors = await Promise.all([
      refusal(gateway.createRefund(paymentId, refundBody)),
      refusal(gateway.createPaymentRequest(createBody)),
      refusal(gateway.getPayment(paymentId)),
    ]);
    for (const error of errors) expect(error).toMatchObject({ code: "credentials_refused", outcome: "not-applied" });
    expect(transport.apiCalls()).toHaveLength(0);
    expect(transport.tokenCalls()).toBe(1);
    await refusal(gateway.getPayment(paymentId));
    expect(transport.tokenCalls()).toBe(1);
  });

  it.each<[string, Parameters<typeof jsonReply>]>([
    ["is empty", [200, { access_token: "", token_type: "Bearer" }]],
    ["would break out of its header", [200, { access_token: "a\r\nX-Evil: 1", token_type: "Bearer" }]],
    ["is missing", [200, { token_type: "Bearer" }]],
  ])("that %s is not used", async (_name, reply) => {
    const { gateway, transport } = cold(() => jsonReply(...reply));
    const error = await refusal(gateway.createPaymentRequest(createBody));
    expect(error).toMatchObject({ code: "unreadable_reply", outcome: "not-applied" });
    expect(error.toJSON()).not.toHaveProperty("response");
    expect(transport.apiCalls()).toHaveLength(0);
  });

  it("call that fails on the way is tried three times, for a refund too, which was not sent yet", async () => {
    let failures = 2;
    const { gateway, transport } = cold((request) => {
      if (!isTokenCall(request)) return jsonReply(404, { success: false, message: "Not found." });
      failures -= 1;
      return failures >= 0 ? { status: 503, headers: { "retry-after": "7" }, body: "<h1>busy</h1>" } : tokenReply();
    });
    expect((await refusal(gateway.createRefund(paymentId, refundBody))).code).toBe("not_found");
    expect(transport.tokenCalls()).toBe(3);
  });
});
