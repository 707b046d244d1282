import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost({
    simulator: { switches: { refundReviewSeconds: null } },
    ...options,
    host: { timeouts: { headersMs: 400, bodyMs: 400 }, ...options.host },
  });
};
afterEach(() => host.close());

const reason = { issueType: "QFL", description: "Product is not good" };
const sends = () => host.simulator.ledger().calls.filter(({ path }) => path.endsWith("/refund/"));
const booked = () => host.simulator.ledger().refunds;

/** A paid link of 200.00; the ids of the payment and of its request. */
async function paid(input: Record<string, unknown> = {}): Promise<{ paymentId: string; paymentRequestId: string }> {
  const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone", ...input });
  if (link.port !== "success") throw new Error(JSON.stringify(link));
  const paymentRequestId = String(link.output["paymentRequestId"]);
  const payment = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  await host.event((event) => event.status === "Completed" && event.paymentId === payment.id);
  return { paymentId: payment.id, paymentRequestId };
}

const refund = (input: Record<string, unknown>) => host.run("create-refund", { ...reason, ...input });

describe("a refund", () => {
  it("gives back all that is left when no amount is given", async () => {
    await start();
    const { paymentId, paymentRequestId } = await paid();
    expect(await refund({ paymentId, refundAmount: "50.01", uniqueTransactionId: "a" })).toMatchObject({
      port: "success",
    });
    const rest = await refund({ paymentId, uniqueTransactionId: "b" });
    expect(rest).toMatchObject({
      port: "success",
      output: {
        amount: "149.99",
        paidAmount: "200.00",
        paymentRequestId,
        state: "requested",
        uniqueTransactionId: "b",
      },
    });
    expect(booked().reduce((sum, { amountPaise }) => sum + amountPaise, 0)).toBe(20_000);
  });

  it("finds the one payment of a payment request", async () => {
    await start();
    const { paymentId, paymentRequestId } = await paid();
    expect(await refund({ paymentId: paymentRequestId })).toMatchObject({ port: "success", output: { paymentId } });
  });

  it("names all payments where a request was paid more than once", async () => {
    await start();
    const { paymentId, paymentRequestId } = await paid({ allowRepeatedPayments: true });
    const second = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const result = await refund({ paymentId: paymentRequestId });
    expect(result).toMatchObject({ port: "error", error: { code: "several_payments" } });
    expect(JSON.stringify(result)).toContain(paymentId);
    expect(JSON.stringify(result)).toContain(second.id);
    expect(sends()).toHaveLength(0);
  });

  it("is refused while nothing is paid", async () => {
    await start();
    const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const paymentRequestId = link.port === "success" ? String(link.output["paymentRequestId"]) : "";
    expect(await refund({ paymentId: paymentRequestId })).toMatchObject({
      port: "error",
      error: { code: "not_paid_yet" },
    });
    const failed = host.simulator.control.pay({ paymentRequestId, outcome: "failure" });
    expect(await refund({ paymentId: failed.id })).toMatchObject({ port: "error", error: { code: "not_paid_yet" } });
    expect(sends()).toHaveLength(0);
  });

  it("is refused with the numbers when it is more than what is left", async () => {
    await start();
    const { paymentId } = await paid();
    await refund({ paymentId, refundAmount: "150", uniqueTransactionId: "a" });
    const result = await refund({ paymentId, refundAmount: "50.01", uniqueTransactionId: "b" });
    expect(result).toMatchObject({
      port: "error",
      error: { code: "refund_exceeds_remaining", outcome: "not-applied" },
    });
    for (const number of ["50.01", "200.00", "150.00", "50.00"]) expect(JSON.stringify(result)).toContain(number);
    expect(sends()).toHaveLength(1);
    await refund({ paymentId, uniqueTransactionId: "c" });
    expect(await refund({ paymentId, uniqueTransactionId: "d" })).toMatchObject({
      port: "error",
      error: { code: "refund_exceeds_remaining", message: expect.stringContaining("0.00 is left") },
    });
  });

  it("needs an id of its own from the second refund of a payment on", async () => {
    await start();
    const { paymentId } = await paid();
    await refund({ paymentId, refundAmount: "50", uniqueTransactionId: "a" });
    expect(await refund({ paymentId, refundAmount: "50" })).toMatchObject({
      port: "error",
      error: { code: "invalid_input", fieldErrors: [{ field: "uniqueTransactionId" }] },
    });
    expect(sends()).toHaveLength(1);
  });

  it("counts what was refunded in the dashboard", async () => {
    await start();
    const { paymentId } = await paid();
    const token = await fetch(`${host.simulator.url}/oauth2/token/`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "test_client",
        client_secret: "test_secret_value",
      }),
    }).then((response) => response.json() as Promise<{ access_token: string }>);
    await fetch(`${host.simulator.url}/v2/payments/${paymentId}/refund/`, {
      method: "POST",
      headers: { authorization: `Bearer ${token.access_token}` },
      body: new URLSearchParams({ type: "QFL", body: "by hand", refund_amount: "150.00", transaction_id: "dashboard" }),
    });
    expect(await refund({ paymentId, refundAmount: "50.01", uniqueTransactionId: "a" })).toMatchObject({
      error: { code: "refund_exceeds_remaining" },
    });
    expect(await refund({ paymentId, refundAmount: "50", uniqueTransactionId: "a" })).toMatchObject({
      port: "success",
    });
  });

  it.each([
    ["200.01", ["66.67", "66.67", "66.67"], "0.01", "0.00 is left"],
    ["200.00", ["66.67", "66.67"], "66.67", "66.66 is left"],
    ["9.00", ["0.01", "8.98"], "0.02", "0.01 is left"],
  ])("may be split in any way, to the paisa: of %s go %j and not %s more", async (amount, parts, more, left) => {
    await start();
    const { paymentId } = await paid({ amount });
    for (const [index, refundAmount] of parts.entries()) {
      const result = await refund({ paymentId, refundAmount, uniqueTransactionId: `part-${index}` });
      expect(result).toMatchObject({ port: "success", output: { amount: refundAmount, paidAmount: amount } });
    }
    expect(await refund({ paymentId, refundAmount: more, uniqueTransactionId: "more" })).toMatchObject({
      port: "error",
      error: { code: "refund_exceeds_remaining", outcome: "not-applied", message: expect.stringContaining(left) },
    });
    expect(sends()).toHaveLength(parts.length);
  });

  it("is not made of two parallel ones that together are too much", async () => {
    await start();
    const { paymentId } = await paid();
    const results = await Promise.all([
      refund({ paymentId, refundAmount: "150", uniqueTransactionId: "a" }),
      refund({ paymentId, refundAmount: "100", uniqueTransactionId: "b" }),
    ]);
    expect(results.map(({ port }) => port).sort()).toEqual(["error", "success"]);
    expect(booked()).toHaveLength(1);
  });
});

