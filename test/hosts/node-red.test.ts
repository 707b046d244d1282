import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { localClientId, localClientSecret, localSalt, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { accountNode, botFlow } from "./bot-flow.ts";
import { type NodeRed, startNodeRed } from "./start-node-red.ts";

interface Answer {
  readonly port: string;
  readonly kept: Record<string, unknown>;
  readonly marked: string;
  readonly payment?: Record<string, any>;
  readonly error?: Record<string, any>;
}
interface Collected {
  readonly topic: string;
  readonly payload: Record<string, any>;
  readonly payment: Record<string, any>;
  readonly conversation?: unknown;
}

const secrets = [localClientSecret, localSalt];

describe.each(["node-red", "node-red-4"] as const)("the payment nodes on %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    nodeRed = await startNodeRed({ release, isPublic: true });
    await nodeRed.deploy(botFlow(simulator.url));
  }, 30_000);

  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  async function ask(path: string, body: object): Promise<Answer> {
    const { status, body: answer } = await nodeRed.postJson(path, body);
    expect(status).toBe(200);
    return answer as Answer;
  }

  const buy = (changes: object = {}) =>
    ask("/buy", { amount: "200", name: "John", order: 1042, conversation: { chat: "c-1" }, ...changes });

  const events = async () => (await nodeRed.getJson("/events")) as readonly Collected[];

  async function eventOf(paymentRequestId: unknown, topic: string): Promise<Collected> {
    for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const found = (await events()).find((event) => event.topic === topic && event.payload["paymentRequestId"] === paymentRequestId);
      if (found) return found;
    }
    throw new Error(`no event ${topic} came: ${nodeRed.log()}`);
  }

  it("goes from a link over the payment and its event in the same conversation to the refund", async () => {
    const bought = await buy();
    expect(bought).toMatchObject({
      port: "success",
      kept: { order: 1042 },
      marked: "function",
      payment: { account: "shop", environment: "local", amount: "200.00", purpose: "Order 1042", status: "Pending", replayed: false },
    });
    const { paymentRequestId } = bought.payment!;

    const payment = simulator.control.pay({ paymentRequestId, outcome: "success" });
    const completed = await eventOf(paymentRequestId, "Completed");
    expect(completed.conversation).toEqual({ chat: "c-1" });
    expect(completed.payload).toMatchObject({
      type: "payment-status",
      status: "Completed",
      amount: "200.00",
      paymentId: payment.id,
      correlation: { chat: "c-1" },
    });
    expect(completed.payment).toEqual(completed.payload);

    const refund = await ask("/refund", { paymentId: paymentRequestId });
    expect(refund).toMatchObject({ port: "success", payment: { state: "requested", amount: "200.00", paymentId: payment.id } });
    simulator.control.resolveRefund(refund.payment!["refundId"], "FINI_CONC");
    const refunded = await eventOf(paymentRequestId, "Refunded");
    expect(refunded).toMatchObject({ conversation: { chat: "c-1" }, payload: { reason: "full", refund: { state: "refunded" } } });
  }, 30_000);

  it("puts the output where Store result in says", async () => {
    const { payment } = await buy({ order: 7 });
    const answer = await ask("/status", { paymentRequestId: payment!["paymentRequestId"] });
    expect(answer).toMatchObject({ port: "success", payment: { instamojo: { status: "Pending", paid: false } } });
  });

  it.each([
    ["5", "amount", "at least 9.00"],
    ["2,500", "amount", "an amount in rupees from 9.00 to 200000.00, with at most two decimals"],
    [null, "amount", "filled in; it came out empty"],
  ])("leaves by the error port for the amount %j, with nothing sent", async (amount, field, rule) => {
    const calls = simulator.ledger().calls.length;
    const answer = await buy({ amount });
    expect(answer).toMatchObject({
      port: "error",
      marked: "function",
      error: {
        code: "invalid_input",
        outcome: "not-applied",
        fieldErrors: [{ field, rule }],
        source: { id: "link", type: "instamojo-generate-payment-link", name: "Make the link" },
      },
    });
    expect(answer).not.toHaveProperty("payment");
    expect(simulator.ledger().calls.slice(calls).filter((call) => call.path.includes("payment_requests/") && call.method === "POST")).toEqual([]);
  });

  it("gives the same message its one link and another message another", async () => {
    const first = await buy({ order: 1 });
    const second = await buy({ order: 1 });
    expect(second.payment!["paymentRequestId"]).not.toBe(first.payment!["paymentRequestId"]);
  });

  it("keeps client id, secret and salt out of the flow file and of what the editor gets", async () => {
    const stored = await readFile(join(nodeRed.userDir, "flows.json"), "utf8");
    const encrypted = await readFile(join(nodeRed.userDir, "flows_cred.json"), "utf8");
    const editor = JSON.stringify(await nodeRed.getJson("/canvas/flows"));
    const form = JSON.stringify(await nodeRed.getJson("/canvas/credentials/instamojo-account/account"));
    for (const secret of secrets) expect([stored, encrypted, editor, form, nodeRed.log()].join("\n")).not.toContain(secret);
    for (const text of [stored, encrypted, editor]) expect(text).not.toContain(localClientId);
    expect(form).toContain(localClientId);
  });

  it("tests the connection of an account that was not saved yet", async () => {
    const typed = { name: "new", baseUrl: simulator.url, clientId: localClientId, clientSecret: localClientSecret };
    const works = await nodeRed.postJson("/canvas/instamojo/test-connection", typed);
    expect(works.body).toMatchObject({ ok: true });
    const wrong = await nodeRed.postJson("/canvas/instamojo/test-connection", { ...typed, clientSecret: "test_other" });
    expect(wrong.body).toMatchObject({ ok: false, cause: "wrong_secret" });
    expect(JSON.stringify(wrong.body)).not.toContain("test_other");
  });

  it("tests the connection with the stored secret, but only at the address it is stored with", async () => {
    const typed = { id: "account", name: "shop", baseUrl: simulator.url, clientId: localClientId, clientSecret: "__PWRD__" };
    const works = await nodeRed.postJson("/canvas/instamojo/test-connection", typed);
    expect(works.body).toMatchObject({ ok: true });
    const elsewhere = await nodeRed.postJson("/canvas/instamojo/test-connection", { ...typed, baseUrl: "http://127.0.0.1:9" });
    expect(elsewhere.body).toMatchObject({ ok: false, remedy: "Type the client secret once more." });
  });

  it.each(["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"])("sends a sample of %s into the flow", async (status) => {
    const before = (await events()).length;
    const answer = await nodeRed.postJson("/canvas/instamojo/sample/paid", { status });
    expect(answer.body).toMatchObject({ ok: true });
    const collected = (await events()).slice(before);
    expect(collected).toMatchObject([{ topic: status, payload: { status, source: "sample", account: "shop", environment: "local" } }]);
  });

  it("refuses a call of the sample route that a page of another origin could make", async () => {
    const response = await fetch(`${nodeRed.url}/canvas/instamojo/sample/paid`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ status: "Completed" }),
    });
    expect(await response.json()).toMatchObject({ ok: false });
  });

  it("answers a forged webhook, one that is too large and one for an unknown account without an event", async () => {
    const before = (await events()).length;
    const post = (path: string, body: string) =>
      fetch(`${nodeRed.url}${path}`, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } });
    const forged = await post("/integrations/instamojo/shop?id=wrong&op=x", "payment_id=MOJO1&status=Credit");
    const unknown = await post("/integrations/instamojo/nobody?id=wrong&op=x", "payment_id=MOJO1&status=Credit");
    expect([forged.status, await forged.text()]).toEqual([unknown.status, await unknown.text()]);
    expect(forged.status).toBe(403);
    expect((await post("/integrations/instamojo/shop?id=wrong", `a=${"x".repeat(65_536)}`)).status).toBe(413);
    expect(await events()).toHaveLength(before);
  });

  it("still delivers to the event node after a redeploy in the middle", async () => {
    const { payment } = await buy({ conversation: "after the redeploy" });
    await nodeRed.deploy(botFlow(simulator.url));
    simulator.control.pay({ paymentRequestId: payment!["paymentRequestId"], outcome: "success" });
    const completed = await eventOf(payment!["paymentRequestId"], "Completed");
    expect(completed.conversation).toBe("after the redeploy");
  }, 30_000);

  it("survives a redeploy while a link is being made", async () => {
    simulator.control.faults({ kind: "delay", delayMs: 400, match: { path: "/v2/payment_requests/" }, times: 1 } as never);
    const asked = nodeRed.postJson("/buy", { amount: "200", order: 5, conversation: "c" }).catch(() => null);
    await nodeRed.deploy(botFlow(simulator.url));
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 700))]);
    expect((await buy()).port).toBe("success");
    expect(nodeRed.log()).not.toMatch(/uncaught|unhandled|TypeError/i);
  }, 30_000);

  it("delivers after a restart what was paid while it was stopped, without a public URL", async () => {
    const restart = async () => {
      expect(await nodeRed.stop()).toBe(0);
      nodeRed = await startNodeRed({ release, userDir: nodeRed.userDir });
    };
    await restart();
    const { payment } = await buy({ conversation: "over the restart" });
    expect(payment).toMatchObject({ response: { webhook: null } });
    simulator.control.pay({ paymentRequestId: payment!["paymentRequestId"], outcome: "success" });
    await restart();
    const completed = await eventOf(payment!["paymentRequestId"], "Completed");
    expect(completed.conversation).toBe("over the restart");
    expect((await events()).filter((event) => event.payload["id"] === completed.payload["id"])).toHaveLength(1);
  }, 40_000);

  describe("with accounts that break a rule", () => {
    beforeEach(async () => {
      await nodeRed.deploy(botFlow(simulator.url));
    });

    it("refuses to run without an account and names what to do", async () => {
      await nodeRed.deploy(botFlow(simulator.url, { link: { account: "" } }));
      expect(await buy()).toMatchObject({ port: "error", error: { code: "account_unknown" } });
    });

    it("refuses two accounts of one name", async () => {
      await nodeRed.deploy([...botFlow(simulator.url), accountNode(simulator.url, { id: "second" })]);
      const answer = await buy();
      expect(answer).toMatchObject({ port: "error", error: { code: "account_invalid" } });
      expect(answer.error!["message"]).toContain("unique");
    });
  });
});
