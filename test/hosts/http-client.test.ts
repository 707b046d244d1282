import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { OpenAPIClientAxios } from "openapi-client-axios";
import type { Scope } from "../../schemas/http-settings.ts";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { webhookSignature } from "../helpers/webhook-signature.ts";

/** A call of one operation. What is left out is taken from the examples of the document. */
interface ClientCall {
  /** Whose key is sent; none for what is open. */
  readonly scope?: Scope;
  readonly parameters?: () => Readonly<Record<string, string>>;
  /** Fields of the node's form that stand for something that is there, in place of the example's. */
  readonly input?: () => Readonly<Record<string, unknown>>;
  readonly body?: () => unknown;
  /** What must be in the answer besides what the schema asks for. */
  readonly answers?: unknown;
}

interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  // biome-ignore lint/suspicious/noExplicitAny: the document as a client reads it
  readonly [key: string]: any;
}

const paymentOfExample = { amount: "2500", purpose: "FIFA 16", customerName: "John Doe" };
const success = { port: "success" };

let http: TestHttpHost;
// biome-ignore lint/suspicious/noExplicitAny: the document as a client reads it
let document: any;
let operations: readonly Operation[];
// biome-ignore lint/suspicious/noExplicitAny: the client has a method per operation, known only from the document
let client: any;
const facts = { paymentRequestId: "", paymentId: "", eventId: "", token: "", tag: "", openLink: "" };

/** The order is that of a shop's day: a link is sold, paid, looked at, given back. */
const calls: Readonly<Record<string, ClientCall>> = {
  generatePaymentLink: { scope: "link", answers: { ...success, output: { amount: "2500.00", purpose: "FIFA 16" } } },
  getPaymentStatus: {
    scope: "read",
    input: () => ({ paymentRequestId: facts.paymentRequestId }),
    answers: { ...success, output: { status: "Completed", paid: true } },
  },
  listPayments: { scope: "read", answers: success },
  disablePaymentLink: { scope: "link", input: () => ({ paymentRequestId: facts.openLink }), answers: success },
  enablePaymentLink: { scope: "link", input: () => ({ paymentRequestId: facts.openLink }), answers: success },
  listLedgerPayments: {
    scope: "read",
    parameters: () => ({ account: "shop", status: "Completed" }),
    answers: { payments: [{ amount: "2500.00", reference: "order-1" }] },
  },
  getPaymentStory: {
    scope: "read",
    parameters: () => ({ paymentRequestId: facts.paymentRequestId }),
    answers: { amount: "2500.00", isMasked: true },
  },
  redeliverEvent: {
    scope: "operate",
    parameters: () => ({ id: facts.eventId }),
    answers: { takers: [] },
  },
  getManifest: { answers: { id: "instamojo", manifestVersion: 1 } },
  getOpenApi: { answers: { openapi: "3.1.0" } },
  isAlive: { answers: { status: "ok" } },
  isReady: { answers: { status: "ready" } },
  getMetrics: { answers: expect.stringContaining("# TYPE") },
  receiveWebhook: {
    parameters: () => ({ id: facts.token, op: facts.tag }),
    body: () => webhookForm(),
    answers: "OK",
  },
  showReturnPage: { parameters: () => ({ op: facts.tag }), answers: expect.stringContaining("Payment received") },
  createRefund: {
    scope: "refund",
    input: () => ({ paymentId: facts.paymentId }),
    answers: { ...success, output: { amount: "100.00", uniqueTransactionId: "refund-1" } },
  },
  getRefundStatus: {
    scope: "read",
    input: () => ({ refundId: http.simulator.ledger().refunds[0]?.id }),
    answers: { ...success, output: { uniqueTransactionId: "refund-1" } },
  },
};

function webhookForm(): URLSearchParams {
  const fields = {
    amount: "2500.00",
    currency: "INR",
    payment_id: facts.paymentId,
    payment_request_id: facts.paymentRequestId,
    purpose: "FIFA 16",
    status: "Credit",
  };
  return new URLSearchParams({ ...fields, mac: webhookSignature(Object.entries(fields), localCredentials.salt) });
}

