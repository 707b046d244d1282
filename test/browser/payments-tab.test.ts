import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { localClientId, localClientSecret, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type NodeRed, startNodeRed } from "../hosts/start-node-red.ts";

describe.each(["node-red", "node-red-4"] as const)("the payments tab of %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let browser: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    [simulator, nodeRed, browser] = await Promise.all([
      startSimulator({ port: 0 }),
      startNodeRed({ release, isPublic: true }),
      launchBrowser(),
    ]);
    const credentials = { clientId: localClientId, clientSecret: localClientSecret };
    await nodeRed.deploy([
      { id: "bot", type: "tab", label: "Bot" },
      { id: "account-1", type: "instamojo-account", name: "shop", baseUrl: simulator.url, credentials },
      { id: "paid", type: "instamojo-payment-status", z: "bot", x: 200, y: 200, name: "Ship it", wires: [[]] },
    ]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(8_000);
    page.on("pageerror", (error) => broken.push(error.message));
    await page.goto(`${nodeRed.url}/canvas/`);
    await page.locator("#paid").waitFor();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await simulator?.close();
    if (nodeRed) await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  it("shows the operator page beside the flow, with the account and its callback URL", async () => {
    await page.evaluate("RED.sidebar.show('instamojo-payments')");
    const tab = page.frameLocator('iframe[title="Payments"]');
    await tab.getByText("No link was made yet.").waitFor();
    await tab.getByRole("heading", { name: "shop" }).waitFor();
    await tab.getByRole("button", { name: "Copy the callback URL of shop" }).click();
    await tab.getByText("Callback URL copied.").waitFor();
    const copied = await tab.getByLabel("Callback URL", { exact: true }).inputValue();
    expect(copied).toMatch(new RegExp(`^${nodeRed.url}/integrations/instamojo/shop\\?id=[\\w-]{43}$`));
    await screenshot(page, `payments-tab-${release}`);
    expect(broken).toEqual([]);
  });

  it("refuses what another page sends, and keeps the page out of frames of others", async () => {
    const api = `${nodeRed.url}/canvas/instamojo/operator/api/commands/redeliver`;
    const headers = { "content-type": "application/json", origin: "https://elsewhere.example" };
    const answer = await fetch(api, { method: "POST", headers, body: '{"eventId":"evt_1","by":"John"}' });
    expect(answer.status).toBe(403);
    const shown = await fetch(`${nodeRed.url}/canvas/instamojo/operator`);
    expect(shown.url).toBe(`${nodeRed.url}/canvas/instamojo/operator/`);
    expect(shown.headers.get("content-security-policy")).toContain("frame-ancestors 'self'");
  });
});
