import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { newDeliverySecret } from "../../src/hosts/http/api-keys.ts";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";

/**
 * An engine that knows of HTTP only, as the platforms of the guide do: its flows have a step that calls an API and a
 * trigger that takes an event. It keeps nothing but what was said in its conversations.
 */
async function startEngine(secret: string) {
  const said = new Map<string, string[]>();
  const seen = new Set<string>();
  const http = { url: "", key: "" };
  const say = (conversation: string, text: string) =>
    void said.set(conversation, [...(said.get(conversation) ?? []), text]);

  async function apiStep(node: string, body: object, headers: Record<string, string> = {}) {
    const answer = await fetch(`${http.url}/v1/nodes/${node}/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${http.key}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: an engine reads what it needs
    return (await answer.json()) as any;
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    try {
      // biome-ignore lint/suspicious/noExplicitAny: an engine reads what it needs
      const { data } = new Webhook(secret).verify(body, request.headers as Record<string, string>) as any;
      if (!seen.has(data.id)) say(data.correlation.conversation, `${data.status} ${data.amount} for ${data.reference}`);
      seen.add(data.id);
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    said,
    http,
    eventUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    async sell(conversation: string, reference: string) {
      const input = { amount: "200", purpose: "Iphone", customerName: "John Doe", reference };
      const run = await apiStep(
        "generate-payment-link",
        { account: "shop", input, correlation: { conversation } },
        { "idempotency-key": reference },
      );
      say(conversation, run.port === "success" ? `Pay here: ${run.output.link}` : run.error.message);
      return run.output.paymentRequestId as string;
    },
    async giveBack(conversation: string, paymentId: string) {
      const input = { paymentId, issueType: "QFL", description: "Product is not good" };
      const run = await apiStep("create-refund", { account: "shop", input });
      say(conversation, run.port === "success" ? `Refund of ${run.output.amount} asked for` : run.error.message);
    },
    async hears(conversation: string, text: string) {
      for (let turn = 0; turn < 500; turn++) {
        if (said.get(conversation)?.includes(text)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`It was not said: ${text}. Said: ${said.get(conversation)?.join(" | ")}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const secret = newDeliverySecret();
let engine: Awaited<ReturnType<typeof startEngine>>;
let http: TestHttpHost;

beforeAll(async () => {
  engine = await startEngine(secret);
  http = await startTestHttpHost({
    targets: [{ name: "engine", url: engine.eventUrl, secrets: [secret], allowPrivate: true }],
  });
  Object.assign(engine.http, { url: http.url, key: http.keys.all });
});
afterAll(async () => {
  await http.close();
  await engine.close();
});

describe("an engine that only speaks HTTP", () => {
  it("sells, hears of the payment in the conversation that asked, and gives the money back", async () => {
    const [first, second] = await Promise.all([engine.sell("c-1", "order-1"), engine.sell("c-2", "order-2")]);
    expect(engine.said.get("c-1")?.[0]).toMatch(/^Pay here: http/);
    const paid = await http.simulator.control.pay({ paymentRequestId: first, outcome: "success" });
    http.advance(3_000);
    await engine.hears("c-1", "Completed 200.00 for order-1");
    expect(engine.said.get("c-2")).toHaveLength(1);

    await engine.giveBack("c-1", first);
    expect(engine.said.get("c-1")?.at(-1)).toBe("Refund of 200.00 asked for");
    await engine.giveBack("c-1", first);
    expect(http.simulator.ledger().refunds).toHaveLength(1);
    await http.simulator.control.advanceClock(60);
    http.advance(600_000);
    await engine.hears("c-1", "Refunded 200.00 for order-1");
    expect(engine.said.get("c-2")).toHaveLength(1);
    expect([paid, second]).toEqual([expect.anything(), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });
});