/** A link that is paid, its event in the ledger, and another link that is not. */
async function sell(): Promise<void> {
  const sold = await http.run("generate-payment-link", { ...paymentOfExample, reference: "order-1" });
  const other = await http.run("generate-payment-link", { ...paymentOfExample, reference: "order-2" });
  facts.paymentRequestId = sold.json.output.paymentRequestId;
  facts.openLink = other.json.output.paymentRequestId;
  const { paymentRequestId } = facts;
  facts.paymentId = http.simulator.control.pay({ paymentRequestId, outcome: "success" }).id;
  const asked = http.simulator.ledger().calls.find(({ body }) => body.webhook !== undefined);
  const callback = new URL(String(asked?.body.webhook)).searchParams;
  Object.assign(facts, { token: callback.get("id"), tag: callback.get("op") });
  for (let turn = 0; turn < 200 && facts.eventId === ""; turn++) {
    http.advance(3_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { json } = await http.call(`/v1/payments/${paymentRequestId}`, { key: http.keys.read });
    const offers = json.timeline.map((entry: { offer?: { eventId?: string } }) => entry.offer?.eventId);
    facts.eventId = offers.find(Boolean) ?? "";
  }
}

/** What a client sends that fills in the document's examples and changes what it must. */
function requestOf(operation: Operation, call: ClientCall) {
  const parameters: { readonly name: string; readonly example?: string }[] = operation.parameters ?? [];
  const examples = parameters.flatMap(({ name, example }) => (example === undefined ? [] : [[name, example]]));
  const example = operation.requestBody?.content["application/json"]?.example;
  const body = call.body?.() ?? (example && { ...example, input: { ...example.input, ...call.input?.() } });
  return { parameters: { ...Object.fromEntries(examples), ...call.parameters?.() }, body };
}

/** The type and schema under which the document describes an answer. */
function described(operation: Operation, status: number): readonly [type: string, schema: object] {
  const [[type, { schema }]] = Object.entries<{ schema: object }>(operation.responses[status].content) as [
    [string, { schema: object }],
  ];
  return [type, schema];
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

function problems(schema: object, value: unknown): readonly unknown[] {
  const validate = ajv.compile({ ...schema, components: document.components });
  return validate(value) ? [] : (validate.errors ?? []);
}

beforeAll(async () => {
  // Nothing comes in from outside by itself; the address is only what the link is made with.
  http = await startTestHttpHost({ publicUrl: "https://bot.example.com" });
  document = (await http.call("/openapi.json")).json;
  operations = Object.values<Record<string, Operation>>(document.paths).flatMap((path) => Object.values(path));
  client = await new OpenAPIClientAxios({
    definition: structuredClone(document),
    axiosConfigDefaults: { validateStatus: () => true },
  }).init();
  await sell();
});
afterAll(() => http.close());

describe("a client that is made from the OpenAPI document", () => {
  it("is told of every operation by a name that is its own, and each is called here", () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.sort()).toEqual(Object.keys(calls).sort());
  });

  it.each(Object.entries(calls))("calls %s and gets what the document promises", async (operationId, call) => {
    const operation = operations.find((one) => one.operationId === operationId) as Operation;
    const { parameters, body } = requestOf(operation, call);
    const headers = call.scope ? { authorization: `Bearer ${http.keys[call.scope]}` } : {};
    const { status, data, headers: got } = await client[operationId](parameters, body, { headers });
    // The answer beside the status, so that a refusal says why.
    expect([status, data]).toEqual([200, data]);
    const [type, schema] = described(operation, status);
    expect(String(got["content-type"]).split(";")[0]).toBe(type);
    expect(problems(schema, data)).toEqual([]);
    if (typeof call.answers === "object" && !("asymmetricMatch" in (call.answers as object)))
      expect(data).toMatchObject(call.answers as object);
    else expect(data).toEqual(call.answers);
  });

  it.each(Object.entries(calls))("needs the key for %s that the document asks for", async (operationId, call) => {
    const operation = operations.find((one) => one.operationId === operationId) as Operation;
    const { parameters, body } = requestOf(operation, call);
    const { status, data } = await client[operationId](parameters, body);
    const isOpen = operation.security?.some((way) => Object.keys(way).length === 0) || operation.security?.length === 0;
    expect([status, isOpen]).toEqual(call.scope ? [401, false] : [200, true]);
    if (call.scope) expect(problems(described(operation, 401)[1], data)).toEqual([]);
  });

  it("finds examples that fit the schemas they stand beside", () => {
    const bodies = operations.flatMap(({ operationId, requestBody }) =>
      Object.values<{ schema: object; example?: unknown }>(requestBody?.content ?? {})
        .filter(({ example }) => example !== undefined)
        .map(({ schema, example }) => [operationId, problems(schema, example)]),
    );
    expect(bodies.length).toBeGreaterThanOrEqual(7);
    expect(bodies.filter(([, found]) => (found as unknown[]).length > 0)).toEqual([]);
  });
});
