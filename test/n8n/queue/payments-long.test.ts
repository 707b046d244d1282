import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startReceiver, startTestHttpHost, type TestHttpHost } from "../../helpers/http-host.ts";
import { type QueueStack, startQueueStack } from "../queue-stack.ts";
import { triggerFlow } from "../workflows.ts";

const payments = Number(process.env.N8N_TEST_PAYMENTS ?? 500);
const secret = `whsec_${randomBytes(32).toString("base64")}`;
let stack: QueueStack;
let host: TestHttpHost;
let shop: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  stack = await startQueueStack();
  shop = await startReceiver();
}, 600_000);
afterAll(async () => {
  await host?.close();
  await stack?.close();
  await shop?.close();
}, 120_000);

/** Payments that the shop was told of, each as often as it was told, by event id. */
function told(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of shop.received) {
    const { id } = JSON.parse(body) as { id: string };
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

async function untilTold(count: number, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (told().size < count) {
    if (Date.now() > until) throw new Error(`The shop was told of ${told().size} payments and not of ${count}.`);
    await pause(250);
  }
}

/** Links are made and paid by ten customers at a time. */
async function sell(from: number, count: number): Promise<void> {
  let next = from;
  const customer = async () => {
    while (next < from + count) {
      const order = next;
      next += 1;
      const input = { amount: "10.00", purpose: "Tea", reference: `order-${order}` };
      const { json } = await host.run("generate-payment-link", input);
      host.simulator.control.pay({ paymentRequestId: json.output.paymentRequestId, outcome: "success" });
    }
  };
  await Promise.all(Array.from({ length: 10 }, customer));
}

describe("n8n in queue mode behind the HTTP host", () => {
  it("acts on every payment, also when a worker, the webhook process and Redis are killed in the middle", async () => {
    const credential = await stack.n8n.createCredential("instamojoHostApi", {
      baseUrl: "http://127.0.0.1:9",
      apiKey: "not used here",
      account: "shop",
      eventSecret: secret,
    });
    const flow = await triggerFlow(
      { ...stack.n8n, url: stack.webhookUrl },
      {
        shop: shop.url,
        parameters: { source: "host", statuses: ["Completed"], refundUpdates: false },
        credentials: { instamojoHostApi: credential },
      },
    );
    host = await startTestHttpHost({
      targets: [{ name: "n8n", url: flow.url, secrets: [secret], allowPrivate: true }],
    });
    const share = Math.ceil(payments / 4);
    const kills = [
      () => stack.killAndRestart("worker-2"),
      () => stack.killAndRestart("webhook"),
      () => stack.redis.killAndRestart(),
    ];
    for (const [index, kill] of kills.entries()) {
      await sell(index * share, share);
      await untilTold(index * share + Math.floor(share / 4), 300_000);
      await kill();
    }
    await sell(kills.length * share, payments - kills.length * share);
    await untilTold(payments, 600_000);

    const paid = host.simulator.ledger().payments.filter(({ status }) => status === true);
    const ids = new Set(shop.received.map(({ body }) => (JSON.parse(body) as { paymentId: string }).paymentId));
    expect(paid.length).toBe(payments);
    expect(new Set(paid.map(({ id }) => id))).toEqual(ids);
    expect(told().size).toBe(payments);
    const again = [...told().values()].filter((count) => count > 1).length;
    console.info(`${payments} payments, ${shop.received.length} tellings, ${again} events told more than once`);
  }, 1_500_000);
});
