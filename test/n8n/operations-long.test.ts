import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { operations, resourceOf } from "../../src/hosts/n8n/operations.ts";
import { linkAt } from "./link-at.ts";
import type { NodeRun } from "./n8n-client.ts";
import { type N8nScene, startScene } from "./scene.ts";
import { chain, typeOf } from "./workflows.ts";

let scene: N8nScene;
let credentials: Record<string, { id: string; name: string }>;

beforeAll(async () => {
  scene = await startScene();
  credentials = { instamojoApi: await scene.n8n.createCredential("instamojoApi", scene.credential) };
}, 240_000);
afterAll(async () => {
  await scene?.close();
}, 60_000);

type Parameters = Readonly<Record<string, unknown>>;
const byId = (value: string) => ({ __rl: true, mode: "id", value });

/** Runs one operation by hand; its error output is on. */
async function run(operation: string, parameters: Parameters): Promise<NodeRun> {
  const definition = operations.find(({ id }) => id === operation);
  if (!definition) throw new Error(`There is no ${operation}.`);
  const flow = chain(operation, [
    { name: "Start", type: "n8n-nodes-base.manualTrigger" },
    {
      name: "Instamojo",
      type: typeOf("instamojo"),
      onError: "continueErrorOutput",
      parameters: { connection: "direct", resource: resourceOf(definition), operation, ...parameters },
      credentials,
    },
  ]);
  const execution = await scene.n8n.run(await scene.n8n.createWorkflow(flow), "Start");
  expect(execution).toMatchObject({ status: "success", error: null });
  return execution.nodes.Instamojo?.[0] as NodeRun;
}

const succeeded = ({ outputs }: NodeRun) => outputs[0]?.[0] as Record<string, unknown>;
const failed = ({ outputs }: NodeRun) => {
  expect(outputs[0]).toEqual([]);
  return outputs.at(-1)?.[0]?.error as Record<string, unknown>;
};