describe("a refund's id", () => {
  it("is sent once however often and however parallel it is asked for", async () => {
    await start();
    const { paymentId } = await paid();
    for (const uniqueTransactionId of [undefined, "a"]) {
      const asked = { paymentId, refundAmount: "10", ...(uniqueTransactionId ? { uniqueTransactionId } : {}) };
      const results = await Promise.all(Array.from({ length: 25 }, () => refund(asked)));
      expect(results.every(({ port }) => port === "success")).toBe(true);
      const outputs = results.map((result) => (result.port === "success" ? result.output : {}));
      expect(outputs.filter(({ replayed }) => replayed === false)).toHaveLength(1);
      expect(new Set(outputs.map(({ refundId }) => refundId)).size).toBe(1);
    }
    expect(sends()).toHaveLength(2);
    expect(booked()).toHaveLength(2);
  });

  it("belongs to one refund for ever: another payment, amount or reason is refused before any call", async () => {
    await start();
    const { paymentId } = await paid();
    const other = await paid();
    await refund({ paymentId, refundAmount: "10", uniqueTransactionId: "a" });
    const before = host.simulator.ledger().calls.length;
    for (const change of [{ paymentId: other.paymentId }, { refundAmount: "11" }, { issueType: "RFD" }]) {
      const result = await refund({ paymentId, refundAmount: "10", uniqueTransactionId: "a", ...change });
      expect(result).toMatchObject({ port: "error", error: { code: "transaction_id_reused" } });
    }
    expect(host.simulator.ledger().calls).toHaveLength(before);
  });

  it("is free again after the gateway refused the refund", async () => {
    await start();
    const { paymentId } = await paid();
    const fault = { kind: "status", method: "POST", path: "/v2/payments/*", status: 400 } as const;
    host.simulator.control.faults({ ...fault, body: { success: false, reason: "No." } });
    expect(await refund({ paymentId, uniqueTransactionId: "a" })).toMatchObject({
      port: "error",
      error: { code: "gateway_refused", outcome: "not-applied", message: expect.stringContaining("No.") },
    });
    expect(await refund({ paymentId, refundAmount: "20", uniqueTransactionId: "a" })).toMatchObject({
      port: "success",
    });
    expect(booked()).toHaveLength(1);
  });
});

