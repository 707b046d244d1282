import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import { localClientId, localClientSecret, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type NodeRed, startNodeRed } from "../hosts/start-node-red.ts";

/** What stands on the canvas before the person comes: a way in and a way out. */
const canvasBefore = [
  { id: "bot", type: "tab", label: "Bot" },
  { id: "in", type: "http in", z: "bot", x: 130, y: 140, url: "/buy", method: "post", wires: [[]] },
  { id: "out", type: "http response", z: "bot", x: 620, y: 140, wires: [] },
];

describe.each(["node-red", "node-red-4"] as const)("a person at the canvas of %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let browser: Browser;
  let page: Page;
  const outside: string[] = [];
  const broken: string[] = [];

  beforeAll(async () => {
    [simulator, nodeRed, browser] = await Promise.all([
      startSimulator({ port: 0 }),
      startNodeRed({ release }),
      launchBrowser(),
    ]);
    await nodeRed.deploy(canvasBefore);
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.on("request", (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(nodeRed.url)) outside.push(request.url());
    });
    page.on("pageerror", (error) => broken.push(error.message));
    await page.goto(`${nodeRed.url}/canvas/`);
    await page.locator("#in").waitFor();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const field = (name: string): Locator => page.locator(`.im-row[data-field="${name}"]`);
  const type = async (name: string, text: string): Promise<void> => {
    const input = field(name).locator("input:visible").first();
    await input.fill(text);
    await input.blur();
  };
  const picture = (name: string) => screenshot(page, `canvas-${release === "node-red" ? "5" : "4.1"}-${name}`);

  /** Where the middle of something is; a dialog that still slides in moves it. */
  async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
    const box = (await target.boundingBox())!;
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 5 });
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await page.mouse.up();
  }

  /** Drags a node from the palette, as often as it takes: a busy machine misses the drop of a mouse that waits for nobody. */
  async function drop(type: string, label: string, to: { x: number; y: number }): Promise<Locator> {
    const item = page.locator(`[data-palette-type="${type}"]`);
    const node = page.locator(".red-ui-flow-node-group", { hasText: label });
    for (let attempt = 1; attempt <= 5 && (await node.count()) === 0; attempt += 1) {
      await item.hover();
      await drag(await middleOf(item), to);
      await node.waitFor({ timeout: 3_000 }).catch(() => {});
    }
    return node;
  }

  async function wire(from: Locator, to: Locator): Promise<void> {
    const links = page.locator(".red-ui-flow-link-line");
    const before = await links.count();
    for (let attempt = 1; attempt <= 5 && (await links.count()) === before; attempt += 1) {
      await drag(await middleOf(from), await middleOf(to));
      await links
        .nth(before)
        .waitFor({ timeout: 2_000, state: "attached" })
        .catch(() => {});
    }
  }

  const output = (node: Locator, index = 0) => node.locator(".red-ui-flow-port-output .red-ui-flow-port").nth(index);
  const input = (node: Locator) => node.locator(".red-ui-flow-port-input .red-ui-flow-port");

  async function deploy(): Promise<void> {
    const deployed = page.waitForResponse(
      (response) => response.url().endsWith("/flows") && response.request().method() === "POST",
    );
    await page.locator("#red-ui-header-button-deploy").click();
    expect((await deployed).status()).toBe(200);
  }

  it("finds the nodes in a palette drawer of their own", async () => {
    const labels = await page.locator("#red-ui-palette-container-Payment .red-ui-palette-label").allInnerTexts();
    expect(labels.map((label) => label.replace(/\s+/g, " "))).toEqual([
      "Generate payment link",
      "Create refund",
      "Collect payment",
      "Get payment status",
      "Get refund status",
      "List payments",
      "Disable payment link",
      "Enable payment link",
      "Payment status",
      "Event handled",
    ]);
  });

  it("drags a node onto the canvas, opens it and adds an account that works", async () => {
    const between = await middleOf(page.locator("#in"));
    const place = { x: between.x + 250, y: between.y };
    const node = await drop("instamojo-generate-payment-link", "Generate payment link", place);
    await node.dblclick();
    await page.locator("#node-dialog-ok").waitFor();
    await expect(field("amount").locator(".im-error").innerText()).resolves.toContain("Amount must be filled in.");

    await page.locator("#node-input-btn-account-add").click();
    await page.locator("#node-config-dialog-ok").waitFor();
    await type("name", "My Shop");
    await expect(field("name").locator(".im-error").innerText()).resolves.toContain(
      "Account name must be lowercase letters, digits and underscores only.",
    );
    await type("name", "shop");
    await field("baseUrl").locator(".red-ui-typedInput-type-select").click();
    await page.locator('.red-ui-typedInput-options a[value="local"]').click();
    await type("baseUrl", simulator.url);
    await type("clientId", localClientId);
    await type("clientSecret", `${localClientSecret}x`);
    await page.locator("#im-test").click();
    await page.locator("#im-test-result.im-failed").waitFor();
    await type("clientSecret", localClientSecret);
    await page.locator("#im-test").click();
    await page.locator("#im-test-result.im-ok").waitFor();
    await picture("1-account");
    await page.locator("#node-config-dialog-ok").click();
    await page.locator("#node-config-dialog-ok").waitFor({ state: "hidden" });
    await expect(page.locator("#node-input-account option:checked").innerText()).resolves.toBe("shop (local)");
  }, 60_000);

  it("sees beside the field what is wrong with it, and that it is right after the correction", async () => {
    await type("amount", "5");
    const message = field("amount").locator(".im-error");
    await expect(message.innerText()).resolves.toContain("Amount must be at least 9.00.");
    await expect(field("amount").locator(".red-ui-typedInput-container").getAttribute("class")).resolves.toContain(
      "input-error",
    );
    await type("purpose", "Iphone");
    await field("sendEmail").locator('[role="switch"]').click();
    await expect(field("customerEmail").locator(".im-error").innerText()).resolves.toContain(
      "Customer Email must be filled in when Send Email is on.",
    );
    await picture("2-field-errors");
    await field("sendEmail").locator('[role="switch"]').click();
    await type("amount", "200");
    await expect(page.locator(".im-form .im-error:visible").count()).resolves.toBe(0);
    await expect(field("amount").locator(".red-ui-typedInput-container").getAttribute("class")).resolves.not.toContain(
      "input-error",
    );
  }, 60_000);

  it("takes a value from the message instead, and is told when the expression is empty", async () => {
    await field("customerName").locator(".red-ui-typedInput-type-select").click();
    await page.locator('.red-ui-typedInput-options:visible a[value="msg"]').click();
    await expect(field("customerName").locator(".im-error").innerText()).resolves.toContain("Customer Name must be");
    await type("customerName", "payload.name");
    await expect(page.locator(".im-form .im-error:visible").count()).resolves.toBe(0);
    await page.locator("details.im-advanced summary").click();
    await expect(field("statusCallbackUrl").innerText()).resolves.toContain("Filled in for you");
    await page.locator("details.im-advanced summary").scrollIntoViewIfNeeded();
    await picture("3-advanced");
    await page.locator("#node-dialog-ok").click();
    await page.locator("#node-dialog-ok").waitFor({ state: "hidden" });
  }, 60_000);

  it("wires, deploys and runs it, and reads on the canvas what happened", async () => {
    const node = page.locator(".red-ui-flow-node-group", { hasText: "Generate payment link" });
    await wire(output(page.locator("#in")), input(node));
    await wire(output(node), input(page.locator("#out")));
    await deploy();
    await node.getByText("shop, local").waitFor();

    const { status, body } = await nodeRed.postJson("/buy", { name: "John" });
    expect(status).toBe(200);
    expect(body).toEqual({ name: "John" });
    await node.getByText("link 200.00").waitFor();
    expect(simulator.ledger().paymentRequests).toMatchObject([
      { amountPaise: 20_000, purpose: "Iphone", buyerName: "John" },
    ]);
    await picture("4-deployed");
    const stored = await readFile(join(nodeRed.userDir, "flows.json"), "utf8");
    expect(stored).toContain('"amount":"200"');
    expect(stored).not.toContain(localClientSecret);
  }, 60_000);

  it("adds the event, chooses its statuses, and sends a sample into the flow", async () => {
    const above = await middleOf(page.locator("#in"));
    const place = { x: above.x + 20, y: above.y + 150 };
    const node = await drop("instamojo-payment-status", "Payment status", place);
    await node.dblclick();
    await page.locator("#node-dialog-ok").waitFor();
    const box = (status: string) => field("statuses").locator("label", { hasText: status }).locator("input");
    for (const status of ["Completed", "Failed", "Refunded", "Cancelled"]) await box(status).uncheck();
    await expect(field("statuses").locator(".im-error").innerText()).resolves.toContain("Choose at least one status.");
    await box("Completed").check();
    await expect(page.locator(".im-form .im-error:visible").count()).resolves.toBe(0);
    await page.locator("#im-sample-send").click();
    await page.locator("#im-sample-result", { hasText: "Deploy first." }).waitFor();
    await page.locator("#node-dialog-ok").click();
    await page.locator("#node-dialog-ok").waitFor({ state: "hidden" });
    await deploy();
    await node.getByText("waiting, all accounts").waitFor();
    expect(JSON.parse(await readFile(join(nodeRed.userDir, "flows.json"), "utf8"))).toContainEqual(
      expect.objectContaining({
        type: "instamojo-payment-status",
        accounts: [],
        statuses: ["Completed"],
        refundUpdates: false,
      }),
    );

    await node.dblclick();
    await page.locator("#im-sample-send").click();
    await page.locator("#im-sample-result.im-ok").waitFor();
    await picture("5-event");
    await page.locator("#node-dialog-cancel").click();
    await page.locator("#node-dialog-cancel").waitFor({ state: "hidden" });
    await node.getByText("sample Completed 200.00").waitFor();
  }, 60_000);

  it("reads in the help panel what the declaration says", async () => {
    await page.locator(".red-ui-flow-node-group", { hasText: "Generate payment link" }).click();
    await page.locator(".red-ui-flow-node-group", { hasText: "Generate payment link" }).dblclick();
    await page.locator("#node-dialog-ok").waitFor();
    await page.locator(".red-ui-tray-footer .fa-book").first().click();
    const help = page.locator(".red-ui-help");
    await help.getByText("Generates a payment link at any point in a conversation.").waitFor();
    for (const text of ["customerMobileNumber", "outcome_unknown", "FIFA 16"])
      await help.getByText(text).first().waitFor();
    await picture("6-help");
    await page.locator("#node-dialog-cancel").click();
  }, 60_000);

  it("needs no other host, and nothing breaks in the page", () => {
    expect(outside).toEqual([]);
    expect(broken).toEqual([]);
  });
});
