import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";
import { execute, loadNode, type StandInRun, standIn } from "../helpers/n8n-stand-in.ts";

let http: TestHttpHost;
let credentials: Record<string, unknown>;
let execution = 0;

beforeAll(async () => {
  http = await startTestHttpHost();
  credentials = { baseUrl: `${http.url}/`, apiKey: http.keys.all, account: "shop" };
});
afterAll(() => http.close());

type Parameters_ = StandInRun["parameters"];
const link: Parameters_ = { connection: "host", operation: "generate-payment-link", amount: "200", purpose: "Iphone" };

/** Each run is an execution of its own unless it says otherwise. */
async function run(parameters: Parameters_, more: Partial<StandInRun> = {}) {
  const executionId = `execution-${++execution}`;
  return execute({ parameters, credentials, continueOnFail: true, executionId, ...more });
}

function first(outputs: Awaited<ReturnType<typeof execute>>, output = 0): Record<string, unknown> {
  return outputs[output]?.[0]?.json as Record<string, unknown>;
}

const made = () => http.simulator.ledger().paymentRequests.length;

describe("the n8n node through the HTTP host", () => {
  it("gives the same link back for the same reference, in another execution too", async () => {
    const before = made();
    const asked = { ...link, advanced: { reference: "order-1042" } };
    const one = first(await run(asked));
    const two = first(await run(asked));
    expect(one).toMatchObject({ account: "shop", reference: "order-1042", replayed: false });
    expect(two).toMatchObject({ paymentRequestId: one.paymentRequestId, replayed: true });
    expect(made() - before).toBe(1);
  });

  it("gives the same link back to a repeat within one execution, and a new one to another item or execution", async () => {
    const before = made();
    const executionId = "one-execution";
    const one = first(await run(link, { executionId }));
    const [both] = await run(link, { executionId, items: 2 });
    expect(both?.map(({ json }) => json.replayed)).toEqual([true, false]);
    expect(both?.[0]?.json.paymentRequestId).toBe(one.paymentRequestId);
    expect(first(await run(link, { executionId: "another-execution" })).replayed).toBe(false);
    expect(made() - before).toBe(3);
  });

  it("keeps what the host says of an error", async () => {
    const item = first(await run({ ...link, amount: "5" }));
    expect(item.error).toMatchObject({
      code: "invalid_input",
      outcome: "not-applied",
      fieldErrors: [{ field: "amount" }],
    });
  });

  it("closes a link after its time, which only a ledger can see to", async () => {
    expect(first(await run({ ...link, advanced: { expiresAfter: 30 } })).expiresAt).toEqual(expect.any(String));
  });

  it("hands the conversation over, to come back with the events of the link", async () => {
    const bodies: unknown[] = [];
    const parameters = { ...link, advanced: { conversation: "chat-7" } };
    const context = standIn({ parameters, credentials, executionId: "conversation" });
    const send = context.helpers.httpRequestWithAuthentication;
    context.helpers.httpRequestWithAuthentication = (type, options) => {
      bodies.push(options.body);
      return send(type, options);
    };
    const outputs = await loadNode().execute?.call(context as never);
    expect(outputs).toMatchObject([[{ json: { replayed: false } }]]);
    expect(bodies).toMatchObject([{ account: "shop", correlation: "chat-7", input: { amount: "200" } }]);
    expect(JSON.stringify(http.simulator.ledger())).not.toContain("chat-7");
  });

  it("refunds once however often it is asked, and gives an unknown refund out by its own output", async () => {
    const { paymentRequestId } = first(await run(link)) as { paymentRequestId: string };
    http.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const refund = {
      connection: "host",
      operation: "create-refund",
      issueType: "QFL",
      description: "Not good",
      paymentId: { __rl: true, mode: "list", value: paymentRequestId },
      uniqueTransactionId: "r-1",
    };
    http.simulator.control.faults({ kind: "reset", path: "*/refund/", isApplied: false });
    const unknown = await run(refund);
    expect(first(unknown, 1)).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
    expect(first(await run(refund), 1)).toMatchObject({ code: "refund_unknown" });
    expect(http.simulator.ledger().calls.filter(({ path }) => path.endsWith("/refund/"))).toHaveLength(1);
  });

  it.each([
    ["a key that the host does not know", () => ({ ...credentials, apiKey: "imf_wrong" }), "credentials_refused"],
    ["a key for other accounts", () => ({ ...credentials, apiKey: http.keys.other }), "credentials_refused"],
    ["a key without the scope", () => ({ ...credentials, apiKey: http.keys.read }), "credentials_refused"],
  ])("tells %s", async (_, given, code) => {
    const item = first(await run(link, { credentials: given() }));
    expect(item.error).toMatchObject({ code, outcome: "not-applied", remedy: expect.any(String) });
    expect(JSON.stringify(item)).not.toContain("imf_");
  });

  it("offers links and payments to pick from, people masked", async () => {
    const { paymentRequestId } = first(await run({ ...link, customerName: "John Doe" })) as {
      paymentRequestId: string;
    };
    const { id } = http.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const { listSearch = {} } = loadNode().methods ?? {};
    const pick = async (name: string) => {
      const context = standIn({ parameters: { connection: "host" }, credentials });
      const { results = [] } = (await listSearch[name]?.call(context as never)) ?? {};
      return results;
    };
    expect((await pick("listPaymentRequests")).map(({ value }) => value)).toContain(paymentRequestId);
    const payments = await pick("listRefundablePayments");
    expect(payments.map(({ value }) => value)).toContain(id);
    expect(JSON.stringify(payments)).not.toContain("John Doe");
  });
});

describe("the n8n node where the HTTP host does not answer", () => {
  it("tells that it cannot be reached and that nothing was sent", async () => {
    const closed = await startTestHttpHost();
    await closed.close();
    const item = first(await run(link, { credentials: { ...credentials, baseUrl: closed.url } }));
    expect(item.error).toMatchObject({ code: "gateway_unreachable", outcome: "not-applied" });
  });
});
