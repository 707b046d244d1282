import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type ChatPage, openChatPage, orderTea } from "../helpers/chat-page.ts";
import { type PlaygroundProcess, startPlaygroundProcess } from "../playground/playground-process.ts";

/** The example bot waits for ten minutes. */
const overMinutes = 11;
/** How long a person waits for a line that somebody must ask Instamojo for. */
const patienceMs = 30_000;

let folder: string;
let playground: PlaygroundProcess;
let browser: Browser;
let chat: ChatPage;
let shiftedMinutes = 0;

const start = (args: readonly string[]) =>
  startPlaygroundProcess({
    dir: join(folder, "playground"),
    args,
    env: {
      NODE_OPTIONS: `--import=${new URL("../playground/shift-clock.mjs", import.meta.url).href}`,
      CLOCK_SHIFT_FILE: join(folder, "shift"),
    },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "collect-"));
  [playground, browser] = await Promise.all([start(["--port", "0"]), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await playground.discard();
  rmSync(folder, { recursive: true });
});

/** Moves the clock of the playground on, the local Instamojo's included. */
function waitMinutes(minutes: number): void {
  shiftedMinutes += minutes;
  writeFileSync(join(folder, "shift"), String(shiftedMinutes * 60_000));
}

/** A new buyer with an open link; resolves with its payment request. */
async function buyTea(): Promise<string> {
  chat = await openChatPage(browser, { url: playground.chat });
  await orderTea(chat);
  return requestIdOf(await linkOf());
}

const linkOf = async () => String(await chat.page.locator("a.pay").last().getAttribute("href"));

/** The id of a payment request; its address may be a short one. */
async function requestIdOf(link: string): Promise<string> {
  const { url } = await fetch(link);
  return String(/[0-9a-f]{32}/.exec(url)?.[0]);
}

/** What the local Instamojo's own books say of a payment request. */
async function booked(id: string) {
  const { payments, paymentRequests } = await playground.simulator.ledger();
  const request = paymentRequests.find((each) => each.id === id);
  return {
    isDisabled: request?.isDisabled,
    payments: payments.filter(({ requestId }) => requestId === id).map(({ status }) => status),
  };
}

/** How the bot told of money so far: the beginning of each such line. */
async function moneyLines(): Promise<string[]> {
  const told = /^(Paid|Refunded|We got your money|The payment of|Your payment of|The payment link for)/;
  return (await chat.bubbles()).flatMap((text) => told.exec(text)?.[0] ?? []);
}

/** What a shop adds to its flows to close a link: `POST /close` with its payment request id. */
const closingFlow = {
  label: "Close a link",
  nodes: [
    { id: "close-in", type: "http in", url: "/close", method: "post", wires: [["close"]] },
    {
      id: "close",
      type: "instamojo-disable-payment-link",
      account: "teashop-shop-account",
      paymentRequestId: "payload.id",
      paymentRequestIdType: "msg",
      wires: [["close-out"], ["close-out"]],
    },
    { id: "close-out", type: "http response", wires: [] },
  ],
};

/** Posts, again while nobody is there: Node-RED answers a deploy before the flows have started. */
async function post(address: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status === 404) return new Promise((resolve) => setTimeout(resolve, 100)).then(() => post(address, body));
  expect(answer.status).toBe(200);
}