async function paidLink(amount = "250.00") {
  const link = await linkAt(scene.simulator, { amount, purpose: "Tea" });
  return { link, payment: scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" }) };
}

const nobodys = "0".repeat(32);

/** Operation → a run that works and one that does not; each judged by the ledger of the local Instamojo. */
const cases: Readonly<Record<string, { readonly works: () => Promise<void>; readonly fails: () => Promise<void> }>> = {
  "generate-payment-link": {
    async works() {
      const { paymentRequestId, link } = succeeded(
        await run("generate-payment-link", { amount: "250", purpose: "Tea", customerName: "Asha" }),
      );
      const held = scene.simulator.ledger().paymentRequests.find(({ id }) => id === paymentRequestId);
      expect(held).toBeDefined();
      expect(link).toContain(String(paymentRequestId));
    },
    async fails() {
      const before = scene.simulator.ledger().paymentRequests.length;
      const error = failed(await run("generate-payment-link", { amount: "8.99", purpose: "Tea" }));
      expect(error).toMatchObject({ code: "invalid_input", outcome: "not-applied", remedy: expect.any(String) });
      expect(scene.simulator.ledger().paymentRequests.length).toBe(before);
    },
  },
  "create-refund": {
    async works() {
      const { payment } = await paidLink();
      const fields = { paymentId: byId(payment.id), refundAmount: "100", issueType: "RFD", description: "Not liked" };
      const output = succeeded(await run("create-refund", fields));
      expect(output).toMatchObject({ amount: "100.00", paidAmount: "250.00" });
      const refunds = scene.simulator.ledger().refunds.filter(({ paymentId }) => paymentId === payment.id);
      expect(refunds.map(({ amountPaise }) => amountPaise)).toEqual([10_000]);
    },
    async fails() {
      const { payment } = await paidLink();
      const fields = { paymentId: byId(payment.id), refundAmount: "300", issueType: "RFD", description: "Not liked" };
      const error = failed(await run("create-refund", fields));
      expect(error).toMatchObject({ code: expect.any(String), outcome: "not-applied", remedy: expect.any(String) });
      expect(scene.simulator.ledger().refunds.filter(({ paymentId }) => paymentId === payment.id)).toEqual([]);
    },
  },
  "get-payment-status": {
    async works() {
      const { link, payment } = await paidLink();
      const fields = { lookUpBy: "paymentRequestId", paymentRequestId: byId(link.id) };
      expect(succeeded(await run("get-payment-status", fields))).toMatchObject({
        status: "Completed",
        paymentId: payment.id,
        amount: "250.00",
      });
    },
    async fails() {
      const fields = { lookUpBy: "paymentRequestId", paymentRequestId: byId(nobodys) };
      expect(failed(await run("get-payment-status", fields))).toMatchObject({ code: "not_found", statusCode: 404 });
    },
  },
  "get-refund-status": {
    async works() {
      const { payment } = await paidLink();
      const fields = { paymentId: byId(payment.id), refundAmount: "50", issueType: "RFD", description: "Not liked" };
      const { refundId } = succeeded(await run("create-refund", fields));
      const found = succeeded(
        await run("get-refund-status", { lookUpBy: "refundId", refundId: byId(String(refundId)) }),
      );
      expect(found).toMatchObject({ refundId, amount: "50.00" });
    },
    async fails() {
      const fields = { lookUpBy: "refundId", refundId: byId("C0000000000") };
      expect(failed(await run("get-refund-status", fields))).toMatchObject({ code: "not_found" });
    },
  },
  "list-payments": {
    async works() {
      const { payment } = await paidLink();
      expect(JSON.stringify(succeeded(await run("list-payments", {})))).toContain(payment.id);
    },
    async fails() {
      expect(failed(await run("list-payments", { from: "yesterday" }))).toMatchObject({ code: "invalid_input" });
    },
  },
  "disable-payment-link": {
    async works() {
      const link = await linkAt(scene.simulator, { amount: "20.00", purpose: "Tea" });
      succeeded(await run("disable-payment-link", { lookUpBy: "paymentRequestId", paymentRequestId: byId(link.id) }));
      expect(() => scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" })).toThrow();
    },
    async fails() {
      const fields = { lookUpBy: "paymentRequestId", paymentRequestId: byId(nobodys) };
      expect(failed(await run("disable-payment-link", fields))).toMatchObject({ code: "not_found" });
    },
  },
  "enable-payment-link": {
    async works() {
      const link = await linkAt(scene.simulator, { amount: "20.00", purpose: "Tea" });
      const fields = { lookUpBy: "paymentRequestId", paymentRequestId: byId(link.id) };
      succeeded(await run("disable-payment-link", fields));
      succeeded(await run("enable-payment-link", fields));
      expect(scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" }).status).toBe(true);
    },
    async fails() {
      const fields = { lookUpBy: "paymentRequestId", paymentRequestId: byId(nobodys) };
      expect(failed(await run("enable-payment-link", fields))).toMatchObject({ code: "not_found" });
    },
  },
};

describe.each(operations.map(({ id }) => id))("operation %s", (id) => {
  const found = cases[id];
  if (!found) throw new Error(`${id} is not tried here.`);
  it("gives its result by the success output", () => found.works());
  it("gives code, remedy and status by the error output", () => found.fails());
});

describe("a refund of which nobody knows whether it was booked", () => {
  it("leaves by its own output, and is no error that n8n would repeat", async () => {
    const { payment } = await paidLink();
    scene.simulator.control.faults({ kind: "reset", path: `/v2/payments/${payment.id}/refund/`, method: "POST" });
    const fields = { paymentId: byId(payment.id), refundAmount: "100", issueType: "RFD", description: "Not liked" };
    const { outputs, error } = await run("create-refund", fields);
    expect(error).toBeNull();
    expect(outputs[0]).toEqual([]);
    expect(outputs[1]?.[0]).toMatchObject({ code: "refund_unknown", outcome: "unknown" });
    expect(scene.simulator.ledger().refunds.filter(({ paymentId }) => paymentId === payment.id).length).toBe(1);
  });
});

describe("the credential", () => {
  it("is found good by asking Instamojo, and bad where Instamojo does not know it", async () => {
    expect(await scene.n8n.testCredential("instamojoApi", scene.credential)).toMatchObject({ status: "OK" });
    const wrong = await scene.n8n.testCredential("instamojoApi", { ...scene.credential, clientSecret: "wrong" });
    expect(wrong.status).toBe("Error");
    expect(wrong.message).toMatch(/client/i);
    const tokens = scene.simulator.ledger().calls.filter(({ path }) => path === "/oauth2/token/");
    expect(new Set(tokens.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });
});
