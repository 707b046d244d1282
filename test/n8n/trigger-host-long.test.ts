import { createHmac, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startReceiver, startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";
import { freePort } from "./n8n-process.ts";
import { type N8nScene, startScene } from "./scene.ts";
import { type TriggerFlow, triggerFlow } from "./workflows.ts";

const secret = `whsec_${randomBytes(32).toString("base64")}`;
let scene: N8nScene;
let host: TestHttpHost;
let shop: Awaited<ReturnType<typeof startReceiver>>;
let flow: TriggerFlow;

const told = () => shop.received.map(({ body }) => JSON.parse(body));

beforeAll(async () => {
  scene = await startScene();
  shop = await startReceiver();
  const credential = await scene.n8n.createCredential("instamojoHostApi", {
    baseUrl: `http://127.0.0.1:${await freePort()}`,
    apiKey: "not used here",
    account: "shop",
    eventSecret: secret,
  });
  const parameters = { source: "host", statuses: ["Completed", "Refunded"], refundUpdates: false };
  flow = await triggerFlow(scene.n8n, { shop: shop.url, parameters, credentials: { instamojoHostApi: credential } });
  host = await startTestHttpHost({
    targets: [{ name: "n8n", url: flow.url, secrets: [secret], allowPrivate: true }],
  });
}, 240_000);
afterAll(async () => {
  await host?.close();
  await scene?.close();
  await shop?.close();
}, 60_000);

async function paidLink(amount: string): Promise<string> {
  const { json } = await host.run("generate-payment-link", { amount, purpose: "Tea", reference: `order-${amount}` });
  const { paymentRequestId } = json.output;
  host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  return paymentRequestId;
}

/** Sends a message as the host does, or not quite. */
async function send(
  event: Readonly<Record<string, unknown>>,
  { key = secret, at = Date.now(), signed = event }: { key?: string; at?: number; signed?: unknown } = {},
): Promise<number> {
  const write = (data: unknown) => JSON.stringify({ type: "payment-status", timestamp: "2026-01-01T00:00:00Z", data });
  const stamp = String(Math.floor(at / 1000));
  const hmac = createHmac("sha256", Buffer.from(key.slice("whsec_".length), "base64"));
  const signature = hmac.update(`${event.id}.${stamp}.${write(signed)}`).digest("base64");
  const headers = {
    "content-type": "application/json",
    "webhook-id": String(event.id),
    "webhook-timestamp": stamp,
    "webhook-signature": `v1,${signature}`,
  };
  return (await fetch(flow.url, { method: "POST", headers, body: write(event) })).status;
}

describe("the trigger behind the HTTP host", () => {
  it("starts a run for each event that is wanted, and counts as delivered only when the run has ended", async () => {
    const paymentRequestId = await paidLink("250.00");
    await shop.next(({ body }) => body.includes(paymentRequestId), 30_000);
    expect(told()).toEqual([
      expect.objectContaining({ status: "Completed", amount: "250.00", reference: "order-250.00", account: "shop" }),
    ]);
    const [run] = await scene.n8n.untilExecutions(flow.id, 1);
    expect(run?.status).toBe("success");
  });

  it("gets an event again whose run failed", async () => {
    shop.receiver.status = 500;
    const paymentRequestId = await paidLink("300.00");
    const ofThis = () => told().filter((event) => event.paymentRequestId === paymentRequestId);
    await shop.next(({ body }) => body.includes(paymentRequestId), 30_000);
    shop.receiver.status = 204;
    for (let tries = 0; ofThis().length < 2 && tries < 100; tries += 1) {
      host.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const ids = ofThis().map((event) => event.id);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
    const runs = await scene.n8n.executions(flow.id);
    expect(runs.slice(0, 2).map(({ status }) => status)).toEqual(["success", "error"]);
  }, 60_000);

  it("refuses what is forged, changed, unsigned or old, and starts no run", async () => {
    const runs = (await scene.n8n.executions(flow.id)).length;
    const event = { ...told()[0], id: "evt_forged" };
    expect(await send(event, { key: `whsec_${randomBytes(32).toString("base64")}` })).toBe(403);
    expect(await send({ ...event, amount: "1.00" }, { signed: event })).toBe(403);
    expect(await send(event, { at: Date.now() - 6 * 60_000 })).toBe(403);
    const bare = await fetch(flow.url, {
      method: "POST",
      body: JSON.stringify({ type: "payment-status", data: event }),
    });
    expect(bare.status).toBe(401);
    expect((await scene.n8n.executions(flow.id)).length).toBe(runs);
  });

  it("answers an event that is not wanted, and starts no run", async () => {
    const runs = (await scene.n8n.executions(flow.id)).length;
    expect(await send({ ...told()[0], id: "evt_other", status: "Failed" })).toBe(200);
    const asked = { ...told()[0], id: "evt_asked", status: "Completed", reason: "refund-requested" };
    expect(await send(asked)).toBe(200);
    expect((await scene.n8n.executions(flow.id)).length).toBe(runs);
  });
});