describe("a refund whose answer never came", () => {
  const lose = (isApplied: boolean) =>
    host.simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payments/*", isApplied });

  it("leaves by the unknown port, is never sent again, and ends when its case is seen", async () => {
    await start();
    const { paymentId } = await paid();
    lose(true);
    const lost = await refund({ paymentId, uniqueTransactionId: "a" });
    expect(lost).toMatchObject({
      port: "unknown",
      error: { code: "refund_unknown", outcome: "unknown", retryable: false },
    });
    expect(await refund({ paymentId, uniqueTransactionId: "a" })).toMatchObject({
      port: "success",
      output: { replayed: true, refundId: booked()[0]?.id },
    });
    expect(sends()).toHaveLength(1);
    expect(await host.event((event) => event.reason === "refund-requested")).toMatchObject({ paymentId });
  });

  it("is found without the node running again, and told once", async () => {
    await start();
    const { paymentId } = await paid();
    lose(true);
    await refund({ paymentId });
    const event = await host.event(({ reason: why }) => why === "refund-requested");
    expect(event.refund).toMatchObject({ refundId: booked()[0]?.id, amount: "200.00" });
    expect(sends()).toHaveLength(1);
  });

  it("stays unknown, and its amount reserved, while no case is to be seen: absence is no proof", async () => {
    await start();
    const { paymentId } = await paid();
    lose(false);
    await refund({ paymentId, refundAmount: "150", uniqueTransactionId: "a" });
    expect(await refund({ paymentId, refundAmount: "150", uniqueTransactionId: "a" })).toMatchObject({
      port: "unknown",
      error: { code: "refund_unknown" },
    });
    expect(await refund({ paymentId, refundAmount: "60", uniqueTransactionId: "b" })).toMatchObject({
      error: { code: "refund_exceeds_remaining" },
    });
    expect(sends()).toHaveLength(1);
  });

  it("is unknown when the reply is about another amount", async () => {
    await start();
    const { paymentId } = await paid();
    const body = {
      refund: { id: "C1", payment_id: paymentId, status: "Refunded", type: "QFL", refund_amount: "1.00" },
      success: true,
    };
    host.simulator.control.faults({ kind: "status", method: "POST", path: "/v2/payments/*", status: 201, body });
    expect(await refund({ paymentId })).toMatchObject({ port: "unknown", error: { code: "refund_unknown" } });
  });
});

describe("a refund case", () => {
  it.each([
    ["FINI_CONC", "Refunded", "full", "refunded"],
    ["FINI_DENY", "Completed", "refund-denied", "denied"],
    ["FINI_WITH", "Completed", "refund-withdrawn", "withdrawn"],
    ["FINI_INIT", "Completed", "refund-closed", "closed"],
  ] as const)("that ends %s is told as %s with reason %s", async (resolution, status, why, state) => {
    await start();
    const { paymentId } = await paid();
    await refund({ paymentId });
    await host.event(({ reason: told }) => told === "refund-requested");
    host.simulator.control.resolveRefund(String(booked()[0]?.id), resolution);
    const event = await host.event(({ reason: told }) => told === why);
    expect(event).toMatchObject({ status, source: "poll", refund: { state, amount: "200.00" } });
  });

  it("that gives back a part is told as partial, and the last one as full", async () => {
    await start();
    const { paymentId } = await paid();
    await refund({ paymentId, refundAmount: "50", uniqueTransactionId: "a" });
    await refund({ paymentId, refundAmount: "150", uniqueTransactionId: "b" });
    const [first, second] = booked();
    host.simulator.control.resolveRefund(String(first?.id), "FINI_CONC");
    const partial = await host.event(({ status }) => status === "Refunded");
    expect(partial).toMatchObject({ reason: "partial", refund: { amount: "50.00", refundedTotal: "50.00" } });
    host.simulator.control.resolveRefund(String(second?.id), "FINI_CONC");
    const full = await host.event((event) => event.status === "Refunded" && event.id !== partial.id);
    expect(full).toMatchObject({ reason: "full", refund: { refundedTotal: "200.00" } });
  });

  it("frees its amount when it was denied", async () => {
    await start();
    const { paymentId } = await paid();
    await refund({ paymentId, uniqueTransactionId: "a" });
    host.simulator.control.resolveRefund(String(booked()[0]?.id), "FINI_DENY");
    await host.event(({ reason: why }) => why === "refund-denied");
    expect(await refund({ paymentId, uniqueTransactionId: "b" })).toMatchObject({
      port: "success",
      output: { amount: "200.00" },
    });
  });
});
