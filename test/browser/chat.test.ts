import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type ChatPage, type ChatPageOptions, openChatPage, orderTea } from "../helpers/chat-page.ts";
import { type PlaygroundProcess, startPlaygroundProcess } from "../playground/playground-process.ts";

let playground: PlaygroundProcess;
let browser: Browser;

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlaygroundProcess(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await playground.discard();
});

const openChat = (url = playground.chat, viewport?: ChatPageOptions["viewport"]): Promise<ChatPage> =>
  openChatPage(browser, { url, ...(viewport && { viewport }) });

describe("the chat page in a browser", () => {
  it("sells tea, tells of the payment, and gives the money back, in one conversation", async () => {
    const chat = await openChat();
    await orderTea(chat);
    await screenshot(chat.page, "chat-phone-link");
    const checkout = await chat.openCheckout();
    expect(await checkout.textContent("#purpose")).toContain("Masala chai");
    await checkout.click("#pay");
    await chat.see("Paid: ₹200.00 for Masala chai");
    await checkout.getByText("go back to the chat").waitFor();
    expect((await chat.bubbles()).join()).not.toMatch(/refunded/i);
    await chat.type("Where is my tea?");
    await chat.see("This is where we stand.");
    await screenshot(chat.page, "chat-phone-standing");
    await chat.press("Ask for a refund");
    await chat.see("Why would you like your ₹200.00");
    expect(await chat.page.locator("#replies button").allInnerTexts()).toEqual([
      "RFD: Duplicate/delayed payment.",
      "TNR: Product/service no longer available.",
      "QFL: Customer not satisfied.",
      "QNR: Product lost/damaged.",
      "EWN: Digital download issue.",
      "TAN: Event was canceled/changed.",
      "PTH: Problem not described above.",
    ]);
    await screenshot(chat.page, "chat-phone-reasons");
    await chat.press("QFL");
    await chat.see("Refund requested: ₹200.00");
    expect((await chat.bubbles()).join()).not.toMatch(/refunded/i);
    await chat.see("Refunded: ₹200.00 for Masala chai", 20_000);
    await chat.page.mouse.move(0, 0);
    await screenshot(chat.page, "chat-phone-refunded");

    const { payments, refunds } = await playground.simulator.ledger();
    expect(payments.map(({ status, refundedPaise }) => [status, refundedPaise])).toEqual([[true, 20_000]]);
    expect(refunds.map(({ type, resolution }) => [type, resolution])).toEqual([["QFL", "FINI_CONC"]]);
    expect(chat.complaints).toEqual([]);
    await chat.page.context().close();
  }, 90_000);

  it("lets a buyer whose card fails try again with the same link", async () => {
    const chat = await openChat();
    await orderTea(chat);
    const first = await chat.openCheckout();
    await first.click("#fail");
    await chat.see("failed. You can try again");
    expect((await chat.bubbles()).join()).not.toMatch(/paid/i);
    await chat.press("Try again");
    await chat.see("Here is your link again.");
    const links = await chat.page.locator("a.pay").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(links).toHaveLength(2);
    expect(links[1]).toBe(links[0]);
    const second = await chat.openCheckout();
    await second.click("#pay");
    await chat.see("Paid: ₹200.00");
    await chat.page.context().close();
  }, 90_000);

  it("speaks the rule where the price is below what Instamojo takes, and shows the code on the canvas", async () => {
    const chat = await openChat();
    await chat.press("sticker · ₹5.00");
    await chat.see("What is your name?");
    await chat.type("123");
    await chat.see("letters among them");
    await chat.type("John");
    await chat.see("mobile number?");
    await chat.type("12");
    await chat.see("That does not look like a mobile number.");
    await chat.type("+919999999999");
    await chat.see("Amount must be at least 9.00");
    expect((await chat.bubbles()).join()).not.toMatch(/node|fieldErrors/i);
    await screenshot(chat.page, "chat-phone-error");
    const canvas = await chat.page.context().newPage();
    await canvas.goto(playground.canvas);
    await canvas.getByText("invalid_input").waitFor();
    await canvas.close();
    await chat.press("Buy something else");
    await chat.press("Darjeeling");
    await chat.see("Here is your payment link, John.");
    expect(await chat.page.locator("a.pay").count()).toBe(1);
    await chat.page.context().close();
  }, 90_000);

  it("shows the same conversation after a reload, in a second tab and on another device", async () => {
    const chat = await openChat();
    await orderTea(chat);
    const before = await chat.bubbles();
    await chat.page.goto(playground.chat);
    await chat.see("Here is your payment link, John.");
    expect(await chat.bubbles()).toEqual(before);

    const other = await openChat(chat.page.url(), { width: 1280, height: 860 });
    await other.see("Here is your payment link, John.");
    expect(await other.bubbles()).toEqual(before);
    await other.type("Are you there?");
    await Promise.all([chat, other].map(({ see }) => see("Are you there?")));
    await chat.press("Pay link again");
    await Promise.all([chat, other].map(({ see }) => see("Here is your link again.")));
    await chat.page.waitForFunction(() => document.querySelectorAll("#replies button").length === 0);
    await screenshot(other.page, "chat-desktop");
    expect(await other.bubbles()).toEqual(await chat.bubbles());
    await Promise.all([chat, other].map(({ page }) => page.context().close()));
  }, 90_000);

  it("sends what was written while the playground was away, once it is back", async () => {
    const dir = mkdtempSync(join(tmpdir(), "playground-"));
    const first = await startPlaygroundProcess({ dir });
    const chat = await openChat(first.chat);
    await chat.see("What would you like?");
    await first.stop();
    await chat.press("Masala chai");
    await chat.page.getByText("not sent yet").waitFor();
    const again = await startPlaygroundProcess({ dir, args: [] });
    await chat.see("What is your name?");
    expect(await chat.page.textContent("#status")).toBe("online");
    expect(await chat.bubbles()).toHaveLength(3);
    await chat.page.context().close();
    await again.discard();
  }, 60_000);

  it("shows what a person wrote as text, whatever it looks like", async () => {
    const chat = await openChat();
    const attack = `<img src=x onerror="document.title='x'"><b>B</b> ![i](http://evil.example/) *b* {payload}`;
    await chat.see("What would you like?");
    await chat.press("Masala chai");
    await chat.see("What is your name?");
    await chat.type(attack);
    await chat.see("mobile number?");
    expect((await chat.bubbles()).filter((text) => text.includes(attack))).toHaveLength(2);
    expect(await chat.page.locator(".message-bubble img, .message-bubble b").count()).toBe(0);
    expect(await chat.page.title()).toBe("Tea Shop · chat");
    expect(chat.complaints).toEqual([]);
    await chat.page.context().close();
  }, 60_000);
});
