import { randomUUID } from "node:crypto";
import type { N8nClient, WorkflowNode, WorkflowText } from "./n8n-client.ts";

const packageName = "n8n-nodes-instamojo";

/** Full name of a node type of the package. */
export function typeOf(name: string): string {
  return `${packageName}.${name}`;
}

/** Wires nodes one after the other by their first outputs. */
export function chain(name: string, nodes: readonly WorkflowNode[]): WorkflowText {
  const pairs = nodes.slice(1).map((node, index) => [(nodes[index] as WorkflowNode).name, node.name] as const);
  const connections = Object.fromEntries(
    pairs.map(([from, to]) => [from, { main: [[{ node: to, type: "main", index: 0 }]] }]),
  );
  return { name, nodes, connections };
}

/** A node that posts what it gets to an address, as a shop would be told of a payment. */
export function tellNode(url: string): WorkflowNode {
  return {
    name: "Tell the shop",
    type: "n8n-nodes-base.httpRequest",
    typeVersion: 4.2,
    parameters: { method: "POST", url, sendBody: true, specifyBody: "json", jsonBody: "={{ JSON.stringify($json) }}" },
  };
}

export interface TriggerFlow {
  readonly id: string;
  /** Where its trigger receives. */
  readonly url: string;
}

/** A workflow that tells the shop of every event, active. */
export async function triggerFlow(
  n8n: N8nClient,
  {
    shop,
    ...trigger
  }: {
    readonly shop: string;
    readonly parameters: Record<string, unknown>;
    readonly credentials: WorkflowNode["credentials"];
  },
): Promise<TriggerFlow> {
  const webhookId = randomUUID();
  const nodes = [
    { name: "Payment", type: typeOf("instamojoTrigger"), webhookId, ...trigger } as WorkflowNode,
    tellNode(shop),
  ];
  const id = await n8n.createWorkflow(chain("Payments", nodes));
  await n8n.activate(id);
  const url = `${n8n.url}/webhook/${webhookId}/payment`;
  await untilRegistered(url);
  return { id, url };
}

/** n8n answers that a workflow is active a moment before its address is. */
export async function untilRegistered(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { status } = await fetch(url, { method: "POST", body: "" });
    if (status !== 404) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not come up.`);
}
