import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { VisibleEntry } from "../../src/playground/chat/chat-message.ts";
import { localClientId, localClientSecret, startSimulator } from "../../src/simulator/index.ts";
import { askForLink, type ChatClient, openChat, requestIdOf } from "./chat-client.ts";
import { type PlaygroundProcess, startPlaygroundProcess } from "./playground-process.ts";

/** Words that are for the author of the flow or the owner of the account, never for a buyer. */
const forOperators = /node|base URL|account|credential|client id|secret|dashboard|network|outcome|report it/i;

let playground: PlaygroundProcess;
beforeAll(async () => {
  playground = await startPlaygroundProcess();
  await playground.simulator.switches({ refundReviewSeconds: 0 });
}, 60_000);
afterEach(() => playground.simulator.fault({ kind: "clear" }));
afterAll(() => playground.discard());

/** Types words that nobody asked for; resolves with the answer. */
async function chatter(buyer: ChatClient, words: string): Promise<VisibleEntry> {
  const after = buyer.lines().at(-1)?.seq ?? 0;
  await buyer.type(words);
  return buyer.waitFor(/./, { after });
}

describe("a buyer of the example bot who types what nobody asked for", () => {
  it("is welcomed while there is no order", async () => {
    const buyer = await openChat(playground.chat);
    await buyer.waitFor(/What would you like/);
    expect((await chatter(buyer, "hello?")).text).toMatch(/^Welcome to the Tea Shop/);
    buyer.close();
  }, 30_000);

  it("reads at every step where the order stands, and goes on from there", async () => {
    const { simulator } = playground;
    const buyer = await openChat(playground.chat);
    const paymentRequestId = await askForLink(buyer);

    const open = await chatter(buyer, "hello?");
    expect(open.text).toContain("₹200.00 for Masala chai, 250 g: you have the link, and I have not heard of a payment");
    expect(open.buttons).toEqual(["Pay link again", "Buy something else"]);
    await buyer.press("Pay link again");
    expect(requestIdOf(await buyer.waitFor(/link again/))).toBe(paymentRequestId);

    await simulator.pay({ paymentRequestId, outcome: "failure" });
    await buyer.waitFor(/failed/);
    const failed = await chatter(buyer, "what now?");
    expect(failed.text).toContain("failed. You can try again");
    expect(failed.buttons).toEqual(["Try again", "Buy something else"]);

    await simulator.pay({ paymentRequestId, outcome: "success" });
    await buyer.waitFor(/^Paid/);
    const paid = await chatter(buyer, "where is my tea");
    expect(paid.text).toContain("Paid: ₹200.00 for Masala chai, 250 g");
    expect(paid.text).not.toMatch(/failed|refund/i);
    expect(paid.buttons).toEqual(["Ask for a refund", "Buy something else"]);
    await buyer.press("Ask for a refund");
    await buyer.waitFor(/Why would you like your ₹200.00/);
    expect((await chatter(buyer, "it was cold")).buttons).toEqual(["Ask for a refund", "Buy something else"]);
    await buyer.press("Ask for a refund");
    await buyer.waitFor(/Why would you/, { after: paid.seq + 4 });

    await simulator.switches({ refundReviewSeconds: 3 });
    await buyer.press("QFL");
    await buyer.waitFor(/^Refund requested/);
    const requested = await chatter(buyer, "and?");
    expect(requested.text).toContain("Refund requested: ₹200.00");
    expect(requested.text).not.toMatch(/refunded/i);
    expect(requested.buttons).toEqual(["Buy something else"]);
    await buyer.waitFor(/^Refunded/, { timeoutMs: 20_000 });
    expect((await chatter(buyer, "thanks")).text).toContain("Refunded: ₹200.00");
    buyer.close();
  }, 60_000);

  it("keeps the refund of a paid order in reach while another one is open", async () => {
    const buyer = await openChat(playground.chat);
    await playground.simulator.pay({ paymentRequestId: await askForLink(buyer), outcome: "success" });
    const { seq } = await buyer.waitFor(/^Paid/);
    await buyer.press("Buy something else");
    await buyer.waitFor(/What would you like/, { after: seq });
    await buyer.press("Darjeeling");
    await buyer.waitFor(/payment link, John/, { after: seq });
    const both = await chatter(buyer, "hm");
    expect(both.text).toContain("Paid: ₹200.00");
    expect(both.text).toContain("₹449.50 for Darjeeling, first flush: you have the link");
    expect(both.buttons).toEqual(["Ask for a refund", "Pay link again", "Buy something else"]);
    buyer.close();
  }, 30_000);
});

