import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
const start = async (options: PluginHostOptions = {}) => {
  host = await startPluginHost({ simulator: { switches: { refundReviewSeconds: null } }, ...options });
};
afterEach(() => host.close());

/** A paid link of 200.00. */
async function paid(reference = "order-1"): Promise<{ paymentId: string; paymentRequestId: string }> {
  const link = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference });
  if (link.port !== "success") throw new Error(JSON.stringify(link));
  const paymentRequestId = String(link.output.paymentRequestId);
  const payment = host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  await host.event((event) => event.status === "Completed" && event.paymentId === payment.id);
  return { paymentId: payment.id, paymentRequestId };
}

const refund = (input: Record<string, unknown>) =>
  host.run("create-refund", { issueType: "QFL", description: "Product is not good", ...input });

/** A refund of a paid link; the id of its case. */
async function refunded(input: Record<string, unknown> = {}) {
  const payment = await paid();
  const result = await refund({ paymentId: payment.paymentId, uniqueTransactionId: "refund-1", ...input });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return { ...payment, refundId: String(result.output.refundId) };
}

const status = (input: Record<string, unknown>) => host.run("get-refund-status", input);
const calls = (path: string) => host.simulator.ledger().calls.filter((call) => call.path.startsWith(path)).length;

describe("a refund that is followed", () => {
  it("is told as requested and then, once, as in review", async () => {
    await start();
    const { paymentId, refundId } = await refunded();
    expect(await host.event(({ reason }) => reason === "refund-requested")).toMatchObject({
      status: "Completed",
      refund: {
        refundId,
        state: "requested",
        explanation: "Instamojo took the request for this refund and will look at it.",
      },
    });
    expect(await host.event(({ reason }) => reason === "refund-in-review")).toMatchObject({
      status: "Completed",
      paymentId,
      refund: {
        refundId,
        state: "in-review",
        refundedTotal: "0.00",
        explanation: "Instamojo is reviewing the refund. Nothing has gone back yet.",
      },
    });
    const read = () => calls("/v2/resolutioncenter/");
    const before = read();
    while (read() < before + 2) {
      host.advance(2_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(host.events.filter(({ reason }) => reason === "refund-in-review")).toHaveLength(1);
  });

  it.each([
    [
      "FINI_CONC",
      "Refunded",
      "full",
      "refunded",
      "Instamojo approved the refund. The money goes back the way it came; that can take 10 to 12 working days. (FINI_CONC)",
      "200.00",
    ],
    [
      "FINI_DENY",
      "Completed",
      "refund-denied",
      "denied",
      "Instamojo declined the refund. No money goes back. (FINI_DENY)",
      "0.00",
    ],
    [
      "FINI_WITH",
      "Completed",
      "refund-withdrawn",
      "withdrawn",
      "The refund was cancelled before it was done. No money goes back. (FINI_WITH)",
      "0.00",
    ],
    [
      "FINI_INIT",
      "Completed",
      "refund-closed",
      "closed",
      "Instamojo closed the case without saying that money goes back. Look at it in the Instamojo dashboard. (FINI_INIT)",
      "0.00",
    ],
  ] as const)("and ends with %s is told as %s, %s", async (resolution, told, reason, state, explanation, total) => {
    await start();
    const { refundId, paymentRequestId, paymentId } = await refunded();
    await host.event((event) => event.reason === "refund-in-review");
    host.simulator.control.resolveRefund(refundId, resolution);
    host.advance(3_000);
    expect(await host.event((event) => event.reason === reason)).toMatchObject({
      status: told,
      refund: { refundId, state, explanation, amount: "200.00", refundedTotal: total },
    });
    expect(await status({ refundId })).toMatchObject({
      port: "success",
      output: {
        refundId,
        state,
        explanation,
        resolution,
        paymentId,
        paymentRequestId,
        reference: "order-1",
        uniqueTransactionId: "refund-1",
        amount: "200.00",
        issueType: "QFL",
      },
    });
    const [booked] = host.simulator.ledger().payments;
    expect(booked?.refundedPaise).toBe(resolution === "FINI_CONC" ? 20_000 : 0);
  });
});

describe("Get refund status", () => {
  it("says that an open case is in review, by case id and by the author's own id", async () => {
    await start();
    const { refundId, paymentId } = await refunded({ refundAmount: "50.01" });
    for (const input of [{ refundId }, { uniqueTransactionId: "refund-1" }]) {
      expect(await status(input)).toMatchObject({
        port: "success",
        output: { refundId, state: "in-review", resolution: null, paymentId, amount: "50.01" },
      });
    }
  });

  it("has the event told at once when it is the first to see the end", async () => {
    await start();
    const { refundId } = await refunded();
    await host.event((event) => event.reason === "refund-in-review");
    // A case that is a day old is read once an hour.
    const early = calls("/v2/resolutioncenter/");
    host.advance(30 * 3_600_000);
    while (calls("/v2/resolutioncenter/") === early) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = calls("/v2/resolutioncenter/");
    host.simulator.control.resolveRefund(refundId, "FINI_DENY");
    expect(await status({ refundId })).toMatchObject({ output: { state: "denied" } });
    expect(await host.event((event) => event.reason === "refund-denied", 5_000)).toMatchObject({ status: "Completed" });
    expect(calls("/v2/resolutioncenter/")).toBeLessThan(before + 4);
  });

  it("finds a refund that was made elsewhere by its transaction id, and says nothing of ours about it", async () => {
    await start();
    const { paymentId } = await paid();
    const call = await fetch(`${host.simulator.url}/oauth2/token/`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "test_client",
        client_secret: "test_secret_value",
      }),
    });
    const { access_token: token } = (await call.json()) as { access_token: string };
    await fetch(`${host.simulator.url}/v2/payments/${paymentId}/refund/`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ type: "TNR", body: "x", refund_amount: "20", transaction_id: "elsewhere" }),
    });
    const [booked] = host.simulator.ledger().refunds;
    expect(await status({ uniqueTransactionId: "elsewhere" })).toMatchObject({
      port: "success",
      output: { refundId: booked?.id, paymentId, paymentRequestId: null, amount: "20.00", issueType: "TNR" },
    });
  });

  it("says which refunds there are not, and what to do", async () => {
    await start();
    expect(await status({ uniqueTransactionId: "never" })).toMatchObject({
      port: "error",
      error: {
        code: "not_found",
        message: "Neither this installation nor Instamojo's list of refunds shows a refund with the id never.",
        remedy: "Check the id and the account, or fill in the refund id (C…) instead.",
      },
    });
    expect(await status({ refundId: "C0a2233225" })).toMatchObject({ port: "error", error: { code: "not_found" } });
  });

  it("never says that a refund is booked or not while nobody can know", async () => {
    await start({
      simulator: { switches: { refundReviewSeconds: null, caseShowsTransactionId: false } },
      host: { timeouts: { headersMs: 400, bodyMs: 400 } },
    });
    const { paymentId } = await paid();
    host.simulator.control.faults({ kind: "reset", path: "/v2/payments/*/refund/" });
    expect(await refund({ paymentId, uniqueTransactionId: "refund-1" })).toMatchObject({ port: "unknown" });
    expect(await status({ uniqueTransactionId: "refund-1" })).toMatchObject({
      port: "success",
      output: {
        refundId: null,
        state: "unknown",
        explanation:
          "Nobody can say yet whether Instamojo booked this refund. Do not ask for it again; it is being checked.",
      },
    });
  });
});

