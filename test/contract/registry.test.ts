import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { nodes } from "../../nodes/index.ts";
import { createKyTransport } from "../../src/client/ky-transport.ts";
import type { Transport } from "../../src/client/transport.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { type NodeDefinition, outputPort } from "../../src/runtime/node-definition.ts";
import type { NodeResult } from "../../src/runtime/run-node.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

const validator = createAjvValidator();
let host: PluginHost;
let transport: Transport;
/** A payment that was made: its request, id, link and refund, by the names that forms use. */
let paid: Record<string, unknown>;

beforeAll(() => {
  const inner = createKyTransport();
  const timeouts = { connectMs: 2_000, headersMs: 150, bodyMs: 150 };
  transport = { send: (request) => inner.send({ ...request, timeouts }), close: () => inner.close() };
});
afterAll(() => transport.close());

beforeEach(async () => {
  host = await startPluginHost({ host: { transport } });
  const sold = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference: "sold before" });
  if (sold.port !== "success") throw new Error(JSON.stringify(sold));
  host.simulator.control.pay({ paymentRequestId: String(sold.output.paymentRequestId), outcome: "success" });
  const event = await host.event(({ status }) => status === "Completed");
  await host.simulator.control.settled();
  const asked = { refundAmount: "1", uniqueTransactionId: "refunded-before", issueType: "QFL", description: "Sorry" };
  const refund = await host.run("create-refund", { ...asked, paymentId: event.paymentId });
  if (refund.port !== "success") throw new Error(JSON.stringify(refund));
  const { paymentRequestId, paymentId, link } = event;
  paid = { paymentRequestId, paymentId, link, refundId: refund.output.refundId };
});
afterEach(() => host.close());

/** The input of a node's first example, about the payment that is there. */
function inputOf(node: NodeDefinition): Record<string, unknown> {
  const example = node.examples[0]?.input ?? {};
  const about = Object.keys(example).filter((field) => Object.hasOwn(paid, field));
  return { ...example, ...Object.fromEntries(about.map((field) => [field, paid[field]])) };
}

/** Nodes whose form asks for nothing. */
const mayBeEmpty = ["list-payments"];

const calls = () => host.simulator.ledger().calls;
/** The calls that do what the node is for: reads of a reader, writes of a writer. */
const method = (node: NodeDefinition) => (node.effect === "read" ? "GET" : "POST");

/** How a node leaves when its own call got no readable answer. */
function expectNoAnswer(node: NodeDefinition, result: NodeResult, readCode: string): void {
  const expected = {
    read: { port: "error", error: { code: readCode, outcome: "not-applied" } },
    create: { port: "error", error: { code: "outcome_unknown", outcome: "unknown" } },
    change: { port: "error", error: { code: "outcome_unknown", outcome: "unknown" } },
    "move-money": { port: "unknown", error: { code: "refund_unknown", outcome: "unknown", retryable: false } },
  }[node.effect];
  expect(result).toMatchObject(expected);
}

function expectDeclared(node: NodeDefinition, result: NodeResult): void {
  if ("output" in result) throw new Error(`The node left by ${result.port}.`);
  expect(node.errors).toContain(result.error.code);
  expect(result.error.message).toMatch(/\S/);
  expect(result.error.remedy).toMatch(/\S/);
}

describe.each(nodes.map((node) => [node.id, node] as const))("%s", (id, node) => {
  it("sends nothing when a field is missing, wrong or unknown", async () => {
    const before = calls().length;
    const good = inputOf(node);
    const wrong = Object.fromEntries(Object.keys(good).map((field) => [field, { not: "a value" }]));
    const empty = mayBeEmpty.includes(id) ? [] : [{}];
    for (const input of [...empty, wrong, { ...good, surprise: 1 }]) {
      const result = await host.run(id, input);
      expect(result).toMatchObject({ port: "error", error: { code: "invalid_input", outcome: "not-applied" } });
      expectDeclared(node, result);
    }
    expect(calls()).toHaveLength(before);
  });

  it("sends nothing for an account that is not there", async () => {
    const before = calls().length;
    const result = await host.run(id, inputOf(node), { account: "other" });
    expect(result).toMatchObject({ port: "error", error: { code: "account_unknown", outcome: "not-applied" } });
    expectDeclared(node, result);
    expect(calls()).toHaveLength(before);
  });

  it("succeeds, with an output that its schema accepts", async () => {
    const result = await host.run(id, inputOf(node));
    expect(result).toMatchObject({ port: outputPort(node), output: { account: "shop", environment: "local" } });
    if ("output" in result) expect(validator.issues(node.output, result.output)).toEqual([]);
    expect(host.simulator.ledger().unhandled).toEqual([]);
  });

  it("says that the credentials are refused, and that nothing happened", async () => {
    host.simulator.control.faults({ kind: "revoke-tokens" });
    host.simulator.control.faults({
      kind: "status",
      path: "/oauth2/token/",
      status: 401,
      body: { error: "invalid_client" },
      count: 0,
    });
    const result = await host.run(id, inputOf(node));
    expect(result).toMatchObject({ port: "error", error: { code: "credentials_refused", outcome: "not-applied" } });
    expectDeclared(node, result);
  });

  it("says what is known when the gateway does not answer in time", async () => {
    host.simulator.control.faults({ kind: "silent", method: method(node), path: "/v2/*", count: 0 });
    const result = await host.run(id, inputOf(node));
    expectNoAnswer(node, result, "gateway_timeout");
    expectDeclared(node, result);
  });

  it.each<[string, unknown]>([
    ["a page", "<html><body>Service temporarily unavailable</body></html>"],
    ["another object", { hello: "world" }],
    ["nothing", ""],
  ])("says what is known when the gateway answers with %s", async (_, body) => {
    const fault = { kind: "status", method: method(node), path: "/v2/*", status: 200, body, count: 0 } as const;
    host.simulator.control.faults(fault);
    const result = await host.run(id, inputOf(node));
    expectNoAnswer(node, result, "unreadable_reply");
    expectDeclared(node, result);
  });

  it("writes at most once however the answer fails", async () => {
    const writes = () => calls().filter((call) => call.method === "POST" && call.path.startsWith("/v2/")).length;
    const start = writes();
    for (const fault of [
      { kind: "reset" },
      { kind: "cut" },
      { kind: "status", status: 502, body: "<html>" },
    ] as const) {
      const before = writes();
      host.simulator.control.faults({ ...fault, method: "POST", path: "/v2/*" });
      await host.run(id, inputOf(node));
      expect(writes() - before).toBeLessThanOrEqual(node.effect === "read" ? 0 : 1);
      expect(writes() > start).toBe(node.effect !== "read");
      host.simulator.control.faults({ kind: "clear" });
    }
  });
});
