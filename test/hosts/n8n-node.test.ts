import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { localClientId, localClientSecret, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { execute, loadNode, type StandInRun, standIn } from "../helpers/n8n-stand-in.ts";

let simulator: Simulator;
let credentials: Record<string, unknown>;

async function start(options: Parameters<typeof startSimulator>[0] = {}): Promise<void> {
  simulator = await startSimulator({ port: 0, ...options });
  credentials = { world: "local", baseUrl: simulator.url, clientId: localClientId, clientSecret: localClientSecret };
}

beforeEach(() => start());
afterEach(() => simulator.close());

type Parameters_ = StandInRun["parameters"];

const link: Parameters_ = { operation: "generate-payment-link", amount: "200", purpose: "Iphone" };
const refund: Parameters_ = { operation: "create-refund", issueType: "QFL", description: "Not good" };

async function run(parameters: Parameters_, more: Partial<StandInRun> = {}) {
  return execute({ parameters, credentials, ...more });
}

/** What the first item of an output holds. */
function first(outputs: Awaited<ReturnType<typeof execute>>, output = 0): Record<string, unknown> {
  return outputs[output]?.[0]?.json as Record<string, unknown>;
}

async function paidPayment(): Promise<string> {
  const { paymentRequestId } = first(await run(link)) as { paymentRequestId: string };
  return simulator.control.pay({ paymentRequestId, outcome: "success" }).id;
}

/** A list of parameters that n8n stores as a pick-or-type field. */
const byId = (value: string) => ({ __rl: true, mode: "id", value });
const refundCalls = () => simulator.ledger().calls.filter(({ path }) => path.endsWith("/refund/"));

describe("making links with the n8n node, called directly", () => {
  it("makes a link with what the form says, and pairs the item", async () => {
    const outputs = await run({ ...link, customerName: "John", sendEmail: false, advanced: { reference: "order-1" } });
    expect(outputs).toHaveLength(1);
    expect(first(outputs)).toMatchObject({
      account: "shop",
      environment: "local",
      amount: "200.00",
      purpose: "Iphone",
      reference: "order-1",
      replayed: false,
      expiresAt: null,
    });
    expect(outputs[0]?.[0]?.pairedItem).toEqual({ item: 0 });
    const { paymentRequests } = simulator.ledger();
    expect(paymentRequests).toMatchObject([{ purpose: "Iphone", webhook: null }]);
    expect(paymentRequests[0]?.id).toBe(first(outputs).paymentRequestId);
  });

  it("makes one link per item with one token", async () => {
    const [success] = await run(link, { items: 3 });
    expect(success?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
    expect(simulator.ledger().paymentRequests).toHaveLength(3);
    expect(simulator.ledger().calls.filter(({ path }) => path === "/oauth2/token/")).toHaveLength(1);
  });

  it("has payments reported to the trigger of the credential", async () => {
    credentials.triggerUrl = "https://hooks.example.com/webhook/1/payment";
    await run(link);
    expect(simulator.ledger().paymentRequests[0]?.webhook).toBe("https://hooks.example.com/webhook/1/payment");
  });

  it.each([
    ["https://elsewhere.example.com/hook", false],
    ["https://n8n.example.com.evil.example/hook", false],
    ["https://n8n.example.com/webhook/1", true],
  ])("lets a typed callback address name this n8n only: %s", async (statusCallbackUrl, isAllowed) => {
    const item = first(await run({ ...link, advanced: { statusCallbackUrl } }, { continueOnFail: true }));
    expect("error" in item).toBe(!isAllowed);
    expect(simulator.ledger().paymentRequests).toHaveLength(isAllowed ? 1 : 0);
  });

  it("refuses an expiry, which nobody would see to", async () => {
    const item = first(await run({ ...link, advanced: { expiresAfter: 30 } }, { continueOnFail: true }));
    expect(item.error).toMatchObject({ code: "invalid_input", fieldErrors: [{ field: "expiresAfter" }] });
    expect(simulator.ledger().paymentRequests).toHaveLength(0);
  });

  it("checks values when it runs, whatever the editor let through", async () => {
    const item = first(await run({ ...link, amount: "1", sendSms: true }, { continueOnFail: true }));
    expect(item).toMatchObject({ error: { code: "invalid_input", retryable: false, outcome: "not-applied" } });
    expect((item.error as { fieldErrors: unknown[] }).fieldErrors).toMatchObject([
      { field: "amount", rule: "at least 9.00" },
      { field: "customerMobileNumber" },
    ]);
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("gives out what a person looks for in the first columns", async () => {
    expect(Object.keys(first(await run(link))).slice(0, 2)).toEqual(["status", "link"]);
  });

  it("leaves out what is blank, and refuses an expression that came out empty", async () => {
    const typed = { ...link, customerName: "", purpose: "={{ $json.purpose }}" };
    const item = first(await run(typed, { evaluated: { purpose: "" }, continueOnFail: true }));
    expect((item.error as { fieldErrors: unknown[] }).fieldErrors).toMatchObject([{ field: "purpose" }]);
    expect(first(await run({ ...link, customerName: "" })).customer).toMatchObject({ name: null });
  });

  it("closes a link and opens it again", async () => {
    const { paymentRequestId, link: address } = first(await run(link)) as Record<string, string>;
    const disable = { operation: "disable-payment-link", lookUpBy: "paymentRequestId" };
    const closed = first(await run({ ...disable, paymentRequestId: byId(paymentRequestId as string) }));
    expect(closed).toMatchObject({ disabled: true, paid: false });
    const opened = first(await run({ operation: "enable-payment-link", lookUpBy: "link", link: address }));
    expect(opened).toMatchObject({ paymentRequestId, disabled: false });
  });

  it("says that nobody knows whether a link was made, and what to do, and makes it once", async () => {
    simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    const item = first(await run(link, { continueOnFail: true }));
    expect(item.error).toMatchObject({ code: "outcome_unknown", outcome: "unknown" });
    expect((item.error as { remedy: string }).remedy).toMatch(/dashboard/);
    expect(simulator.ledger().paymentRequests).toHaveLength(1);
  });
});

describe("errors of the n8n node", () => {
  it("throws n8n's own error with the remedy where the node is to stop", async () => {
    const failing = run({ ...link, amount: "1" });
    await expect(failing).rejects.toMatchObject({
      name: "NodeOperationError",
      message: "Amount must be at least 9.00.",
      description: "Write it like 200 or 199.50, without commas or a currency sign.",
    });
  });

  it("throws n8n's API error with the status where Instamojo refused", async () => {
    const gone = { operation: "get-payment-status", lookUpBy: "paymentId", paymentId: byId("MOJO0000000000000000") };
    await expect(run(gone)).rejects.toMatchObject({ name: "NodeApiError", httpCode: "404" });
    expect(first(await run(gone, { continueOnFail: true })).error).toMatchObject({
      code: "not_found",
      statusCode: 404,
      response: expect.anything(),
      remedy: expect.any(String),
    });
  });

  it("tells wrong keys, and quotes no secret", async () => {
    credentials.clientSecret = "not-the-secret";
    const item = first(await run(link, { continueOnFail: true }));
    expect(item.error).toMatchObject({ code: "credentials_refused", outcome: "not-applied" });
    expect(JSON.stringify(item)).not.toContain("not-the-secret");
  });

  it("tells an address that nobody answers at", async () => {
    const { url } = simulator;
    await simulator.close();
    await start();
    credentials.baseUrl = url;
    const item = first(await run(link, { continueOnFail: true }));
    expect(item.error).toMatchObject({ code: "gateway_unreachable", outcome: "not-applied" });
  });

  it("keeps the keys for the two worlds and this machine", async () => {
    credentials.baseUrl = "http://instamojo.example.com";
    const item = first(await run(link, { continueOnFail: true }));
    expect(item.error).toMatchObject({ code: "account_invalid", outcome: "not-applied" });
  });
});

describe("reading with the n8n node, called directly", () => {
  it("tells a payment, its refunds and the case", async () => {
    await simulator.close();
    await start({ switches: { refundReviewSeconds: 1_000 } });
    const paymentId = await paidPayment();
    const status = { operation: "get-payment-status", lookUpBy: "paymentId", paymentId: byId(paymentId) };
    expect(first(await run(status))).toMatchObject({ status: "Completed", paid: true, refundedAmount: "0.00" });
    const made = first(await run({ ...refund, paymentId: byId(paymentId), uniqueTransactionId: "r-1" }));
    const look = { operation: "get-refund-status", lookUpBy: "uniqueTransactionId", uniqueTransactionId: "r-1" };
    expect(first(await run(look))).toMatchObject({ refundId: made.refundId, state: "in-review", amount: "200.00" });
    simulator.control.resolveRefund(String(made.refundId), "FINI_CONC");
    expect(first(await run(status))).toMatchObject({ status: "Refunded", refundedAmount: "200.00" });
  });

  it("lists payments", async () => {
    const paymentId = await paidPayment();
    const listed = first(await run({ operation: "list-payments", status: "Completed", page: 1, pageSize: 50 }));
    expect(listed).toMatchObject({ count: 1, payments: [{ paymentId, amount: "200.00" }] });
  });

  it("offers links, payments and refunds to pick from", async () => {
    const paymentId = await paidPayment();
    const { listSearch = {} } = loadNode().methods ?? {};
    const pick = (name: string) =>
      listSearch[name]?.call(standIn({ parameters: { connection: "direct" }, credentials }) as never);
    const { id } = simulator.ledger().paymentRequests[0] as { id: string };
    expect((await pick("listPaymentRequests"))?.results).toMatchObject([
      { value: id, name: expect.stringMatching(/^₹200\.00 · Iphone .*paid/) },
    ]);
    expect((await pick("listRefundablePayments"))?.results).toMatchObject([{ value: paymentId }]);
    const { refundId } = first(await run({ ...refund, paymentId: byId(paymentId) }));
    expect((await pick("listRefunds"))?.results).toMatchObject([{ value: refundId }]);
    expect((await pick("listRefundablePayments"))?.results).toEqual([]);
  });
});

describe("refunding with the n8n node, called directly", () => {
  it("refunds a part, then refuses more than is left, by what Instamojo's ledger says", async () => {
    const paymentId = byId(await paidPayment());
    const made = await run({ ...refund, paymentId, refundAmount: "150", uniqueTransactionId: "a" });
    expect(made).toHaveLength(2);
    expect(first(made)).toMatchObject({ amount: "150.00", uniqueTransactionId: "a", replayed: false });
    const more = { ...refund, paymentId, refundAmount: "100", uniqueTransactionId: "b" };
    expect(first(await run(more, { continueOnFail: true })).error).toMatchObject({ code: "refund_exceeds_remaining" });
    expect(simulator.ledger().refunds).toHaveLength(1);
    expect(refundCalls()).toHaveLength(1);
  });

  it("does not refund twice what is asked for twice, with an id or without", async () => {
    const paymentId = byId(await paidPayment());
    await run({ ...refund, paymentId });
    expect(first(await run({ ...refund, paymentId }))).toMatchObject({ replayed: true });
    expect(simulator.ledger().refunds).toHaveLength(1);
    expect(refundCalls()).toHaveLength(1);
  });

  it("gives out an unknown refund by its own output, never throws it, and never sends it again", async () => {
    const processed = new Set<string>();
    const paymentId = byId(await paidPayment());
    const asked = { ...refund, paymentId, uniqueTransactionId: "r-9" };
    simulator.control.faults({ kind: "reset", path: "*/refund/", isApplied: false });
    const outputs = await run(asked, { processed });
    expect(outputs[0]).toEqual([]);
    expect(first(outputs, 1)).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
    expect(first(outputs, 1)).not.toHaveProperty("error");
    expect(outputs[1]?.[0]?.pairedItem).toEqual({ item: 0 });
    const again = await run(asked, { processed, continueOnFail: true });
    expect(first(again, 1)).toMatchObject({ code: "refund_unknown" });
    expect(refundCalls()).toHaveLength(1);
  });

  it("does not send it again after n8n was restarted, and says so", async () => {
    const processed = new Set<string>();
    const paymentId = byId(await paidPayment());
    const asked = { ...refund, paymentId, uniqueTransactionId: "r-9" };
    simulator.control.faults({ kind: "reset", path: "*/refund/", isApplied: false });
    await run(asked, { processed });
    jest.resetModules();
    const again = await execute({ parameters: asked, credentials, processed }, loadNode());
    expect(first(again, 1)).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
    expect(refundCalls()).toHaveLength(1);
  });

  it("tells an agent of an unknown refund by the one output that agents see", async () => {
    const paymentId = byId(await paidPayment());
    simulator.control.faults({ kind: "reset", path: "*/refund/" });
    const outputs = await run({ ...refund, paymentId }, { isTool: true });
    expect(first(outputs)).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
  });

  it("sends nothing when n8n cannot note the send", async () => {
    const paymentId = byId(await paidPayment());
    const context = standIn({ parameters: { ...refund, paymentId }, credentials, continueOnFail: true });
    context.helpers.checkProcessedAndRecord = () => Promise.reject(new Error("no database"));
    const outputs = await loadNode().execute?.call(context as never);
    expect((outputs as never as { json: unknown }[][])[0]?.[0]?.json).toMatchObject({
      error: { code: "store_unavailable", outcome: "not-applied" },
    });
    expect(refundCalls()).toHaveLength(0);
  });

  it("lets a refund that was refused be asked for anew", async () => {
    const paymentId = byId(await paidPayment());
    const asked = { ...refund, paymentId, uniqueTransactionId: "r-1" };
    const refusal = { success: false, reason: "Not now" };
    simulator.control.faults({ kind: "status", path: "*/refund/", status: 400, body: refusal });
    const processed = new Set<string>();
    expect(first(await run(asked, { processed, continueOnFail: true })).error).toMatchObject({
      code: "gateway_refused",
      statusCode: 400,
      response: refusal,
    });
    expect(first(await run(asked, { processed }))).toMatchObject({ uniqueTransactionId: "r-1", replayed: false });
  });
});

describe("refunding where Instamojo is at its least helpful", () => {
  it("sends no second refund under one id, nor more than was paid, while lists lag behind", async () => {
    await simulator.close();
    await start({ profile: "hostile" });
    const { paymentRequestId } = first(await run(link)) as { paymentRequestId: string };
    const { id } = simulator.control.pay({ paymentRequestId, outcome: "success" });
    await simulator.control.advanceClock(130);
    const processed = new Set<string>();
    const ask = (refundAmount: string, uniqueTransactionId: string) =>
      run({ ...refund, paymentId: byId(id), refundAmount, uniqueTransactionId }, { processed, continueOnFail: true });
    expect(first(await ask("150", "a"))).toMatchObject({ amount: "150.00" });
    await ask("150", "a");
    await ask("100", "b");
    expect(simulator.ledger().refunds).toHaveLength(1);
  });
});
