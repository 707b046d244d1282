import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Execution, WorkflowNode } from "./n8n-client.ts";
import { type N8nScene, startScene } from "./scene.ts";
import { typeOf, untilRegistered } from "./workflows.ts";

let scene: N8nScene;
let credentials: Record<string, { id: string; name: string }>;

beforeAll(async () => {
  scene = await startScene();
  credentials = { instamojoApi: await scene.n8n.createCredential("instamojoApi", scene.credential) };
}, 240_000);
afterAll(async () => {
  await scene?.close();
}, 60_000);

const exits = ["Paid", "Failed", "Expired"];
const exit = (name: string): WorkflowNode => ({ name, type: "n8n-nodes-base.noOp" });
const to = (node: string) => [{ node, type: "main", index: 0 }];

/** Ask, make the link, wait; begins with a call from outside and answers at once. */
async function saleFlow(wait: Record<string, unknown>): Promise<{ id: string; url: string }> {
  const webhookId = randomUUID();
  const link = {
    connection: "direct",
    resource: "paymentLink",
    operation: "generate-payment-link",
    amount: "250",
    purpose: "Tea",
    advanced: { statusCallbackUrl: "={{ $execution.resumeUrl }}" },
  };
  const nodes: WorkflowNode[] = [
    {
      name: "Order",
      type: "n8n-nodes-base.webhook",
      typeVersion: 2,
      webhookId,
      parameters: { httpMethod: "POST", path: webhookId, responseMode: "onReceived" },
    },
    { name: "Link", type: typeOf("instamojo"), parameters: link, credentials },
    { name: "Wait", type: typeOf("instamojoWait"), parameters: wait, credentials, webhookId: randomUUID() },
    exit("Look again"),
    ...exits.map(exit),
  ];
  const connections = {
    Order: { main: [to("Link")] },
    Link: { main: [to("Wait")] },
    Wait: { main: [to("Look again"), ...exits.map(to)] },
    "Look again": { main: [to("Wait")] },
  };
  const id = await scene.n8n.createWorkflow({ name: "Sale", nodes, connections });
  await scene.n8n.activate(id);
  const url = `${scene.n8n.url}/webhook/${webhookId}`;
  await untilRegistered(url);
  return { id, url };
}

/** The run that started first, once it sleeps. */
async function untilSleeping(id: string): Promise<Execution> {
  const [run] = await scene.n8n.untilExecutions(id, 1);
  expect(run).toMatchObject({ status: "waiting" });
  return run as Execution;
}

async function untilEnded(id: string, withinMs: number): Promise<Execution> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const run = await scene.n8n.execution(id);
    if (run.status === "success" || run.status === "error") return run;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`Run ${id} did not end.`);
}

const linkOf = (run: Execution) => run.nodes.Link?.[0]?.outputs[0]?.[0] as { paymentRequestId: string };
const visited = (run: Execution) => exits.filter((name) => run.nodes[name]);

describe("waiting for a payment", () => {
  it("sleeps, is woken by the payment, and goes on by Paid", async () => {
    const { id } = await saleFlow({ waitingTime: 60, lookEvery: 30 });
    const asleep = await untilSleeping(id);
    const { paymentRequestId } = linkOf(asleep);
    const payment = scene.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const ended = await untilEnded(asleep.id, 20_000);
    expect(ended.status).toBe("success");
    expect(visited(ended)).toEqual(["Paid"]);
    expect(ended.nodes.Paid?.[0]?.outputs[0]?.[0]).toMatchObject({
      status: "Completed",
      paymentId: payment.id,
      paymentRequestId,
      amount: "250.00",
    });
  }, 60_000);

  it("goes on after n8n was killed and started again, also by a payment that came meanwhile", async () => {
    const { id } = await saleFlow({ waitingTime: 60, lookEvery: 1 });
    const asleep = await untilSleeping(id);
    await scene.restart("SIGKILL");
    scene.simulator.control.faults({ kind: "webhook-drop" });
    scene.simulator.control.pay({ paymentRequestId: linkOf(asleep).paymentRequestId, outcome: "success" });
    const ended = await untilEnded(asleep.id, 150_000);
    expect(visited(ended)).toEqual(["Paid"]);
  }, 240_000);

  it("closes the link when the time is up, and tells a failed try from none", async () => {
    const flows = [
      await saleFlow({ waitingTime: 1, lookEvery: 30 }),
      await saleFlow({ waitingTime: 1, lookEvery: 30 }),
    ];
    const asleep = await Promise.all(flows.map(({ id }) => untilSleeping(id)));
    const [tried, untouched] = asleep.map(linkOf);
    scene.simulator.control.pay({ paymentRequestId: tried?.paymentRequestId as string, outcome: "failure" });
    const ended = await Promise.all(asleep.map((run) => untilEnded(run.id, 180_000)));
    expect(ended.map(visited)).toEqual([["Failed"], ["Expired"]]);
    for (const link of [tried, untouched]) {
      const pay = () =>
        scene.simulator.control.pay({ paymentRequestId: link?.paymentRequestId as string, outcome: "success" });
      expect(pay).toThrow();
    }
  }, 300_000);
});
