import type { Browser, Locator, Page } from "playwright-core";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { owner } from "./n8n-client.ts";

/** n8n's editor in a browser, signed in. */
export interface Editor {
  readonly page: Page;
  openWorkflow(id: string): Promise<void>;
  /** Opens the window of a credential; n8n tests it at that. */
  openCredential(id: string): Promise<void>;
  /** Opens the panel of a node on the canvas. */
  openNode(name: string): Promise<void>;
  /** Runs the node whose panel is open. */
  runNode(): Promise<void>;
  /** A part of n8n by the name that its own tests use. */
  part(name: string): Locator;
  /** Opens the chat below the canvas, high enough for a conversation. */
  openChat(): Promise<void>;
  /** Writes a line into the open chat. Resolves once the bot has said what is waited for. */
  say(line: string, awaited: RegExp): Promise<Locator>;
  /** Takes a picture to look at later, without n8n's passing notices. */
  picture(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openEditor(url: string): Promise<Editor> {
  const browser: Browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  const part = (name: string) => page.locator(`[data-test-id="${name}"]`);
  await page.goto(`${url}/signin`);
  await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
  await page.locator('input[type="password"]').fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((address) => !address.pathname.includes("signin"));

  return {
    page,
    part,
    async openWorkflow(id) {
      await page.goto(`${url}/workflow/${id}`);
      await part("canvas-node").first().waitFor();
    },
    async openCredential(id) {
      await page.goto([url, "home", "credentials", id].join("/"));
    },
    async openNode(name) {
      await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
      await part("node-execute-button").waitFor();
    },
    async runNode() {
      await part("node-execute-button").click();
    },
    async openChat() {
      await page.setViewportSize({ width: 1440, height: 1280 });
      // A click by the mouse waits for the button to stand still, which it does not always do here.
      await part("workflow-chat-button").first().dispatchEvent("click");
      await page.getByPlaceholder(/Type message/).waitFor();
      const edge = (await page.getByText("Logs", { exact: true }).first().boundingBox())?.y ?? 0;
      await page.mouse.move(700, edge - 8);
      await page.mouse.down();
      await page.mouse.move(700, 620, { steps: 4 });
      await page.mouse.up();
      await part("zoom-to-fit").click();
    },
    async say(line, awaited) {
      const box = page.getByPlaceholder(/Type message/);
      await box.fill(line);
      await box.press("Enter");
      const answer = page.locator(".chat-message-from-bot", { hasText: awaited }).last();
      await answer.waitFor();
      return answer;
    },
    async picture(name) {
      await page.addStyleTag({ content: ".el-notification { display: none !important }" });
      return screenshot(page, name);
    },
    close: () => browser.close(),
  };
}
