import { describe, expect, it } from "@jest/globals";
import { testConnection } from "../../src/client/connection-test.ts";
import { TransportError } from "../../src/client/transport.ts";
import {
  type Answer,
  clientSecret,
  fits,
  instantClock,
  isTokenCall,
  jsonReply,
  scriptedTransport,
  testAccount,
  tokenReply,
} from "../helpers/client-fakes.ts";

const liveAccount = { name: "live_shop", baseUrl: "https://api.instamojo.com", clientId: "jXk29", clientSecret };
const emptyList = jsonReply(200, { count: 0, next: null, previous: null, payments: [] });

async function report(options: { account?: typeof testAccount; token?: Answer; read?: Answer }) {
  const { account = testAccount, token = tokenReply(), read = emptyList } = options;
  const transport = scriptedTransport((request) => (isTokenCall(request) ? token : read));
  const result = await testConnection(account, { transport, clock: instantClock(), fits });
  return { result, transport };
}

describe("testing a connection", () => {
  it("fetches a token and reads one payment, nothing else, and closes the transport", async () => {
    const { result, transport } = await report({});
    expect(result).toEqual({
      ok: true,
      account: "shop",
      message: "Instamojo accepts the credentials and a read works.",
    });
    expect(transport.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST https://test.instamojo.com/oauth2/token/",
      "GET https://test.instamojo.com/v2/payments/?page=1&limit=1",
    ]);
    expect(transport.isClosed).toBe(true);
  });

  it("says of a live account that a missing activation shows only with the first link", async () => {
    const { result } = await report({ account: liveAccount });
    expect(result.ok).toBe(true);
    expect(result.message).toContain("(403) although reads work");
  });

  it.each<[string, typeof testAccount, string]>([
    ["test credentials on the live URL", { ...liveAccount, clientId: "test_abc" }, "https://test.instamojo.com"],
    ["live credentials on the test URL", { ...testAccount, clientId: "jXk29" }, "https://api.instamojo.com"],
  ])("tells %s before any call", async (_name, account, otherUrl) => {
    const { result, transport } = await report({ account });
    expect(result).toMatchObject({ ok: false, cause: "wrong_world", remedy: expect.stringContaining(otherUrl) });
    expect(transport.sent).toHaveLength(0);
    expect(transport.isClosed).toBe(true);
  });

  it("does not judge the client id of a local Instamojo", async () => {
    const { result } = await report({ account: { ...liveAccount, baseUrl: "http://127.0.0.1:4711" } });
    expect(result.ok).toBe(true);
  });

  it.each<[string, { token?: Answer; read?: Answer }, string]>([
    ["refused credentials", { token: jsonReply(401, { error: "invalid_client" }) }, "wrong_secret"],
    [
      "a token that is refused",
      { read: jsonReply(401, { success: false, message: "Invalid token." }) },
      "wrong_secret",
    ],
    [
      "403 on the read",
      { read: jsonReply(403, { success: false, message: "You do not have permission" }) },
      "not_activated",
    ],
    ["no host of that name", { token: new TransportError("dns", { sent: "no" }) }, "unreachable"],
    ["silence", { token: new TransportError("timeout", { sent: "maybe" }) }, "unreachable"],
    ["silence on the read", { read: new TransportError("timeout", { sent: "maybe" }) }, "unreachable"],
    ["a page of something else", { token: { status: 200, headers: {}, body: "<html>router</html>" } }, "unexpected"],
    ["a failing gateway", { read: jsonReply(500, {}) }, "unexpected"],
    ["a gateway that is busy", { read: jsonReply(429, {}) }, "unexpected"],
  ])("tells %s", async (_name, answers, cause) => {
    const { result, transport } = await report(answers);
    expect(result).toMatchObject({ ok: false, cause });
    if (!result.ok) expect([result.message, result.remedy].every((text) => text.length > 10)).toBe(true);
    expect(JSON.stringify(result)).not.toContain(clientSecret);
    expect(transport.isClosed).toBe(true);
  });

  it("mentions the other world where the secret is wrong", async () => {
    const { result } = await report({ token: jsonReply(401, { error: "invalid_client" }) });
    expect(result).toMatchObject({ remedy: expect.stringContaining("https://api.instamojo.com") });
  });

  it("reports a base URL that is none without throwing", async () => {
    const { result, transport } = await report({ account: { ...testAccount, baseUrl: "nonsense" } });
    expect(result).toMatchObject({ ok: false, cause: "unexpected", message: expect.stringContaining("shop") });
    expect(transport.isClosed).toBe(true);
  });

  it("is not spoilt by a transport that cannot be closed", async () => {
    const transport = scriptedTransport((request) => (isTokenCall(request) ? tokenReply() : emptyList));
    transport.close = async () => Promise.reject(new Error("stuck"));
    const result = await testConnection(testAccount, { transport, clock: instantClock(), fits });
    expect(result.ok).toBe(true);
  });

  it("reports a clock that throws without throwing itself", async () => {
    const transport = scriptedTransport(() => tokenReply());
    const now = () => {
      throw new Error("no time");
    };
    const clock = { now, after: () => () => {} };
    expect(await testConnection(testAccount, { transport, clock, fits })).toMatchObject({
      ok: false,
      cause: "unexpected",
    });
  });
});
