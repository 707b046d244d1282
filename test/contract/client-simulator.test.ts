import { afterEach, describe, expect, it } from "@jest/globals";
import { testConnection } from "../../src/client/connection-test.ts";
import { createGateway, type GatewayAccount, type GatewayOptions } from "../../src/client/gateway.ts";
import { createKyTransport } from "../../src/client/ky-transport.ts";
import type { CallFault, Simulator, SimulatorOptions } from "../../src/simulator/index.ts";
import { localClientId, localClientSecret, startSimulator } from "../../src/simulator/index.ts";
import { createBody, fits, instantClock, refundBody, refusal } from "../helpers/client-fakes.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function localInstamojo(options: SimulatorOptions = {}) {
  const simulator = await startSimulator(options);
  closers.push(() => simulator.close());
  return { simulator, gateway: open(simulator) };
}

const accountAt = (simulator: Simulator): GatewayAccount => ({
  name: "shop",
  baseUrl: simulator.url,
  clientId: localClientId,
  clientSecret: localClientSecret,
});

function clientOptions(timeouts: GatewayOptions["timeouts"] = {}): GatewayOptions {
  return { transport: createKyTransport(), clock: instantClock(Date.now()), fits, random: () => 0, timeouts };
}

function open(simulator: Simulator, account: Partial<GatewayAccount> = {}, timeouts?: GatewayOptions["timeouts"]) {
  const gateway = createGateway({ ...accountAt(simulator), ...account }, clientOptions(timeouts));
  closers.push(() => gateway.close());
  return gateway;
}

const callsTo = (simulator: Simulator, path: RegExp) => simulator.ledger().calls.filter((call) => path.test(call.path));

const refundPath = /\/refund\/$/;
const createPath = /^\/v2\/payment_requests\/$/;

describe("against the local Instamojo", () => {
  it("makes, reads, lists, disables and enables a payment request", async () => {
    const { gateway, simulator } = await localInstamojo();
    const made = await gateway.createPaymentRequest({ ...createBody, phone: "+919999999999", buyer_name: "John Doe" });
    expect(made).toMatchObject({ purpose: "FIFA 16", status: "Pending", payments: [], phone: "+919999999999" });
    expect(Number(made.amount)).toBe(200);
    expect(await gateway.getPaymentRequest(made.id)).toMatchObject({ id: made.id, longurl: made.longurl });
    const listed = await gateway.listPaymentRequests({ page: 1, limit: 10 });
    expect(listed.payment_requests.map((request) => request.id)).toEqual([made.id]);
    await gateway.disablePaymentRequest(made.id);
    await gateway.enablePaymentRequest(made.id);
    const { calls } = simulator.ledger();
    expect(calls.map((call) => `${call.method} ${call.path} ${call.status}`)).toEqual([
      "POST /oauth2/token/ 200",
      "POST /v2/payment_requests/ 201",
      `GET /v2/payment_requests/${made.id}/ 200`,
      "GET /v2/payment_requests/ 200",
      `POST /v2/payment_requests/${made.id}/disable/ 200`,
      `POST /v2/payment_requests/${made.id}/enable/ 200`,
    ]);
  });

  it("reads a payment, refunds it and follows the case", async () => {
    const { gateway, simulator } = await localInstamojo();
    const { id } = await gateway.createPaymentRequest(createBody);
    const paid = simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    expect(await gateway.getPayment(paid.id)).toMatchObject({ id: paid.id, status: true, currency: "INR" });
    expect((await gateway.listPayments({ page: 1, limit: 10 })).payments.map((each) => each.id)).toEqual([paid.id]);
    const { refund } = await gateway.createRefund(paid.id, refundBody);
    expect(refund).toMatchObject({ payment_id: paid.id, type: "QFL" });
    expect(await gateway.getRefundCase(refund.id)).toMatchObject({ id: refund.id, resolution_status: null });
    expect((await gateway.listRefunds({ page: 1, limit: 10 })).refunds).toHaveLength(1);
    simulator.control.resolveRefund(refund.id, "FINI_CONC");
    expect(await gateway.getRefundCase(refund.id)).toMatchObject({ resolution_status: "FINI_CONC" });
  });

  it("reads failed and unfinished payments, and both statuses of a create", async () => {
    for (const createStatus of [200, 201] as const) {
      const { gateway, simulator } = await localInstamojo({ switches: { createStatus } });
      const { id } = await gateway.createPaymentRequest(createBody);
      const failed = simulator.control.pay({ paymentRequestId: id, outcome: "failure" });
      const pending = simulator.control.pay({ paymentRequestId: id, outcome: "pending" });
      expect(await gateway.getPayment(failed.id)).toMatchObject({ status: false });
      expect(await gateway.getPayment(pending.id)).toMatchObject({ status: null });
    }
  });

  it("works with the long tokens, and with every token revoking the one before", async () => {
    const { gateway, simulator } = await localInstamojo({
      switches: { tokenStyle: "long", newTokenRevokesEarlier: true },
    });
    const other = open(simulator);
    for (let round = 0; round < 3; round += 1) {
      await gateway.listPayments({ page: 1, limit: 1 });
      await other.listPayments({ page: 1, limit: 1 });
    }
    expect(callsTo(simulator, /token/)).toHaveLength(6);
  });
});