describe("the one-refund-per-payment policy", () => {
  const switches = { refundReviewSeconds: null, refundsPerPayment: 1 };

  it("is told in plain words with the refund that there is, the gateway's reason and a way out", async () => {
    await start({ simulator: { switches } });
    const { paymentId, refundId } = await refunded({ refundAmount: "50" });
    expect(await refund({ paymentId, refundAmount: "20", uniqueTransactionId: "refund-2" })).toMatchObject({
      port: "error",
      error: {
        code: "gateway_refused",
        outcome: "not-applied",
        statusCode: 400,
        message: `Instamojo refused this refund: A refund for this payment already exists. The payment has a refund already (${refundId}), and Instamojo may allow only one refund per payment. Nothing was refunded now.`,
        remedy:
          "If it allows only one: give the rest back another way, for example by bank transfer or UPI, or ask Instamojo's support. Next time refund the whole sum at once.",
      },
    });
    expect(host.simulator.ledger().refunds).toHaveLength(1);
  });

  it("is not guessed at where the payment has no refund yet", async () => {
    await start({ simulator: { switches: { ...switches, refundsPerPayment: 0 } } });
    const { paymentId } = await paid();
    const result = await refund({ paymentId });
    expect(result).toMatchObject({
      port: "error",
      error: { code: "gateway_refused", message: "A refund for this payment already exists." },
    });
  });
});
