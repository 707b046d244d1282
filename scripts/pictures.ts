/**
 * Takes the pictures of README.md from the running product: starts the playground in a folder of its own, buys and
 * refunds in the chat as a person does, and writes docs/images. Needs a build. Maintainer's command: `npm run pictures`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../test/helpers/browser.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const images = join(root, "docs", "images");

interface Addresses {
  readonly canvas: string;
  readonly chat: string;
}

/** The playground as a program of its own, and what it says when it is ready. */
async function startPlayground(folder: string): Promise<{ child: ChildProcess; addresses: Addresses }> {
  const main = join(root, "dist", "src", "cli", "main.js");
  const child = spawn(process.execPath, [main, "start", "--port", "0", "--dir", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("the playground has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{"ready":true')) return { child, addresses: JSON.parse(line) as Addresses };
  }
  throw new Error("the playground ended before it was ready");
}

/** Says something by a quick reply of the bot. */
async function press(page: Page, label: RegExp): Promise<void> {
  await page.locator("#replies button", { hasText: label }).click();
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator("#words").fill(text);
  await page.locator("#words").press("Enter");
}

/** Waits until the bot said it, and until the line has faded in. */
async function read(page: Page, line: RegExp): Promise<void> {
  const bubble = page.locator(".message-bubble", { hasText: line }).last();
  await bubble.waitFor();
  await bubble.evaluate("(line) => Promise.all(line.getAnimations().map((each) => each.finished))");
}

/** Pays on the page behind the link, as a person does. */
async function pay(page: Page): Promise<void> {
  const [checkout] = await Promise.all([page.waitForEvent("popup"), page.locator(".card a").last().click()]);
  await checkout.locator("#pay").click();
  await checkout.waitForLoadState();
  await checkout.close();
}

/** An order, the link, paid, the refund and its end, in one conversation. */
async function takeChat(browser: Browser, { chat }: Addresses): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 460, height: 1290 }, deviceScaleFactor: 2 });
  await page.goto(chat);
  await press(page, /Masala chai/);
  await read(page, /your name/);
  await write(page, "John");
  await read(page, /mobile number/);
  await write(page, "9999999999");
  await read(page, /payment link/);
  await pay(page);
  await read(page, /^Paid/);
  await press(page, /refund/);
  await press(page, /QFL/);
  await read(page, /^Refund requested/);
  await read(page, /^Refunded/);
  await page.screenshot({ path: join(images, "chat.png") });
  await page.close();
}

/** The whole bot: its nodes still say what they did for the chat. */
async function takeCanvas(browser: Browser, { canvas }: Addresses): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 2060 } });
  await page.goto(canvas);
  await page.getByText("Greet, offer the products").waitFor();
  await page.evaluate("RED.actions.invoke('core:toggle-right-sidebar')");
  await page.getByText("paid 200.00").waitFor();
  await page.screenshot({ path: join(images, "canvas.png") });
  await page.close();
}

const folder = mkdtempSync(join(tmpdir(), "pictures-"));
mkdirSync(images, { recursive: true });
const browser = await launchBrowser();
const { child, addresses } = await startPlayground(folder);
try {
  await takeChat(browser, addresses);
  await takeCanvas(browser, addresses);
} finally {
  await browser.close();
  child.kill();
  await new Promise((resolve) => child.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}
