import { request as httpRequest } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { call, closeAll, freshToken, open, openReceiver } from "./simulator-caller.ts";

afterEach(closeAll);

const control = (url: string, path: string, json: unknown = {}, headers: Record<string, string> = {}) =>
  call(`${url}/__simulator__/${path}`, "POST", { json, headers });

/** `fetch` does not let a caller name a Host. */
function statusFor(port: number, path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, path, host: "127.0.0.1", headers: { host }, agent: false }, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    });
    outgoing.on("error", reject).end();
  });
}

describe("POST /__simulator__/pay", () => {
  it("answers the payment as the gateway shows it", async () => {
    const { sim, get, request } = await open();
    const reply = await control(sim.url, "pay", { paymentRequestId: await request(), outcome: "success" });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual((await get(`/v2/payments/${reply.body.id}/`)).body);
  });

  it("ends a pending payment by its id", async () => {
    const { sim, request } = await open();
    const pending = await control(sim.url, "pay", { paymentRequestId: await request(), outcome: "pending" });
    expect(pending.body.status).toBeNull();
    const done = await control(sim.url, "pay", { paymentId: pending.body.id, outcome: "failure" });
    expect([done.body.id, done.body.status]).toEqual([pending.body.id, false]);
  });

  it("names the payer", async () => {
    const { sim, request } = await open();
    const payer = { name: "Jane", email: "jane@test.com", phone: "+919898989898" };
    const { body } = await control(sim.url, "pay", { paymentRequestId: await request(), outcome: "success", payer });
    expect(body).toMatchObject(payer);
  });

  it.each([
    [{ outcome: "success" }, 400],
    [{ paymentRequestId: "x", outcome: "maybe" }, 400],
    [{ paymentRequestId: "x", outcome: "success" }, 404],
    [{ paymentId: "x", outcome: "success" }, 404],
  ])("with %j answers %i", async (order, status) => {
    const { sim } = await open();
    const reply = await control(sim.url, "pay", order);
    expect([reply.status, typeof reply.body.error]).toEqual([status, "string"]);
  });

  it("refuses a payment that is finished and a request that is paid", async () => {
    const { sim, request } = await open();
    const paymentRequestId = await request();
    const { id } = (await control(sim.url, "pay", { paymentRequestId, outcome: "success" })).body;
    expect((await control(sim.url, "pay", { paymentId: id, outcome: "success" })).status).toBe(409);
    expect((await control(sim.url, "pay", { paymentRequestId, outcome: "success" })).status).toBe(409);
  });
});

