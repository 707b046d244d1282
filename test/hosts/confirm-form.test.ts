import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type NodeRed, startNodeRed } from "./start-node-red.ts";

const flow = [
  { id: "bot", type: "tab", label: "Bot" },
  // As it was deployed before there was such an option.
  {
    id: "paid",
    type: "instamojo-payment-status",
    z: "bot",
    x: 160,
    y: 140,
    accounts: [],
    statuses: ["Completed"],
    wires: [["end"]],
  },
  { id: "end", type: "instamojo-event-handled", z: "bot", x: 400, y: 140, wires: [[]] },
];

describe.each(["node-red", "node-red-4"] as const)("the form of Confirm handling on %s", (release) => {
  let nodeRed: NodeRed;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [nodeRed, browser] = await Promise.all([startNodeRed({ release }), launchBrowser()]);
    await nodeRed.deploy(flow);
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
    await page.goto(`${nodeRed.url}/canvas/`);
    await page.locator("#paid").waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await nodeRed.stop();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });
  const picture = (name: string) => screenshot(page, `confirm-${release === "node-red" ? "5" : "4.1"}-${name}`);

  it("is off, refuses a time that is none, and is deployed as it was filled in", async () => {
    await page.locator("#paid").dblclick();
    const box = page.locator("#node-input-confirmHandling");
    const time = page.locator("#node-input-confirmWithin");
    await box.waitFor();
    expect(await box.isChecked()).toBe(false);
    expect(await time.isVisible()).toBe(false);
    await box.check();
    expect(await time.inputValue()).toBe("30");
    await time.fill("601");
    await time.blur();
    expect(await page.locator('[data-error="confirmWithin"]').textContent()).toContain("whole seconds from 1 to 600");
    await time.fill("120");
    await time.blur();
    expect(await page.locator('[data-error="confirmWithin"]').textContent()).toBe("");
    await picture("form");
    await page.locator("#node-dialog-ok").click();
    await box.waitFor({ state: "detached" });
    await page.locator("#end").dblclick();
    await page.locator(".im-form .im-help").first().waitFor();
    await picture("handled");
    await page.locator("#node-dialog-ok").click();
    await page.locator("#red-ui-header-button-deploy").click();
    for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const { flows } = (await nodeRed.getJson("/canvas/flows")) as { flows: Record<string, unknown>[] };
      if (flows.find(({ id }) => id === "paid")?.["confirmHandling"] === undefined) continue;
      expect(flows.find(({ id }) => id === "paid")).toMatchObject({ confirmHandling: true, confirmWithin: 120 });
      return;
    }
    throw new Error("It was never deployed.");
  }, 60_000);
});
