import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator } from "playwright-core";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";
import { type Editor, openEditor } from "./editor.ts";
import type { WorkflowNode, WorkflowText } from "./n8n-client.ts";
import { type N8nScene, startScene } from "./scene.ts";
import { chain, typeOf } from "./workflows.ts";

const manual: WorkflowNode = { name: "Start", type: "n8n-nodes-base.manualTrigger" };
let scene: N8nScene;
let host: TestHttpHost;
let editor: Editor;
let credentials: Record<string, { id: string; name: string }>;

/** Under the name that n8n gives it where a person makes it. */
async function credential(type: string, name: string, data: Readonly<Record<string, string>>) {
  const made = (await scene.n8n.rest("POST", "/rest/credentials", { name, type, data })) as { data: { id: string } };
  return { id: made.data.id, name };
}

beforeAll(async () => {
  [scene, host] = await Promise.all([startScene(), startTestHttpHost()]);
  credentials = { instamojoApi: await credential("instamojoApi", "Instamojo account", scene.credential) };
  editor = await openEditor(scene.n8n.url);
}, 240_000);
afterAll(async () => {
  await editor?.close();
  await host?.close();
  await scene?.close();
}, 60_000);

const ours = (name: string, type: string, parameters: Record<string, unknown> = {}): WorkflowNode => ({
  name,
  type: typeOf(type),
  parameters,
  credentials,
});

async function seen(locator: Locator): Promise<string> {
  await locator.first().waitFor();
  return locator.first().innerText();
}

async function openOur(node: WorkflowNode): Promise<void> {
  const nodes = node.type === typeOf("instamojoTrigger") ? [node] : [manual, node];
  await editor.openWorkflow(await scene.n8n.createWorkflow(chain(node.name, nodes)));
  await editor.openNode(node.name);
}

describe("what a person sees in n8n's editor", () => {
  it("finds the nodes by name, with their picture and what they do", async () => {
    await editor.openWorkflow(await scene.n8n.createWorkflow(chain("Empty", [manual])));
    await editor.part("node-creator-plus-button").first().click();
    await editor.part("node-creator-search-bar").fill("instamojo");
    const found = editor.part("item-iterator-item").filter({ hasText: "Instamojo" });
    expect(await seen(found)).toMatch(/Make payment links, refund payments/);
    const widths = await found
      .locator("img")
      .evaluateAll((all) => all.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth));
    expect(widths.length).toBeGreaterThanOrEqual(2);
    for (const width of widths) expect(width).toBeGreaterThan(0);
    await editor.picture("n8n-palette");
    await found.first().click();
    expect(await seen(editor.page.getByText("Create refund"))).toBe("Create refund (moves money back, for good)");
  }, 120_000);

  it("gets the link at the first look, and what to do where a field is wrong", async () => {
    const fields = { amount: "200", customerName: "John", purpose: "Iphone" };
    await openOur(ours("Instamojo", "instamojo", { operation: "generate-payment-link", ...fields }));
    await editor.runNode();
    const output = editor.part("output-panel");
    const shown = await seen(output.getByText(/^http:\/\/127\.0\.0\.1:\d+\/@/));
    expect(shown).toContain(String(scene.simulator.ledger().paymentRequests.at(-1)?.id));
    expect((await output.locator("th").allInnerTexts()).slice(0, 2)).toEqual(["status", "link"]);
    await editor.picture("n8n-node");
    await editor.part("parameter-input-amount").locator("input").fill("5");
    await editor.runNode();
    expect(await seen(editor.part("node-error-message"))).toBe("Amount must be at least 9.00.");
    expect(await output.innerText()).toContain("Write it like 200 or 199.50");
    await editor.page.keyboard.press("Escape");
    expect(await seen(editor.page.getByText("Generate payment link"))).toBe("Generate payment link");
  }, 120_000);

  it.each([
    ["good keys", {}, "Connection tested successfully"],
    ["wrong keys", { clientSecret: "wrong" }, "Couldn’t connect with these settings"],
  ])(
    "is told at once of %s in the credential",
    async (_kind, wrong, told) => {
      const { id } = await credential("instamojoApi", "Tried", { ...scene.credential, ...wrong });
      await editor.openCredential(id);
      await editor.page.getByText(told).waitFor();
      await editor.page.getByText("World", { exact: true }).waitFor();
    },
    120_000,
  );

  it("can choose the HTTP host for the trigger, and reads where its address goes", async () => {
    const data = { baseUrl: host.url, apiKey: host.keys.read, account: "shop", eventSecret: "" };
    const hosted = await credential("instamojoHostApi", "Instamojo HTTP Host account", data);
    await openOur(ours("Instamojo Trigger", "instamojoTrigger"));
    await editor.page.getByText(/paste it as Trigger Address into the credential/).waitFor();
    await editor.part("node-credentials-select").click();
    await editor.page.getByText(hosted.name).click();
    await editor.page.getByText(/put it into the configuration of the host, under deliver/).waitFor();
    await editor.picture("n8n-trigger");
    await editor.openCredential(hosted.id);
    await editor.page.getByText("Connection tested successfully").waitFor();
  }, 120_000);

  it("buys, pays and gets the money back in the chat of the example", async () => {
    const file = new URL("../../docs/examples/n8n/chat-bot.json", import.meta.url);
    const { nodes, ...rest } = JSON.parse(readFileSync(file, "utf8")) as WorkflowText;
    const filled = nodes.map((node) => (node.type === typeOf("instamojo") ? { ...node, credentials } : node));
    await editor.openWorkflow(await scene.n8n.createWorkflow({ ...rest, nodes: filled }));
    await editor.openChat();
    await editor.say("paid", /no link in this chat yet/);
    const offer = await editor.say("buy", /Please pay ₹250\.00 for Tea/);
    const [checkout] = await Promise.all([editor.page.context().waitForEvent("page"), offer.getByRole("link").click()]);
    await checkout.locator("#pay").click();
    await checkout.waitForLoadState();
    await checkout.close();
    await editor.say("paid", /we have your payment of ₹250\.00/);
    await editor.say("refund", /₹250\.00 goes back/);
    expect(scene.simulator.ledger().refunds.map(({ amountPaise }) => amountPaise)).toEqual([25_000]);
    await editor.picture("n8n-chat");
  }, 120_000);
});