describe("the other control calls", () => {
  it("resolve a refund case and answer it", async () => {
    const { sim, get, paid, post } = await open();
    const { id } = (await post(`/v2/payments/${await paid()}/refund/`, { type: "PTH", body: "x" })).body.refund;
    const reply = await control(sim.url, `refunds/${id}`, { resolution: "FINI_DENY" });
    expect(reply.body).toEqual((await get(`/v2/resolutioncenter/cases/${id}/`)).body);
    expect(reply.body.resolution_status).toBe("FINI_DENY");
    expect((await control(sim.url, `refunds/${id}`, { resolution: "MAYBE" })).status).toBe(400);
    expect((await control(sim.url, "refunds/C0", { resolution: "FINI_DENY" })).status).toBe(404);
  });

  it("move the clock forward only", async () => {
    const { sim } = await open({ now: () => 1000 });
    expect((await control(sim.url, "clock", { advanceSeconds: 60 })).body).toEqual({ ok: true });
    expect(sim.ledger().now).toBe(61_000);
    for (const advanceSeconds of [-1, "60", undefined]) {
      expect((await control(sim.url, "clock", { advanceSeconds })).status).toBe(400);
    }
  });

  it("change switches that exist", async () => {
    const { sim } = await open();
    await control(sim.url, "switches", { purposeMaxLength: 30 });
    expect(sim.ledger().switches.purposeMaxLength).toBe(30);
    expect((await control(sim.url, "switches", { nothing: 1 })).status).toBe(400);
  });

  it("reset everything to how it was started", async () => {
    const { sim, get, paid } = await open({ now: () => 1000 });
    await paid();
    await sim.control.advanceClock(60);
    sim.control.setSwitches({ purposeMaxLength: 30 });
    sim.control.faults({ kind: "status", status: 500, count: 0 });
    expect((await control(sim.url, "reset")).body).toEqual({ ok: true });
    const { calls, now, paymentRequests, payments, refunds, switches, webhooks } = sim.ledger();
    expect([calls, paymentRequests, payments, refunds, webhooks]).toEqual([[], [], [], [], []]);
    expect([now, switches.purposeMaxLength]).toEqual([1000, 255]);
    expect((await get("/v2/payments/")).status).toBe(401);
    expect(await freshToken(sim)).toHaveLength(30);
  });

  it("reset forgets webhooks and late calls that were still to come", async () => {
    const receiver = await openReceiver();
    const { sim, post, request } = await open({ switches: { webhookDelaySeconds: 60 } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    sim.control.faults({ kind: "late", applySeconds: 60 });
    const lost = post("/v2/payment_requests/", { amount: "9", purpose: "late" }).catch(() => "lost");
    while (sim.ledger().calls.length < 3) await new Promise(setImmediate);
    sim.control.reset();
    expect(await lost).toBe("lost");
    await sim.control.advanceClock(60);
    expect([receiver.received, sim.ledger().paymentRequests, sim.ledger().errors]).toEqual([[], [], []]);
  });

  it("refuse what is not JSON, and pages of other sites", async () => {
    const { sim } = await open();
    const form = await call(`${sim.url}/__simulator__/reset`, "POST", { form: {} });
    const foreign = await control(sim.url, "reset", {}, { origin: "https://www.example.com" });
    const neighbour = await control(sim.url, "reset", {}, { origin: "http://127.0.0.1:1" });
    const own = await control(sim.url, "reset", {}, { origin: sim.url });
    expect([form, foreign, neighbour, own].map((each) => each.status)).toEqual([415, 403, 403, 200]);
    expect((await control(sim.url, "nothing")).status).toBe(404);
    expect((await control(sim.url, "faults", { kind: "nothing" })).status).toBe(400);
    expect((await control(sim.url, "constructor")).status).toBe(404);
  });
});

describe("the ledger", () => {
  it("shows every call with its body, and no secret", async () => {
    const { sim, token, request } = await open();
    const id = await request({ purpose: "Iphone" });
    const form = { card_number: "4000000000000002", card_expiry: "12/30", card_cvv: "987" };
    await call(`${sim.url}/@local/${id}/pay`, "POST", { form });
    const reply = await call(`${sim.url}/__simulator__/ledger`, "GET");
    expect(reply.body.calls).toMatchObject([
      { method: "POST", path: "/oauth2/token/", status: 200, clientId: null, body: { client_secret: "[hidden]" } },
      {
        method: "POST",
        path: "/v2/payment_requests/",
        status: 201,
        clientId: "test_local_client_id",
        isHandled: true,
        isApplied: true,
        fault: null,
        body: { amount: "200", purpose: "Iphone" },
      },
      { path: `/@local/${id}/pay`, status: 200, body: { card_number: "[hidden]", card_cvv: "[hidden]" } },
    ]);
    for (const secret of [token, "test_local_client_secret", "10ca110ca110", "4000000000000002", '987"']) {
      expect(reply.text).not.toContain(secret);
    }
    expect(reply.text.toLowerCase()).not.toContain('"authorization"');
    expect(reply.body).toEqual({ ...sim.ledger(), now: reply.body.now });
    expect(reply.body.errors).toEqual([]);
  });

  it("is a copy", async () => {
    const { sim, paid } = await open();
    await paid();
    sim.ledger().payments.length = 0;
    expect(sim.ledger().payments).toHaveLength(1);
  });
});

describe("who may call", () => {
  it.each([
    ["www.example.com", 403],
    ["127.0.0.1.example.com", 403],
    ["localhost.example.com:80", 403],
    ["192.168.1.2", 403],
    ["localhost", 200],
    ["127.0.0.1:8080", 200],
    ["[::1]:8080", 200],
  ])("a Host of %s gets %i", async (host, status) => {
    const { sim } = await open();
    expect(await statusFor(sim.port, "/__simulator__/ledger", host)).toBe(status);
    expect(await statusFor(sim.port, "/", host)).toBe(status);
  });

  it("two simulators know nothing of each other", async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await one.paid();
    expect([one.sim.ledger().payments.length, two.sim.ledger().payments.length]).toEqual([1, 0]);
    expect((await call(`${two.sim.url}/v2/payments/`, "GET", { token: one.token })).status).toBe(401);
  });
});
