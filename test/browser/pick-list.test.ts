import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { botOf } from "../hosts/bot.ts";
import { accountNode, botFlow } from "../hosts/bot-flow.ts";
import { type NodeRed, startNodeRed } from "../hosts/start-node-red.ts";

describe.each(["node-red", "node-red-4"] as const)("the list to pick from in the forms of %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let browser: Browser;
  let page: Page;
  const paid: string[] = [];
  const broken: string[] = [];

  beforeAll(async () => {
    [simulator, nodeRed, browser] = await Promise.all([
      startSimulator({ port: 0 }),
      startNodeRed({ release, isPublic: true }),
      launchBrowser(),
    ]);
    await nodeRed.deploy(botFlow(simulator.url));
    const bot = botOf(nodeRed);
    const people = ["John Doe", "John", '<img src=x onerror="document.title=1">'];
    for (let order = 1; order <= 24; order += 1) {
      const chat = { chat: `c-${order}` };
      const { payment } = await bot.buy({ order, amount: `${order}499`, name: people[order % 3], conversation: chat });
      const { paymentRequestId } = payment!;
      if (order > 3) paid.push(simulator.control.pay({ paymentRequestId, outcome: "success" }).id);
      if (order === 24) await bot.eventOf(paymentRequestId, "Completed");
    }
    await bot.ask("/refund", { paymentId: paid[0] });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(8_000);
    page.on("pageerror", (error) => broken.push(error.message));
    await page.goto(`${nodeRed.url}/canvas/`);
    await page.locator("#refund").waitFor();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await simulator?.close();
    if (nodeRed) await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const panel = () => page.locator(".im-pick-panel");
  const items = () => panel().locator(".im-pick-item");
  const button = (name: string) => page.locator(`.im-row[data-field="${name}"] .im-pick`);

  async function open(node: string): Promise<void> {
    await page.evaluate(`RED.editor.edit(RED.nodes.node("${node}"))`);
    await page.locator("#node-dialog-ok").waitFor();
    await page.waitForTimeout(400);
  }

  it("offers what can be refunded, finds one by a word and fills the field with its id, by the keyboard alone", async () => {
    await open("refund");
    await button("paymentId").focus();
    await page.keyboard.press("Enter");
    await items().first().waitFor();
    await expect(items().first().innerText()).resolves.toMatch(/^₹24,499\.00 · Order 24 · John Doe · paid \d+ \w+\n/);
    await screenshot(page, `pick-list-${release}-1-open`);
    expect(await page.title()).not.toBe("1");

    await page.keyboard.type("doe");
    await page.waitForFunction("document.querySelectorAll('.im-pick-item').length === 7");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await screenshot(page, `pick-list-${release}-2-search`);
    await page.keyboard.press("Enter");
    await panel().waitFor({ state: "detached" });
    await expect(page.locator("#node-input-paymentId").inputValue()).resolves.toBe(paid.at(-4));
    await expect(page.locator("#node-input-paymentIdType").inputValue()).resolves.toBe("str");
    await expect(page.locator(".im-row[data-field=paymentId] .im-error").innerText()).resolves.toBe("");
    await screenshot(page, `pick-list-${release}-3-picked`);
  }, 60_000);

  it("closes with Esc and leaves the form open, goes on with More, and offers each once", async () => {
    await button("paymentId").click();
    await items().first().waitFor();
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
    await page.locator("#node-dialog-ok").waitFor();
    await expect(page.locator("#node-input-paymentId").inputValue()).resolves.toBe(paid.at(-4));

    await button("paymentId").click();
    await panel().locator(".im-pick-more").click();
    await page.waitForFunction("document.querySelectorAll('.im-pick-item').length >= 20");
    while ((await panel().locator(".im-pick-more").count()) > 0) {
      // The row goes away by itself when it was the last.
      const more = panel().locator(".im-pick-more");
      await more.click({ timeout: 1_000 }).catch(() => {});
    }
    const ids = await panel().locator(".im-pick-id").allInnerTexts();
    expect(new Set(ids)).toEqual(new Set(paid.slice(1)));
    expect(ids).toHaveLength(20);
    await page.keyboard.press("Escape");
    await page.locator("#node-dialog-cancel").click();
    await page.locator("#node-dialog-ok").waitFor({ state: "hidden" });
  }, 60_000);

  it("offers links of the node's account, and says what to do where the account is not running", async () => {
    await open("status");
    await button("paymentRequestId").click();
    await items().first().waitFor();
    await panel().locator("input").pressSequentially("3,499 asked");
    await page.waitForFunction("document.querySelectorAll('.im-pick-item').length === 1");
    await items().first().click();
    await expect(page.locator("#node-input-paymentRequestId").inputValue()).resolves.toMatch(/^[0-9a-f]{32}$/);
    await page.evaluate("$('#node-input-account').val('_ADD_')");
    await button("paymentId").click();
    await panel().locator(".im-pick-note", { hasText: "Choose an account and deploy" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#node-dialog-cancel").click();
    expect(broken).toEqual([]);
  }, 60_000);

  it("names people only where no live account stands open to everybody", async () => {
    const list = async (path: string, headers = {}) =>
      (await (await fetch(`${nodeRed.url}/canvas/instamojo/pick/${path}?account=account`, { headers })).json()) as {
        ok: boolean;
        items: { title: string }[];
      };
    const first = async (path: string) => (await list(path)).items[0]?.title;
    expect(await first("payments")).toBe("₹24,499.00 · Order 24 · J… D…");
    expect(await first("payments/named")).toBe("₹24,499.00 · Order 24 · John Doe");
    expect(await list("everything")).toMatchObject({ ok: false });
    expect(await list("payments/named", { origin: "https://elsewhere.example" })).toMatchObject({ ok: false });
    const credentials = { clientId: "some_client_id", clientSecret: "some_secret" };
    const live = accountNode("https://api.instamojo.com", { id: "live-account", name: "live", credentials });
    await nodeRed.deploy([...botFlow(simulator.url), live]);
    expect(await first("payments/named")).toBe("₹24,499.00 · Order 24 · J… D…");
  }, 30_000);
});