describe("a buyer of the example bot", () => {
  it.each(["123", "4", "!?", "A|B"])("is asked again where %j stands for a name", async (name) => {
    const buyer = await openChat(playground.chat);
    await buyer.waitFor(/What would you like/);
    await buyer.press("Masala chai");
    await buyer.waitFor(/your name/);
    const answer = await chatter(buyer, name);
    expect(answer.text).toBe("Please type your name: 2 to 100 characters, letters among them, without the sign |.");
    buyer.close();
  });

  it.each(["李雷", "Σοφία", "आशा", "Mary-Jane 2"])("may be called %s", async (name) => {
    const buyer = await openChat(playground.chat);
    await buyer.waitFor(/What would you like/);
    await buyer.press("Masala chai");
    await buyer.waitFor(/your name/);
    expect((await chatter(buyer, name)).text).toBe(`Thank you, ${name}. And your mobile number?`);
    buyer.close();
  });

  it("reads a plain sentence when Instamojo is away, and can try again, also after a word in between", async () => {
    const { simulator } = playground;
    await simulator.fault({ kind: "status", method: "POST", path: "/v2/payment_requests/", status: 503, count: 0 });
    const buyer = await openChat(playground.chat);
    await buyer.waitFor(/What would you like/);
    await buyer.press("Masala chai");
    await buyer.waitFor(/your name/);
    await buyer.type("John");
    await buyer.waitFor(/mobile number/);
    await buyer.type("9999999999");
    const sorry = await buyer.waitFor(/cannot take/, { timeoutMs: 30_000 });
    expect(sorry.text).toBe("The shop cannot take payments right now. Please try again in a moment.");
    const answer = await chatter(buyer, "hello?");
    expect(answer.text).toContain("Masala chai, 250 g: you have no payment link yet");
    expect(answer.buttons).toEqual(["Try again", "Buy something else"]);
    await simulator.fault({ kind: "clear" });
    await buyer.press("Try again");
    await buyer.waitFor(/payment link, John/, { after: answer.seq });
    expect(buyer.lines().filter(({ text = "" }) => forOperators.test(text))).toEqual([]);
    buyer.close();
  }, 60_000);

  it("reads a plain sentence when a refund cannot be asked for", async () => {
    const { simulator } = playground;
    const buyer = await openChat(playground.chat);
    await simulator.pay({ paymentRequestId: await askForLink(buyer), outcome: "success" });
    await buyer.waitFor(/^Paid/);
    await buyer.press("Ask for a refund");
    await buyer.waitFor(/Why would you/);
    await simulator.fault({ kind: "status", path: "/v2/payments/*", status: 400, body: { success: false }, count: 0 });
    await buyer.press("QFL");
    const sorry = await buyer.waitFor(/could not be requested/, { timeoutMs: 30_000 });
    expect(sorry.text).not.toMatch(forOperators);
    expect((await chatter(buyer, "why?")).buttons).toEqual(["Ask for a refund", "Buy something else"]);
    buyer.close();
  }, 60_000);

  it("reads a plain sentence when the shop's credentials are refused", async () => {
    const simulator = await startSimulator();
    const env = {
      INSTAMOJO_BASE_URL: simulator.url,
      INSTAMOJO_CLIENT_ID: localClientId,
      INSTAMOJO_CLIENT_SECRET: `${localClientSecret}-mistyped`,
    };
    const closed = await startPlaygroundProcess({ env });
    const buyer = await openChat(closed.chat);
    try {
      const noLink = askForLink(buyer).catch((error: Error) => error);
      const sorry = await buyer.waitFor(/cannot take payments/, { timeoutMs: 30_000 });
      expect(sorry.text).toBe("The shop cannot take payments right now. Please come back later.");
      expect(sorry.buttons).toEqual(["Buy something else"]);
      expect(await noLink).toBeInstanceOf(Error);
      expect(buyer.lines().filter(({ text = "" }) => forOperators.test(text))).toEqual([]);
    } finally {
      buyer.close();
      await closed.discard();
      await simulator.close();
    }
  }, 60_000);
});
