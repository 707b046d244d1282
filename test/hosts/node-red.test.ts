import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  localClientId,
  localClientSecret,
  localSalt,
  type Simulator,
  startSimulator,
} from "../../src/simulator/index.ts";
import { botOf } from "./bot.ts";
import { accountNode, botFlow } from "./bot-flow.ts";
import { type NodeRed, startNodeRed } from "./start-node-red.ts";

const secrets = [localClientSecret, localSalt];

describe.each(["node-red", "node-red-4"] as const)("the payment nodes on %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let bot: ReturnType<typeof botOf>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    nodeRed = await startNodeRed({ release, isPublic: true });
    bot = botOf(nodeRed);
    await nodeRed.deploy(botFlow(simulator.url));
  }, 30_000);

  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  it("goes from a link over the payment and its event in the same conversation to the refund", async () => {
    const bought = await bot.buy();
    expect(bought).toMatchObject({
      port: "success",
      kept: { order: 1042 },
      marked: "function",
      payment: {
        account: "shop",
        environment: "local",
        amount: "200.00",
        purpose: "Order 1042",
        status: "Pending",
        replayed: false,
      },
    });
    const { paymentRequestId } = bought.payment!;

    const payment = simulator.control.pay({ paymentRequestId, outcome: "success" });
    const completed = await bot.eventOf(paymentRequestId, "Completed");
    expect(completed.conversation).toEqual({ chat: "c-1" });
    expect(completed.payload).toMatchObject({
      type: "payment-status",
      status: "Completed",
      amount: "200.00",
      paymentId: payment.id,
      correlation: { chat: "c-1" },
    });
    expect(completed.payment).toEqual(completed.payload);

    const refund = await bot.ask("/refund", { paymentId: paymentRequestId });
    expect(refund).toMatchObject({
      port: "success",
      payment: { state: "requested", amount: "200.00", paymentId: payment.id },
    });
    simulator.control.resolveRefund(refund.payment!.refundId, "FINI_CONC");
    const refunded = await bot.eventOf(paymentRequestId, "Refunded");
    expect(refunded).toMatchObject({
      conversation: { chat: "c-1" },
      payload: { reason: "full", refund: { state: "refunded" } },
    });
  }, 30_000);

  it("says on the canvas what happened", async () => {
    await bot.buy();
    await bot.buy({ amount: "5" });
    await nodeRed.postJson("/canvas/instamojo/sample/paid", { status: "Completed" });
    const statuses = await bot.statuses();
    expect(statuses).toEqual(
      expect.arrayContaining(["link: shop, local", "link: local: link 200.00", "link: local: amount: at least 9.00"]),
    );
    expect(statuses).toEqual(
      expect.arrayContaining(["paid: waiting, all accounts (local)", "paid: local: sample Completed 200.00"]),
    );
  });

  it("hands an error that nobody wired to the Catch node, with the message as it came", async () => {
    await nodeRed.deploy(botFlow(simulator.url, { link: { wires: [["buy-success"], []] } }));
    const calls = fetch(`${nodeRed.url}/buy`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount: "5", order: 1 }),
      signal: AbortSignal.timeout(300),
    });
    await expect(calls).rejects.toThrow();
    const caught = await bot.caught();
    await nodeRed.deploy(botFlow(simulator.url));
    expect(caught).toEqual([{ message: "Amount must be at least 9.00.", source: "link", mark: "function" }]);
  });

  it("leaves by the unknown port when nobody can say whether the refund was booked, and sends it once", async () => {
    const { payment } = await bot.buy();
    const paid = simulator.control.pay({ paymentRequestId: payment!.paymentRequestId, outcome: "success" });
    await bot.eventOf(payment!.paymentRequestId, "Completed");
    simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payments/*/refund/" });
    const answer = await bot.ask("/refund", { paymentId: paid.id });
    expect(answer).toMatchObject({ port: "unknown", error: { code: "refund_unknown", outcome: "unknown" } });
    expect(await bot.statuses()).toContain("refund: local: unknown: do not run again");
    expect(simulator.ledger().calls.filter(({ path }) => path === `/v2/payments/${paid.id}/refund/`)).toHaveLength(1);
  }, 30_000);

  it("puts the output where Store result in says", async () => {
    const { payment } = await bot.buy({ order: 7 });
    const answer = await bot.ask("/status", { paymentRequestId: payment!.paymentRequestId });
    expect(answer).toMatchObject({ port: "success", payment: { instamojo: { status: "Pending", paid: false } } });
  });

  it.each([
    ["5", "amount", "at least 9.00"],
    ["2,500", "amount", "an amount in rupees from 9.00 to 200000.00, with at most two decimals"],
    [null, "amount", "filled in; it came out empty"],
  ])("leaves by the error port for the amount %j, with nothing sent", async (amount, field, rule) => {
    const calls = simulator.ledger().calls.length;
    const answer = await bot.buy({ amount });
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
    expect(
      simulator
        .ledger()
        .calls.slice(calls)
        .filter((call) => call.path.includes("payment_requests/") && call.method === "POST"),
    ).toEqual([]);
  });

  it("gives the same message its one link and another message another", async () => {
    const first = await bot.buy({ order: 1 });
    const second = await bot.buy({ order: 1 });
    expect(second.payment!.paymentRequestId).not.toBe(first.payment!.paymentRequestId);
  });

  it("keeps client id, secret and salt out of the flow file and of what the editor gets", async () => {
    const stored = await readFile(join(nodeRed.userDir, "flows.json"), "utf8");
    const encrypted = await readFile(join(nodeRed.userDir, "flows_cred.json"), "utf8");
    const editor = JSON.stringify(await nodeRed.getJson("/canvas/flows"));
    const form = JSON.stringify(await nodeRed.getJson("/canvas/credentials/instamojo-account/account"));
    for (const secret of secrets)
      expect([stored, encrypted, editor, form, nodeRed.log()].join("\n")).not.toContain(secret);
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
    const typed = {
      id: "account",
      name: "shop",
      baseUrl: simulator.url,
      clientId: localClientId,
      clientSecret: "__PWRD__",
    };
    const works = await nodeRed.postJson("/canvas/instamojo/test-connection", typed);
    expect(works.body).toMatchObject({ ok: true });
    const elsewhere = await nodeRed.postJson("/canvas/instamojo/test-connection", {
      ...typed,
      baseUrl: "http://127.0.0.1:9",
    });
    expect(elsewhere.body).toMatchObject({ ok: false, remedy: "Type the client secret once more." });
  });

  it.each(["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"])(
    "sends a sample of %s into the flow",
    async (status) => {
      const before = (await bot.events()).length;
      const answer = await nodeRed.postJson("/canvas/instamojo/sample/paid", { status });
      expect(answer.body).toMatchObject({ ok: true });
      const collected = (await bot.events()).slice(before);
      expect(collected).toMatchObject([
        { topic: status, payload: { status, source: "sample", account: "shop", environment: "local" } },
      ]);
    },
  );

  it("refuses a call of the sample route that a page of another origin could make", async () => {
    const response = await fetch(`${nodeRed.url}/canvas/instamojo/sample/paid`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ status: "Completed" }),
    });
    expect(await response.json()).toMatchObject({ ok: false });
  });

  it("answers a forged webhook, one that is too large and one for an unknown account without an event", async () => {
    const before = (await bot.events()).length;
    const post = (path: string, body: string) =>
      fetch(`${nodeRed.url}${path}`, {
        method: "POST",
        body,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
    const forged = await post("/integrations/instamojo/shop?id=wrong&op=x", "payment_id=MOJO1&status=Credit");
    const unknown = await post("/integrations/instamojo/nobody?id=wrong&op=x", "payment_id=MOJO1&status=Credit");
    expect([forged.status, await forged.text()]).toEqual([unknown.status, await unknown.text()]);
    expect(forged.status).toBe(403);
    expect((await post("/integrations/instamojo/shop?id=wrong", `a=${"x".repeat(65_536)}`)).status).toBe(413);
    expect(await bot.events()).toHaveLength(before);
  });

  it("still delivers to the event node after a redeploy in the middle", async () => {
    const { payment } = await bot.buy({ conversation: "after the redeploy" });
    await nodeRed.deploy(botFlow(simulator.url));
    simulator.control.pay({ paymentRequestId: payment!.paymentRequestId, outcome: "success" });
    const completed = await bot.eventOf(payment!.paymentRequestId, "Completed");
    expect(completed.conversation).toBe("after the redeploy");
  }, 30_000);

  it("keeps for an event node that was disabled what comes meanwhile", async () => {
    const { payment } = await bot.buy({ conversation: "while disabled" });
    await nodeRed.deploy(botFlow(simulator.url, { paid: { d: true } }));
    simulator.control.pay({ paymentRequestId: payment!.paymentRequestId, outcome: "success" });
    await simulator.control.settled();
    await nodeRed.deploy(botFlow(simulator.url));
    const completed = await bot.eventOf(payment!.paymentRequestId, "Completed");
    expect(completed.conversation).toBe("while disabled");
  }, 30_000);

  it("survives a redeploy while a link is being made, and the event of that link still starts the flow", async () => {
    const made = simulator.ledger().paymentRequests.length;
    simulator.control.faults({ kind: "delay", delayMs: 300, method: "POST", path: "/v2/payment_requests/" });
    const cutOff = new AbortController();
    const asked = fetch(`${nodeRed.url}/buy`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount: "200", order: 5, conversation: "in flight" }),
      signal: cutOff.signal,
    }).catch(() => null);
    while (simulator.ledger().paymentRequests.length === made) await new Promise((resolve) => setTimeout(resolve, 10));
    await nodeRed.deploy(botFlow(simulator.url));
    const { id } = simulator.ledger().paymentRequests.at(-1)!;
    simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    expect((await bot.eventOf(id, "Completed")).conversation).toBe("in flight");
    cutOff.abort();
    await asked;
    expect(nodeRed.log()).not.toMatch(/uncaught|unhandled|TypeError/i);
  }, 30_000);

  it("records a payment while a missing node of another package stops the flows, and delivers it after", async () => {
    const { payment } = await bot.buy({ conversation: "while the flows stood still" });
    const { paymentRequestId } = payment!;
    await nodeRed.postJson("/canvas/flows", [
      ...botFlow(simulator.url),
      { id: "x", type: "no-such-node", z: "bot", x: 1, y: 1 },
    ]);
    simulator.control.pay({ paymentRequestId, outcome: "success" });
    await simulator.control.settled();
    const { webhooks, payments } = simulator.ledger();
    expect(webhooks.find((webhook) => webhook.requestId === paymentRequestId)).toMatchObject({ state: "delivered" });
    const { id } = payments.find((made) => made.requestId === paymentRequestId)!;
    const isConfirmed = () =>
      simulator.ledger().calls.some(({ path, status }) => path === `/v2/payments/${id}/` && status === 200);
    while (!isConfirmed()) await new Promise((resolve) => setTimeout(resolve, 20));
    await nodeRed.deploy(botFlow(simulator.url));
    expect((await bot.eventOf(paymentRequestId, "Completed")).conversation).toBe("while the flows stood still");
  }, 30_000);

  it("delivers after a restart what was paid while it was stopped, without a public URL", async () => {
    const restart = async () => {
      expect(await nodeRed.stop()).toBe(0);
      nodeRed = await startNodeRed({ release, userDir: nodeRed.userDir });
      bot = botOf(nodeRed);
    };
    await restart();
    const { payment } = await bot.buy({ conversation: "over the restart" });
    expect(payment).toMatchObject({ response: { webhook: null } });
    simulator.control.pay({ paymentRequestId: payment!.paymentRequestId, outcome: "success" });
    await restart();
    const completed = await bot.eventOf(payment!.paymentRequestId, "Completed");
    expect(completed.conversation).toBe("over the restart");
    expect((await bot.events()).filter((event) => event.payload.id === completed.payload.id)).toHaveLength(1);
  }, 40_000);

  describe("with accounts that break a rule", () => {
    beforeEach(async () => {
      await nodeRed.deploy(botFlow(simulator.url));
    });

    it("refuses to run without an account and names what to do", async () => {
      await nodeRed.deploy(botFlow(simulator.url, { link: { account: "" } }));
      expect(await bot.buy()).toMatchObject({ port: "error", error: { code: "account_unknown" } });
    });

    it("refuses two accounts of one name", async () => {
      await nodeRed.deploy([...botFlow(simulator.url), accountNode(simulator.url, { id: "second" })]);
      const answer = await bot.buy();
      expect(answer).toMatchObject({ port: "error", error: { code: "account_invalid" } });
      expect(answer.error!.message).toContain("unique");
    });
  });
});
