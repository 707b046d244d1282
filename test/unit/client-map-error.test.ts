import { describe, expect, it } from "@jest/globals";
import { TransportError } from "../../src/client/transport.ts";
import type { ErrorCode, Outcome } from "../../src/runtime/errors.ts";
import {
  type Answer,
  accessToken,
  clientSecret,
  createBody,
  everyCall,
  everythingShown,
  gatewayAnswering,
  jsonReply,
  paymentId,
  refundBody,
  refusal,
  requestId,
  scriptedTransport,
  testAccount,
  tokenReply,
  fits,
  instantClock,
} from "../helpers/client-fakes.ts";
import { createGateway } from "../../src/client/gateway.ts";

const html = (status: number): Answer => ({
  status,
  headers: { "content-type": "text/html" },
  body: "<html><body><h1>Bad gateway</h1></body></html>",
});
const denied = { success: false, message: "You do not have permission to perform this action." };

interface Row {
  readonly when: string;
  readonly answer: Answer;
  readonly read: ErrorCode;
  /** What the same answer means after a write; its refund twin follows from it. */
  readonly write: ErrorCode;
  readonly attempts: { readonly read: number; readonly write: number };
}

const rows: readonly Row[] = [
  {
    when: "400 with field errors",
    answer: jsonReply(400, { amount: ["Too small."] }),
    read: "gateway_refused",
    write: "gateway_refused",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "400 with v1.1 field errors",
    answer: jsonReply(400, { success: false, message: { amount: ["Too small."] } }),
    read: "gateway_refused",
    write: "gateway_refused",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "400 with a reason",
    answer: jsonReply(400, { success: false, reason: "Already refunded" }),
    read: "gateway_refused",
    write: "gateway_refused",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "403",
    answer: jsonReply(403, denied),
    read: "not_activated",
    write: "not_activated",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "404",
    answer: jsonReply(404, { success: false, message: "Not found." }),
    read: "not_found",
    write: "not_found",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "404 of an old order",
    answer: jsonReply(404, { errors: ["Order matching query does not exist."] }),
    read: "not_found",
    write: "not_found",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "409",
    answer: jsonReply(409, {}),
    read: "gateway_refused",
    write: "gateway_refused",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "429",
    answer: jsonReply(429, { message: "Slow down" }),
    read: "rate_limited",
    write: "rate_limited",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "429 as a page",
    answer: html(429),
    read: "rate_limited",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "403 as a page",
    answer: html(403),
    read: "not_activated",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "404 as a page",
    answer: html(404),
    read: "not_found",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "400 as a list",
    answer: jsonReply(400, ["no"]),
    read: "gateway_refused",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "500",
    answer: jsonReply(500, { success: false, message: "Internal Server Error" }),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "502 as a page",
    answer: html(502),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "503 as a page",
    answer: html(503),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "504 as a page",
    answer: html(504),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "301",
    answer: { status: 301, headers: { location: "https://elsewhere.example/" }, body: "" },
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "200 as a page",
    answer: html(200),
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "200 and nothing",
    answer: { status: 200, headers: {}, body: "" },
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "200 and a list",
    answer: jsonReply(200, []),
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "200 and null",
    answer: jsonReply(200, null),
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "200 of another shape",
    answer: jsonReply(200, { success: false, reason: "hm" }),
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "200 cut short",
    answer: { status: 200, headers: {}, body: '{"id":"05f3' },
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "an overlong body from a careless transport",
    answer: { status: 200, headers: {}, body: `{"a":"${"x".repeat(1_048_576)}"}` },
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "no host of that name",
    answer: new TransportError("dns", { sent: "no", code: "ENOTFOUND" }),
    read: "gateway_unreachable",
    write: "gateway_unreachable",
    attempts: { read: 3, write: 3 },
  },
  {
    when: "a refused connection",
    answer: new TransportError("refused", { sent: "no", code: "ECONNREFUSED" }),
    read: "gateway_unreachable",
    write: "gateway_unreachable",
    attempts: { read: 3, write: 3 },
  },
  {
    when: "failed TLS",
    answer: new TransportError("tls", { sent: "no", code: "CERT_HAS_EXPIRED" }),
    read: "gateway_unreachable",
    write: "gateway_unreachable",
    attempts: { read: 3, write: 3 },
  },
  {
    when: "a slow connection",
    answer: new TransportError("connect-timeout", { sent: "no" }),
    read: "gateway_unreachable",
    write: "gateway_unreachable",
    attempts: { read: 3, write: 3 },
  },
  {
    when: "some failure before sending",
    answer: new TransportError("other", { sent: "no" }),
    read: "gateway_unreachable",
    write: "gateway_unreachable",
    attempts: { read: 3, write: 3 },
  },
  {
    when: "silence",
    answer: new TransportError("timeout", { sent: "maybe" }),
    read: "gateway_timeout",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "a reset",
    answer: new TransportError("reset", { sent: "maybe", code: "ECONNRESET" }),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "a reply that is too large",
    answer: new TransportError("too-large", { sent: "maybe" }),
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "a redirect seen by the transport",
    answer: new TransportError("redirect", { sent: "maybe" }),
    read: "unreadable_reply",
    write: "outcome_unknown",
    attempts: { read: 1, write: 1 },
  },
  {
    when: "some failure after sending",
    answer: new TransportError("other", { sent: "maybe" }),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
  {
    when: "an error that the transport should not throw",
    answer: new TypeError("oops"),
    read: "gateway_error",
    write: "outcome_unknown",
    attempts: { read: 3, write: 1 },
  },
];

const outcomeOf = (code: ErrorCode): Outcome => (code.endsWith("_unknown") ? "unknown" : "not-applied");

describe.each(rows)("$when", ({ answer, read, write, attempts }) => {
  it.each(everyCall.map((call) => [call.name, call] as const))("to %s", async (_name, call) => {
    const { gateway, transport } = gatewayAnswering([answer]);
    const error = await refusal(call.run(gateway));
    const refund = write === "outcome_unknown" ? "refund_unknown" : write;
    // That an account may not switch links says nothing of its activation.
    const isSwitch = /^(?:en|dis)ablePaymentRequest$/.test(call.name);
    const own = isSwitch && write === "not_activated" ? "link_switch_refused" : write;
    const code = { read, write: own, refund }[call.effect];
    expect([error.code, error.outcome]).toEqual([code, outcomeOf(code)]);
    expect(transport.apiCalls()).toHaveLength(call.effect === "refund" ? 1 : attempts[call.effect]);
    expect(error.message).toMatch(/\S/);
    expect(error.remedy).toMatch(/\S/);
  });
});

describe("an error of the gateway", () => {
  it("carries its words, status, body and the form's fields", async () => {
    const body = { amount: ["Amount cannot be less than INR 9.00."], phone: ["Enter a valid phone number"] };
    const { gateway } = gatewayAnswering([jsonReply(400, body)]);
    const error = await refusal(gateway.createPaymentRequest(createBody));
    expect(error.toJSON()).toEqual({
      code: "gateway_refused",
      message: "amount: Amount cannot be less than INR 9.00. customerMobileNumber: Enter a valid phone number",
      remedy: "Correct what the message names and run the node again.",
      retryable: false,
      outcome: "not-applied",
      statusCode: 400,
      response: body,
      fieldErrors: [
        {
          field: "amount",
          rule: "gateway",
          message: "Amount cannot be less than INR 9.00.",
          remedy: "Correct amount, then run the node again.",
        },
        {
          field: "customerMobileNumber",
          rule: "gateway",
          message: "Enter a valid phone number",
          remedy: "Correct customerMobileNumber, then run the node again.",
        },
      ],
    });
  });

  it.each<[number, string]>([
    [403, "Instamojo does not let this account do that."],
    [404, "Instamojo has no such object for this account."],
    [409, "Instamojo refused the request."],
    [429, "Instamojo asked to slow down."],
  ])("has words of its own for a %i that says nothing", async (status, message) => {
    const { gateway } = gatewayAnswering([jsonReply(status, {})]);
    expect((await refusal(gateway.createPaymentRequest(createBody))).message).toBe(message);
  });

  it("tells what is known of a refund whose answer fits nothing, with the gateway's reply", async () => {
    const body = { success: false, reason: "Case exists" };
    const { gateway } = gatewayAnswering([jsonReply(200, body)]);
    expect((await refusal(gateway.createRefund(paymentId, refundBody))).toJSON()).toMatchObject({
      code: "refund_unknown",
      message: "Instamojo's answer was not of the documented shape: Case exists.",
      retryable: false,
      outcome: "unknown",
      statusCode: 200,
      response: body,
    });
  });

  it("says that a 5xx is the gateway's own failure", async () => {
    const { gateway } = gatewayAnswering([jsonReply(500, { success: false, message: "Sorry." }), html(502)]);
    const first = await refusal(gateway.createPaymentRequest(createBody));
    expect(first.message).toBe("Instamojo's answer was a failure of its own: Sorry.");
    const second = await refusal(gateway.createPaymentRequest(createBody));
    expect(second.message).toBe("Instamojo's answer was a failure of its own.");
    expect(second.toJSON()).not.toHaveProperty("response");
  });

  it("names the host, the reason and that nothing was sent when there was no connection", async () => {
    const message = async (error: TransportError) =>
      (await refusal(gatewayAnswering([error]).gateway.createPaymentRequest(createBody))).message;
    expect(await message(new TransportError("dns", { sent: "no", code: "ENOTFOUND" }))).toBe(
      "No connection to https://test.instamojo.com: the host name was not found (ENOTFOUND). Nothing was sent.",
    );
    expect(await message(new TransportError("other", { sent: "no" }))).toBe(
      "No connection to https://test.instamojo.com: it failed. Nothing was sent.",
    );
  });
});

describe("a refused token call", () => {
  const failing = async (answer: Answer, account = testAccount) => {
    const transport = scriptedTransport(() => answer);
    const gateway = createGateway(account, { transport, clock: instantClock(), fits });
    const error = await refusal(gateway.createPaymentRequest(createBody));
    return { error, calls: transport.sent.length };
  };

  it.each<[string, Answer, ErrorCode, number]>([
    ["401 invalid_client", jsonReply(401, { error: "invalid_client" }), "credentials_refused", 1],
    ["401 of the app store flow", jsonReply(401, { error: "Invalid Client Id" }), "credentials_refused", 1],
    ["401 as a page", html(401), "credentials_refused", 1],
    ["400 invalid_client", jsonReply(400, { error: "invalid_client" }), "credentials_refused", 1],
    ["400 unsupported_grant_type", jsonReply(400, { error: "unsupported_grant_type" }), "gateway_refused", 1],
    ["403", jsonReply(403, { error: "Invalid scopes" }), "not_activated", 1],
    ["404", html(404), "gateway_refused", 1],
    ["429", html(429), "rate_limited", 3],
    ["500", html(500), "gateway_error", 3],
    ["302", html(302), "unreadable_reply", 1],
    ["200 as a page", html(200), "unreadable_reply", 1],
    ["silence", new TransportError("timeout", { sent: "maybe" }), "gateway_timeout", 3],
    ["no connection", new TransportError("refused", { sent: "no" }), "gateway_unreachable", 3],
  ])("%s", async (_name, answer, code, calls) => {
    const failed = await failing(answer);
    expect([failed.error.code, failed.error.outcome, failed.calls]).toEqual([code, "not-applied", calls]);
  });

  it("names the gateway's code and both worlds", async () => {
    const { error } = await failing(jsonReply(401, { error: "invalid_client" }));
    expect(error.message).toBe("Instamojo does not accept client id and client secret (invalid_client).");
    expect(error.remedy).toContain("https://test.instamojo.com");
    expect(error.remedy).toContain("https://api.instamojo.com");
    expect(error.remedy).toContain("docs/connect-instamojo.md");
  });

  it("says so when the client id belongs to the other world", async () => {
    const live = { ...testAccount, baseUrl: "https://api.instamojo.com" };
    const { error } = await failing(jsonReply(401, { error: "invalid_client" }), live);
    expect(error.remedy).toContain("The client id is one of Instamojo's test mode and the base URL is the live one");
    const test = { ...testAccount, clientId: "live_looking_id" };
    const other = await failing(jsonReply(401, { error: "invalid_client" }), test);
    expect(other.error.remedy).toContain("The client id is not one of Instamojo's test mode");
  });

  it("points at the base URL where no token service answers", async () => {
    const { error } = await failing(html(404));
    expect(error.message).toBe("Instamojo gives this account no access token.");
    expect(error.remedy).toContain("base URL");
  });
});

describe("no error shows a secret", () => {
  const webhook = "https://shop.example/integrations/instamojo/shop?id=callbackTokenValue&op=operationTag";
  const echo = {
    message: `Refused Bearer ${accessToken} with ${clientSecret} for ${webhook}`,
    webhook,
    [clientSecret]: ["client_secret", clientSecret, encodeURIComponent(webhook)],
    access_token: "another",
  };
  const leaky = Object.assign(new TypeError(`Invalid header Bearer ${accessToken}`), {
    request: { headers: { authorization: `Bearer ${accessToken}` }, body: clientSecret },
  });
  const forbidden = [accessToken, clientSecret, "callbackTokenValue", "operationTag", "Bearer y70", "another"];

  it.each<[string, Answer]>([
    ...[200, 302, 400, 401, 403, 404, 429, 500].map((status): [string, Answer] => [
      `a ${status} that echoes what it got`,
      jsonReply(status, echo),
    ]),
    ["a transport's own error", leaky],
    ["a transport error", new TransportError("reset", { sent: "maybe", code: "ECONNRESET" })],
  ])("%s", async (_name, answer) => {
    const { gateway } = gatewayAnswering([answer]);
    const created = await refusal(
      gateway.createPaymentRequest({ ...createBody, webhook, redirect_url: `${webhook}&r=1` }),
    );
    const others = [
      await refusal(gateway.createRefund(paymentId, refundBody)),
      await refusal(gateway.getPaymentRequest(requestId)),
    ];
    for (const secret of forbidden) expect(everythingShown(created)).not.toContain(secret);
    for (const secret of [accessToken, clientSecret, "another"]) {
      for (const error of others) expect(everythingShown(error)).not.toContain(secret);
    }
  });

  it("of the token call", async () => {
    for (const status of [200, 400, 401, 500]) {
      const body = {
        error: `no ${clientSecret}`,
        access_token: 5,
        sent: `client_secret=${clientSecret}`,
        token: tokenReply(),
      };
      const transport = scriptedTransport(() => jsonReply(status, body));
      const gateway = createGateway(testAccount, { transport, clock: instantClock(), fits });
      const shown = everythingShown(await refusal(gateway.getPayment(paymentId)));
      expect(shown).not.toContain(clientSecret);
    }
  });
});