describe("refusals of the local Instamojo", () => {
  it("of single fields come with the form's names", async () => {
    const { gateway } = await localInstamojo();
    const error = await refusal(
      gateway.createPaymentRequest({ ...createBody, amount: "5", phone: "123", email: "nobody", webhook: "nowhere" }),
    );
    expect(error).toMatchObject({ code: "gateway_refused", outcome: "not-applied", statusCode: 400 });
    expect(error.fieldErrors?.map(({ field }) => field).sort()).toEqual([
      "amount",
      "customerEmail",
      "customerMobileNumber",
      "statusCallbackUrl",
    ]);
    expect(error.response).toHaveProperty("amount");
  });

  it("of a repeated transaction id come with its reason", async () => {
    const { gateway, simulator } = await localInstamojo();
    const { id } = await gateway.createPaymentRequest(createBody);
    const paid = simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    await gateway.createRefund(paid.id, refundBody);
    const error = await refusal(gateway.createRefund(paid.id, refundBody));
    expect(error).toMatchObject({ code: "gateway_refused", outcome: "not-applied", statusCode: 400 });
    expect(error.message).not.toBe("");
    expect(error.response).toMatchObject({ success: false });
    expect(simulator.ledger().refunds).toHaveLength(1);
  });

  it("of what does not exist", async () => {
    const { gateway } = await localInstamojo();
    const errors = await Promise.all([
      refusal(gateway.getPaymentRequest("0".repeat(32))),
      refusal(gateway.disablePaymentRequest("0".repeat(32))),
      refusal(gateway.getPayment("MOJO0000000000000000")),
      refusal(gateway.createRefund("MOJO0000000000000000", refundBody)),
      refusal(gateway.getRefundCase("C0000000000")),
    ]);
    for (const error of errors) {
      expect(error).toMatchObject({ code: "not_found", outcome: "not-applied", statusCode: 404 });
    }
  });

  it("of an account that is not activated, while reads work", async () => {
    const { gateway, simulator } = await localInstamojo({ switches: { accountActivated: false } });
    expect(await refusal(gateway.createPaymentRequest(createBody))).toMatchObject({
      code: "not_activated",
      outcome: "not-applied",
      statusCode: 403,
    });
    expect((await gateway.listPayments({ page: 1, limit: 1 })).payments).toEqual([]);
    expect(await testConnection(accountAt(simulator), clientOptions())).toMatchObject({ ok: true });
  });

  it("of wrong credentials and of those of the other world", async () => {
    const { simulator } = await localInstamojo();
    const live = await localInstamojo({ world: "live" });
    const refused = { code: "credentials_refused", outcome: "not-applied", statusCode: 401 };
    for (const gateway of [
      open(simulator, { clientSecret: "wrong" }),
      open(simulator, { clientId: "live_local_client_id", clientSecret: "live_local_client_secret" }),
      live.gateway,
    ]) {
      expect(await refusal(gateway.createPaymentRequest(createBody))).toMatchObject(refused);
    }
    expect(callsTo(simulator, createPath)).toHaveLength(0);
  });

  it("of revoked tokens are overcome with one new token", async () => {
    const { gateway, simulator } = await localInstamojo();
    await gateway.listPayments({ page: 1, limit: 1 });
    simulator.control.faults({ kind: "revoke-tokens" });
    await Promise.all(Array.from({ length: 20 }, () => gateway.createPaymentRequest(createBody)));
    expect(simulator.ledger().paymentRequests).toHaveLength(20);
    expect(callsTo(simulator, /token/)).toHaveLength(2);
  });
});

describe("testing the connection to the local Instamojo", () => {
  it("tells right credentials, a wrong secret and nobody there apart", async () => {
    const { simulator } = await localInstamojo();
    const account = accountAt(simulator);
    expect(await testConnection(account, clientOptions())).toMatchObject({ ok: true, account: "shop" });
    expect(await testConnection({ ...account, clientSecret: "wrong" }, clientOptions())).toMatchObject({
      ok: false,
      cause: "wrong_secret",
    });
    const gone = await startSimulator();
    await gone.close();
    expect(await testConnection(accountAt(gone), clientOptions())).toMatchObject({ ok: false, cause: "unreachable" });
  });
});

