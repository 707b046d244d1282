import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startReceiver } from "../helpers/http-host.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { webhookSignature } from "../helpers/webhook-signature.ts";
import { linkAt } from "./link-at.ts";
import { type N8nScene, startScene } from "./scene.ts";
import { type TriggerFlow, triggerFlow, untilRegistered } from "./workflows.ts";

let scene: N8nScene;
let shop: Awaited<ReturnType<typeof startReceiver>>;
let flow: TriggerFlow;
let credentials: Record<string, { id: string; name: string }>;

/** What the shop was told, by event id. */
const told = () => shop.received.map(({ body }) => JSON.parse(body));

beforeAll(async () => {
  scene = await startScene();
  shop = await startReceiver();
  credentials = { instamojoApi: await scene.n8n.createCredential("instamojoApi", scene.credential) };
  const parameters = { source: "direct", directStatuses: ["Completed"], lookForMissed: false };
  flow = await triggerFlow(scene.n8n, { shop: shop.url, parameters, credentials });
}, 240_000);
afterAll(async () => {
  await scene?.close();
  await shop?.close();
}, 60_000);

/** Sends a message as Instamojo does. */
async function send(fields: Readonly<Record<string, string>>): Promise<number> {
  const body = new URLSearchParams(fields).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return (await fetch(flow.url, { method: "POST", headers, body })).status;
}

/** A signed message about a payment, as the local Instamojo would write it. */
function messageOf(paymentId: string, requestId: string, name = "Asha"): Record<string, string> {
  const fields = {
    amount: "250.00",
    buyer: "asha@example.com",
    buyer_name: name,
    buyer_phone: "+919999999999",
    currency: "INR",
    payment_id: paymentId,
    payment_request_id: requestId,
    purpose: "Tea",
    status: "Credit",
  };
  return { ...fields, mac: webhookSignature(Object.entries(fields), localCredentials.salt) };
}