describe("a buyer of the example bot, which waits for the payment", () => {
  it("pays after the process was killed with the link open: the same chat goes on", async () => {
    const id = await buyTea();
    const checkout = await chat.openCheckout();
    await playground.kill();
    playground = await start([]);
    await checkout.click("#pay");
    await chat.see("Paid: ₹200.00 for Masala chai, 250 g. Thank you!", patienceMs);
    await screenshot(chat.page, "collect-1-paid-after-kill");
    expect(await booked(id)).toMatchObject({ payments: [true] });
    expect(await moneyLines()).toEqual(["Paid"]);
    await chat.press("Ask for a refund");
    await chat.see("Why would you like your ₹200.00 for Masala chai, 250 g back?");
    expect(await moneyLines()).toEqual(["Paid"]);
    await chat.page.context().close();
  }, 120_000);

  it("fails twice, then pays: each failure is told, and the payment once", async () => {
    const id = await buyTea();
    for (const failures of [1, 2]) {
      const checkout = await chat.openCheckout();
      await checkout.click("#fail");
      await chat.page
        .locator(".message-bubble", { hasText: "failed. You can try again" })
        .nth(failures - 1)
        .waitFor();
      await checkout.close();
    }
    const checkout = await chat.openCheckout();
    await checkout.click("#pay");
    await chat.see("Paid: ₹200.00", patienceMs);
    await screenshot(chat.page, "collect-2-failed-twice-then-paid");
    expect(await booked(id)).toMatchObject({ payments: [false, false, true] });
    await chat.type("Is it done?");
    await chat.see("This is where we stand.");
    expect(await moneyLines()).toEqual(["The payment of", "The payment of", "Paid"]);
    await chat.page.context().close();
  }, 120_000);

  it("lets the time run out: the link is closed, the bot says so and sells again", async () => {
    const id = await buyTea();
    const link = await linkOf();
    waitMinutes(overMinutes);
    await chat.see("The payment link for Masala chai, 250 g (₹200.00) has expired.", patienceMs);
    await screenshot(chat.page, "collect-3-expired");
    expect(await booked(id)).toMatchObject({ isDisabled: true, payments: [] });
    expect(await moneyLines()).toEqual(["The payment link for"]);
    await chat.press("Buy again");
    await chat.page.locator("a.pay").nth(1).waitFor();
    expect(await linkOf()).not.toBe(link);
    const canvas = await chat.page.context().newPage();
    await canvas.setViewportSize({ width: 1400, height: 2060 });
    await canvas.goto(playground.canvas);
    await canvas.getByText("Greet, offer the products").waitFor();
    await canvas.evaluate("RED.actions.invoke('core:toggle-right-sidebar')");
    await canvas.getByText("waiting 200.00").waitFor();
    await screenshot(canvas, "collect-canvas");
    await chat.page.context().close();
  }, 120_000);

  it("pays after the time ran out: told as late, with a way to get the money back", async () => {
    const id = await buyTea();
    waitMinutes(overMinutes);
    await chat.see("has expired", patienceMs);
    const checkout = await chat.openCheckout();
    await checkout.locator("#closed").waitFor();
    expect(await checkout.locator("#pay").count()).toBe(0);
    await checkout.close();
    await playground.simulator.pay({ paymentRequestId: id, outcome: "success", isForced: true });
    await chat.see("We got your money after the order was closed: ₹200.00 for Masala chai, 250 g.", patienceMs);
    await screenshot(chat.page, "collect-4-late");
    expect(await booked(id)).toMatchObject({ isDisabled: true, payments: [true] });
    expect(await moneyLines()).toEqual(["The payment link for", "We got your money"]);
    await chat.press("Ask for a refund");
    await chat.press("RFD");
    await chat.see("Refund requested: ₹200.00", patienceMs);
    await chat.see("Refunded: ₹200.00", patienceMs);
    expect(await moneyLines()).toEqual(["The payment link for", "We got your money", "Refunded"]);
    await chat.page.context().close();
  }, 120_000);

  it("fails and does not try again: told at once, and again when the time is over", async () => {
    const id = await buyTea();
    const checkout = await chat.openCheckout();
    await checkout.click("#fail");
    await chat.see("failed. You can try again");
    waitMinutes(overMinutes);
    await chat.see("failed, and the time to pay is over.", patienceMs);
    await screenshot(chat.page, "collect-5-never-got-through");
    expect(await booked(id)).toMatchObject({ isDisabled: true, payments: [false] });
    expect(await moneyLines()).toEqual(["The payment of", "Your payment of"]);
    await chat.page.context().close();
  }, 120_000);

  it("reads that the link was closed when somebody in the shop did that", async () => {
    const id = await buyTea();
    await post(`${playground.canvas}flow`, closingFlow);
    await post(new URL("/close", playground.canvas).href, { id });
    await chat.see("The payment link for Masala chai, 250 g (₹200.00) was closed.", patienceMs);
    await screenshot(chat.page, "collect-6-closed-by-the-shop");
    expect(await booked(id)).toMatchObject({ isDisabled: true, payments: [] });
    expect(await moneyLines()).toEqual(["The payment link for"]);
    await chat.page.context().close();
  }, 120_000);
});