describe("a fault of the local Instamojo", () => {
  const faults: readonly [string, CallFault][] = [
    ["reset after it was applied", { kind: "reset" }],
    ["reset before it was applied", { kind: "reset", isApplied: false }],
    ["an answer cut in the middle", { kind: "cut" }],
    ["silence", { kind: "silent" }],
    ["500 after it was applied", { kind: "status", status: 500, body: "<h1>Sorry</h1>", isApplied: true }],
    ["502 before it was applied", { kind: "status", status: 502, body: "<h1>Sorry</h1>" }],
    ["a redirect", { kind: "status", status: 302, headers: { location: "/v2/payments/" } }],
    ["50 MB", { kind: "status", status: 200, body: {}, bytes: 50_000_000 }],
  ];

  it.each(faults)("(%s) leaves a create unknown after one call", async (_name, fault) => {
    const { simulator } = await localInstamojo();
    const gateway = open(simulator, {}, { headersMs: fault.kind === "silent" ? 300 : 20_000 });
    await gateway.listPayments({ page: 1, limit: 1 });
    simulator.control.faults({ ...fault, method: "POST", path: "/v2/*" });
    expect(await refusal(gateway.createPaymentRequest(createBody))).toMatchObject({ code: "outcome_unknown" });
    expect(callsTo(simulator, createPath)).toHaveLength(1);
  });

  it.each(faults)("(%s) leaves a refund unknown after one call", async (_name, fault) => {
    const { simulator } = await localInstamojo();
    const gateway = open(simulator, {}, { headersMs: fault.kind === "silent" ? 300 : 20_000 });
    const { id } = await gateway.createPaymentRequest(createBody);
    const paid = simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    simulator.control.faults({ ...fault, method: "POST", path: "/v2/*" });
    expect(await refusal(gateway.createRefund(paid.id, refundBody))).toMatchObject({ code: "refund_unknown" });
    expect(callsTo(simulator, refundPath)).toHaveLength(1);
  });

  it("of the token call leaves nothing applied and nothing unknown", async () => {
    const { gateway, simulator } = await localInstamojo();
    simulator.control.faults({ kind: "status", status: 503, path: "/oauth2/token/", count: 0 });
    expect(await refusal(gateway.createPaymentRequest(createBody))).toMatchObject({
      code: "gateway_error",
      outcome: "not-applied",
    });
    expect(callsTo(simulator, createPath)).toHaveLength(0);
    expect(callsTo(simulator, /token/)).toHaveLength(3);
  });

  it.each(["2", "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "-3", ""])(
    "of 429 with Retry-After %j is waited out by a read",
    async (value) => {
      const { gateway, simulator } = await localInstamojo();
      const headers = { "retry-after": value };
      simulator.control.faults({
        kind: "status",
        status: 429,
        headers,
        method: "GET",
        path: "/v2/payments/",
        count: 2,
      });
      expect((await gateway.listPayments({ page: 1, limit: 1 })).payments).toEqual([]);
      expect(callsTo(simulator, /^\/v2\/payments\/$/)).toHaveLength(3);
    },
  );

  it("of 429 on a refund is a refusal, sent once", async () => {
    const { gateway, simulator } = await localInstamojo();
    const { id } = await gateway.createPaymentRequest(createBody);
    const paid = simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    simulator.control.faults({ kind: "status", status: 429, body: {}, method: "POST", path: "/v2/*" });
    expect(await refusal(gateway.createRefund(paid.id, refundBody))).toMatchObject({
      code: "rate_limited",
      outcome: "not-applied",
    });
    expect(callsTo(simulator, refundPath)).toHaveLength(1);
    expect(simulator.ledger().refunds).toHaveLength(0);
  });

  it.each([401, 403, 429])(
    "of %i as a page on a refund that was booked leaves it unknown, sent once",
    async (status) => {
      const { gateway, simulator } = await localInstamojo();
      const { id } = await gateway.createPaymentRequest(createBody);
      const paid = simulator.control.pay({ paymentRequestId: id, outcome: "success" });
      const fault = { kind: "status", status, body: "<html></html>", isApplied: true } as const;
      simulator.control.faults({ ...fault, method: "POST", path: "/v2/payments/*" });
      expect(await refusal(gateway.createRefund(paid.id, refundBody))).toMatchObject({
        code: "refund_unknown",
        outcome: "unknown",
      });
      expect(callsTo(simulator, refundPath)).toHaveLength(1);
      expect(simulator.ledger().refunds).toHaveLength(1);
    },
  );
});