describe("the direct trigger", () => {
  it("starts a run for a payment, with what Instamojo's own record says", async () => {
    const link = await linkAt(scene.simulator, { amount: "250.00", purpose: "Tea", webhook: flow.url });
    const payment = scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" });
    const [run] = await scene.n8n.untilExecutions(flow.id, 1);
    expect(run?.status).toBe("success");
    expect(told()).toEqual([
      expect.objectContaining({
        type: "payment-status",
        status: "Completed",
        amount: "250.00",
        paymentId: payment.id,
        paymentRequestId: link.id,
        source: "webhook",
        environment: "local",
      }),
    ]);
  });

  it("acts once on a message that comes again, also many times at the same moment", async () => {
    const link = await linkAt(scene.simulator, { amount: "250.00", purpose: "Tea" });
    const { id } = scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" });
    const before = told().length;
    const runsBefore = (await scene.n8n.executions(flow.id)).length;
    const message = messageOf(id, link.id);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => send(message)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await scene.n8n.untilExecutions(flow.id, runsBefore + 20);
    expect(
      told()
        .slice(before)
        .map((event) => event.paymentId),
    ).toEqual([id]);
  });

  it("refuses a forged message and starts no run", async () => {
    const link = await linkAt(scene.simulator, { amount: "250.00", purpose: "Tea" });
    const { id } = scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" });
    const runs = (await scene.n8n.executions(flow.id)).length;
    expect(await send({ ...messageOf(id, link.id), mac: "0".repeat(40) })).toBe(403);
    expect(await send({ ...messageOf(id, link.id), amount: "9.00" })).toBe(403);
    expect((await scene.n8n.executions(flow.id)).length).toBe(runs);
  });

  it("refuses a body that repeats a field, is no form, or names no payment", async () => {
    const runs = (await scene.n8n.executions(flow.id)).length;
    const post = (body: string, type: string) =>
      fetch(flow.url, { method: "POST", headers: { "content-type": type }, body }).then(({ status }) => status);
    expect(await post("payment_id=MOJO1&payment_id=MOJO2", "application/x-www-form-urlencoded")).toBe(400);
    expect(await post("{}", "application/json")).toBe(415);
    expect((await scene.n8n.executions(flow.id)).length).toBe(runs);
  });

  it("is not deceived by a genuine message that was cut anew to name a failed payment", async () => {
    const paid = await linkAt(scene.simulator, { amount: "9.00", purpose: "Tea" });
    const wanted = await linkAt(scene.simulator, { amount: "200000.00", purpose: "Gold" });
    const own = scene.simulator.control.pay({ paymentRequestId: paid.id, outcome: "success" });
    const failed = scene.simulator.control.pay({ paymentRequestId: wanted.id, outcome: "failure" });
    const claim = ["Asha", "+919999999999", "INR", failed.id, wanted.id, "Gold", "Credit"];
    const { mac, ...genuine } = messageOf(own.id, paid.id, claim.join("|"));
    const [buyerName = "", phone = "", currency = "", paymentId = "", requestId = "", purpose = "", status = ""] =
      claim;
    const rest = [genuine.buyer_phone, genuine.currency, own.id, paid.id, genuine.purpose, genuine.status].join("|");
    const recut = {
      amount: genuine.amount as string,
      buyer: genuine.buyer as string,
      buyer_name: buyerName,
      buyer_phone: phone,
      currency,
      payment_id: paymentId,
      payment_request_id: requestId,
      purpose,
      status,
      z: rest,
    };
    expect(webhookSignature(Object.entries(recut), localCredentials.salt)).toBe(mac);
    const before = told().length;
    const runs = (await scene.n8n.executions(flow.id)).length;
    expect(await send({ ...recut, mac: mac as string })).toBe(200);
    expect((await scene.n8n.executions(flow.id)).length).toBe(runs);
    expect(told().length).toBe(before);
  });

  it("asks for the message again while Instamojo cannot be read, and then takes it", async () => {
    const link = await linkAt(scene.simulator, { amount: "250.00", purpose: "Tea" });
    const { id } = scene.simulator.control.pay({ paymentRequestId: link.id, outcome: "success" });
    const path = `/v2/payments/${id}/`;
    scene.simulator.control.faults({ kind: "status", status: 503, path, count: 3 });
    expect(await send(messageOf(id, link.id))).toBe(503);
    expect(await send(messageOf(id, link.id))).toBe(200);
    await shop.next(({ body }) => body.includes(id));
  });

  it("does not stay active with keys that Instamojo does not know", async () => {
    const wrong = await scene.n8n.createCredential("instamojoApi", { ...scene.credential, clientSecret: "wrong" });
    const given = { shop: shop.url, parameters: { source: "direct" }, credentials: { instamojoApi: wrong } };
    const { id, url } = await triggerFlow(scene.n8n, given).catch((thrown: unknown) => {
      expect(String(thrown)).toMatch(/did not come up/);
      return { id: null, url: null };
    });
    if (id === null) return;
    for (let tries = 0; (await fetch(url, { method: "POST", body: "" })).status !== 404 && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await fetch(url, { method: "POST", body: "" })).status).toBe(404);
  });

  it("finds by looking what no webhook told of, once, and nothing that was paid before it was active", async () => {
    const old = await linkAt(scene.simulator, { amount: "11.00", purpose: "Before" });
    scene.simulator.control.pay({ paymentRequestId: old.id, outcome: "success" });
    const pollTimes = { item: [{ mode: "everyMinute" }] };
    const parameters = { source: "direct", directStatuses: ["Completed", "Failed"], lookForMissed: true, pollTimes };
    const looking = await triggerFlow(scene.n8n, { shop: shop.url, parameters, credentials });
    const quiet = await linkAt(scene.simulator, { amount: "12.00", purpose: "Missed" });
    const { id } = scene.simulator.control.pay({ paymentRequestId: quiet.id, outcome: "success" });
    await shop.next(({ body }) => body.includes(id), 100_000);
    // It looks at once each time it is activated.
    for (let round = 0; round < 2; round += 1) {
      await scene.n8n.deactivate(looking.id);
      await scene.n8n.activate(looking.id);
      await untilRegistered(looking.url);
    }
    const last = await linkAt(scene.simulator, { amount: "13.00", purpose: "Missed" });
    await scene.n8n.deactivate(looking.id);
    const { id: lastId } = scene.simulator.control.pay({ paymentRequestId: last.id, outcome: "success" });
    await scene.n8n.activate(looking.id);
    await shop.next(({ body }) => body.includes(lastId), 20_000);
    const polled = told().filter((event) => event.source === "poll");
    expect(polled.map((event) => event.amount)).toEqual(["12.00", "13.00"]);
    await scene.n8n.deactivate(looking.id);
  }, 180_000);
});
