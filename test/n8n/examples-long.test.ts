import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { linkAt } from "./link-at.ts";
import type { WorkflowNode, WorkflowText } from "./n8n-client.ts";
import { type N8nScene, startScene } from "./scene.ts";
import { untilRegistered } from "./workflows.ts";

const folder = fileURLToPath(new URL("../../docs/examples/n8n/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
const example = (name: string) => JSON.parse(readFileSync(`${folder}${name}`, "utf8")) as WorkflowText;

let scene: N8nScene;
let credentials: Record<string, { id: string; name: string }>;

beforeAll(async () => {
  scene = await startScene();
  credentials = { instamojoApi: await scene.n8n.createCredential("instamojoApi", scene.credential) };
}, 240_000);
afterAll(async () => {
  await scene?.close();
}, 60_000);

const isOurs = ({ type }: WorkflowNode) => type.startsWith("n8n-nodes-instamojo.");

/** Imports an example and picks the credential in each of our nodes, as a person does. */
function importExample(name: string): Promise<string> {
  const { nodes, ...rest } = example(name);
  return scene.n8n.createWorkflow({
    ...rest,
    nodes: nodes.map((node) => (isOurs(node) ? { ...node, credentials } : node)),
  });
}

describe.each(names)("%s", (name) => {
  it("is imported whole, of nodes that n8n has", async () => {
    const id = await importExample(name);
    const stored = (await scene.n8n.rest("GET", `/api/v1/workflows/${id}`)) as WorkflowText;
    const wanted = example(name);
    expect(stored.nodes.map(({ name: title, type }) => [title, type])).toEqual(
      wanted.nodes.map(({ name: title, type }) => [title, type]),
    );
    expect(stored.connections).toEqual(wanted.connections);
    const known = (await scene.n8n.rest("GET", "/types/nodes.json")) as readonly { name: string }[];
    const types = new Set(known.map((type) => type.name));
    expect(wanted.nodes.map(({ type }) => type).filter((type) => !types.has(type))).toEqual([]);
  });
});

describe("the chat bot", () => {
  it("sells tea: ask, link, pay, paid, refund", async () => {
    const id = await importExample("chat-bot.json");
    await scene.n8n.activate(id);
    const { webhookId } = example("chat-bot.json").nodes[0] as WorkflowNode;
    const url = `${scene.n8n.url}/webhook/${webhookId}/chat`;
    await untilRegistered(url);
    const say = async (chatInput: string, sessionId = "s-1"): Promise<string> => {
      const body = JSON.stringify({ action: "sendMessage", sessionId, chatInput });
      const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      return ((await answer.json()) as { output: string }).output;
    };
    expect(await say("hello")).toMatch(/Write buy/);
    expect(await say("I want to BUY")).toMatch(/₹250\.00 .*http:\/\/127\.0\.0\.1/);
    expect(await say("buy", "s-2")).toMatch(/http/);
    const [request, other] = scene.simulator.ledger().paymentRequests;
    expect(await say("paid")).toMatch(/no payment yet/);
    const payment = scene.simulator.control.pay({ paymentRequestId: String(request?.id), outcome: "success" });
    expect(await say("paid")).toMatch(/we have your payment of ₹250\.00/);
    expect(await say("paid", "s-2")).toMatch(/no payment yet/);
    expect(await say("refund please", "s-2")).toMatch(/Sorry/);
    expect(await say("refund please")).toMatch(/₹250\.00 goes back/);
    expect(await say("refund please")).not.toMatch(/^$/);
    const { refunds } = scene.simulator.ledger();
    expect(refunds.map(({ paymentId, amountPaise }) => [paymentId, amountPaise])).toEqual([[payment.id, 25_000]]);
    expect(other?.id).not.toBe(request?.id);
  }, 120_000);
});

describe("the reconciliation", () => {
  it("shows what was paid and is no order, and the reverse", async () => {
    const link = await linkAt(scene.simulator, { amount: "77.00", purpose: "Unknown" });
    const payment = scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" });
    const run = await scene.n8n.run(await importExample("reconciliation.json"), "By hand");
    expect(run).toMatchObject({ status: "success", error: null });
    const ids = (node: string) => run.nodes[node]?.[0]?.outputs[0]?.map(({ paymentId }) => paymentId) ?? [];
    expect(ids("Paid, no order")).toContain(payment.id);
    expect(ids("Order, not paid")).toEqual(["MOJO0000000000000000"]);
  }, 60_000);
});
