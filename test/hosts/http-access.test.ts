import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Scope, scopes } from "../../schemas/http-settings.ts";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";

let http: TestHttpHost;
let paymentRequestId: string;
let key = 0;

beforeAll(async () => {
  http = await startTestHttpHost();
  const made = await http.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference: "order-1" });
  paymentRequestId = made.json.output.paymentRequestId;
});
afterAll(() => http.close());

const run = (node: string, input: object) => ({
  method: "POST",
  path: () => `/v1/nodes/${node}/run`,
  body: { account: "shop", input },
});

/** Every route that needs a key, and the one scope that opens it. */
const routes: readonly (readonly [string, Scope, { method: string; path(): string; body?: object }])[] = [
  ["generate-payment-link", "link", run("generate-payment-link", { amount: "20", purpose: "Tea" })],
  ["disable-payment-link", "link", run("disable-payment-link", { paymentRequestId: "0".repeat(32) })],
  ["enable-payment-link", "link", run("enable-payment-link", { paymentRequestId: "0".repeat(32) })],
  ["get-payment-status", "read", run("get-payment-status", { paymentRequestId: "0".repeat(32) })],
  ["get-refund-status", "read", run("get-refund-status", { uniqueTransactionId: "refund-1" })],
  ["list-payments", "read", run("list-payments", {})],
  ["create-refund", "refund", run("create-refund", { issueType: "RFD", description: "x", paymentId: "0".repeat(32) })],
  ["the list of payments", "read", { method: "GET", path: () => "/v1/payments" }],
  ["one payment", "read", { method: "GET", path: () => `/v1/payments/${paymentRequestId}` }],
  ["redeliver", "operate", { method: "POST", path: () => "/v1/events/evt_none/redeliver" }],
];

/** A call with a Host header of its own choice, which fetch does not let one set. */
function asHost(host: string, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    request(http.url + path, { method, headers: { host, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode as number);
    })
      .on("error", reject)
      .end();
  });
}

describe("API keys", () => {
  it.each(routes)("open %s with the scope %s and no other", async (_, needed, { method, path, body }) => {
    for (const scope of [...scopes, "all"] as const) {
      const headers = { "idempotency-key": `access-${++key}` };
      const { status, json } = await http.call(path(), { method, key: http.keys[scope], body, headers });
      const isOpen = scope === needed || scope === "all";
      if (isOpen) expect([scope, status]).toEqual([scope, path().includes("evt_none") ? 404 : 200]);
      else expect([scope, status, json.error.code]).toEqual([scope, 403, "scope_missing"]);
    }
  });

  it.each(routes)("are needed for %s", async (_, _scope, { method, path, body }) => {
    const wrong = ["imf_wrong", `${http.keys.all}x`, http.keys.all.slice(0, -1), ""];
    for (const given of [undefined, ...wrong]) {
      const { status, json, headers } = await http.call(path(), { method, key: given, body });
      expect([given, status, json.error.code]).toEqual([given, 401, "unauthorized"]);
      expect(headers.get("www-authenticate")).toBe("Bearer");
    }
    const basic = { headers: { authorization: `Basic ${http.keys.all}` } };
    expect((await http.call(path(), { method, body, ...basic })).status).toBe(401);
  });

  it("limited to an account see and use nothing of another", async () => {
    const mine = { key: http.keys.other };
    const { status, json } = await http.run("list-payments", {}, mine);
    expect([status, json.error.code]).toEqual([403, "account_forbidden"]);
    expect((await http.call("/v1/payments?account=shop", mine)).json.error.code).toBe("account_forbidden");
    expect((await http.call("/v1/payments", mine)).json).toEqual({ payments: [], before: null });
    expect((await http.call(`/v1/payments/${paymentRequestId}`, mine)).status).toBe(404);
    expect((await http.call("/v1/payments?text=order-1", mine)).json.payments).toEqual([]);
    const event = await eventIdOf(paymentRequestId);
    expect((await http.call(`/v1/events/${event}/redeliver`, { method: "POST", ...mine })).status).toBe(404);
    expect((await http.call(`/v1/events/${event}/redeliver`, { method: "POST", key: http.keys.operate })).status).toBe(
      200,
    );
    const own = await http.call("/v1/nodes/list-payments/run", { body: { account: "shop_2", input: {} }, ...mine });
    expect(own.json.port).toBe("success");
  });

  async function eventIdOf(id: string): Promise<string> {
    await http.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    for (;;) {
      const { json } = await http.call(`/v1/payments/${id}`, { key: http.keys.read });
      const offer = json.timeline.map((entry: { offer?: { eventId?: string } }) => entry.offer?.eventId).find(Boolean);
      if (offer) return offer;
      http.advance(3_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it("may call so many times a minute, each for itself", async () => {
    const slow = await startTestHttpHost({ serve: { callsPerMinute: 5 } });
    try {
      const statuses = await Promise.all(
        Array.from({ length: 8 }, async () => (await slow.call("/v1/payments", { key: slow.keys.read })).status),
      );
      expect(statuses.sort()).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
      const refused = await slow.call("/v1/payments", { key: slow.keys.read });
      expect(refused.json.error.code).toBe("too_many_calls");
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await slow.call("/v1/payments", { key: slow.keys.all })).status).toBe(200);
      expect((await slow.call("/healthz")).status).toBe(200);
    } finally {
      await slow.close();
    }
  });
});

describe("the name under which it is called", () => {
  it("opens the API on this machine only, whatever the port", async () => {
    const authorization = `Bearer ${http.keys.read}`;
    for (const host of ["127.0.0.1", "localhost:1", "[::1]:8080"]) {
      expect([host, await asHost(host, "/v1/payments", { authorization })]).toEqual([host, 200]);
    }
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "169.254.169.254"]) {
      for (const path of ["/v1/payments", "/", "/manifest.json", "/metrics", "/docs/json", "/nothing"]) {
        expect([host, path, await asHost(host, path, { authorization })]).toEqual([host, path, 421]);
      }
    }
  });

  it("is not believed where a proxy or tunnel handed the call on", async () => {
    for (const header of ["x-forwarded-for", "x-forwarded-host", "forwarded", "cf-connecting-ip"]) {
      expect([header, await asHost("127.0.0.1", "/manifest.json", { [header]: "1.2.3.4" })]).toEqual([header, 421]);
    }
  });

  it("is any for the webhook and the return page, which nobody else can be told from", async () => {
    expect(await asHost("bot.example.com", "/integrations/instamojo/shop/return?op=x")).toBe(200);
    expect(await asHost("bot.example.com", "/integrations/instamojo/shop?id=x", {}, "POST")).toBeLessThan(500);
  });

  it("may be allowed in the configuration; numbers then need a key", async () => {
    const before = http;
    http = await startTestHttpHost({ serve: { allowedHosts: ["payments.internal:8080"] } });
    try {
      expect(await asHost("payments.internal:8080", "/healthz")).toBe(200);
      expect(await asHost("payments.internal:8080", "/metrics")).toBe(401);
      const authorization = `Bearer ${http.keys.read}`;
      expect(await asHost("payments.internal:8080", "/metrics", { authorization })).toBe(200);
      expect(await asHost("payments.internal", "/healthz")).toBe(421);
    } finally {
      await http.close();
      http = before;
    }
  });
});
