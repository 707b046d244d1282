import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startReceiver, startTestHttpHost, type TestHttpHost } from "../../helpers/http-host.ts";
import { type QueueStack, startQueueStack } from "../queue-stack.ts";
import { triggerFlow } from "../workflows.ts";
import { killsOf, outcomeOf, payments, report, type Shop, told, untilTold } from "./outcome.ts";

const secret = `whsec_${randomBytes(32).toString("base64")}`;
let stack: QueueStack;
let host: TestHttpHost;
let shop: Shop;

beforeAll(async () => {
  stack = await startQueueStack();
  shop = await startReceiver();
}, 600_000);
afterAll(async () => {
  await host?.close();
  await stack?.close();
  await shop?.close();
}, 120_000);

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
    const kills = killsOf(stack);
    for (const [index, kill] of kills.entries()) {
      await sell(index * share, share);
      await untilTold(shop, index * share + Math.floor(share / 4), 300_000);
      await kill();
    }
    await sell(kills.length * share, payments - kills.length * share);
    await untilTold(shop, payments, 600_000);

    const outcome = outcomeOf(host.simulator, shop);
    report("Through the HTTP host", outcome);
    expect(outcome).toMatchObject({ paid: payments, lost: [], invented: [] });
    expect(told(shop, "id").size).toBe(payments);
  }, 1_500_000);
});
