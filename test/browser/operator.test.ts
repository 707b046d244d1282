import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import type { DeliveryRow } from "../../src/store/rows.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";
import { serveOperator } from "../operator/serve-operator.ts";
import { messageRow } from "../stores/sample-rows.ts";

describe("the operator page", () => {
  let host: PluginHost;
  let store: Store;
  let operator: Awaited<ReturnType<typeof serveOperator>>;
  let browser: Browser;
  let page: Page;
  const broken: string[] = [];
  const outside: string[] = [];

  async function link(input: Record<string, unknown>): Promise<string> {
    const result = await host.run("generate-payment-link", { amount: "200", ...input });
    if (result.port !== "success") throw new Error(JSON.stringify(result));
    return (result.output as { paymentRequestId: string }).paymentRequestId;
  }
  const pay = (paymentRequestId: string) => host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  const paid = (paymentRequestId: string) =>
    host.event((event) => event.paymentRequestId === paymentRequestId && event.status === "Completed");
  /** The delivery of an event, once it is marked as taken. */
  async function delivered(tag: string, eventId: string): Promise<DeliveryRow> {
    for (;;) {
      const { deliveries = [] } = (await store.history(tag)) ?? {};
      const delivery = deliveries.find((one) => one.eventId === eventId);
      if (delivery?.state === "taken") return delivery;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const timeline = () => page.locator(".timeline li").allInnerTexts();

  beforeAll(async () => {
    store = await openSqliteStore({ file: ":memory:" });
    [host, browser] = await Promise.all([startPluginHost({ host: { store } }), launchBrowser()]);
    operator = await serveOperator(host.plugin);
    page = await browser.newPage({ viewport: { width: 420, height: 900 }, locale: "en-IN" });
    page.setDefaultTimeout(5_000);
    page.on("pageerror", (error) => broken.push(error.message));
    page.on("console", (entry) => entry.type() === "error" && broken.push(entry.text()));
    page.on("request", (request) => {
      if (!request.url().startsWith(operator.url)) outside.push(request.url());
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await operator?.close();
    await host?.close();
  });

  it("says so when there is nothing yet, and shows the account with its callback URL but not its secret", async () => {
    await page.goto(operator.url);
    await page.getByText("No link was made yet.").waitFor();
    const callback = page.getByLabel("Callback URL", { exact: true });
    expect(await callback.inputValue()).toBe(`${host.origin}/integrations/instamojo/shop?id=…`);
    await screenshot(page, "operator-empty");
  });

  it("tells the story of a payment from asked to delivered", async () => {
    const id = await link({
      purpose: "Iphone",
      reference: "order-1001",
      customerName: "John Smith",
      customerEmail: "john@example.com",
      customerMobileNumber: "9876543210",
    });
    await pay(id);
    await paid(id);
    await page.goto(operator.url);
    await page.getByRole("link", { name: /Iphone/ }).click();
    await page.getByText("Paid, and every flow that listens has been told.").waitFor();
    const lines = (await timeline()).join("\n");
    expect(lines).toMatch(/Link over ₹200\.00 asked for[\s\S]*Link made[\s\S]*Webhook received[\s\S]*Paid ₹200\.00/);
    expect(lines).toMatch(/told by a webhook and confirmed by asking Instamojo[\s\S]*Delivered to test/);
    await screenshot(page, "operator-payment-sidebar");
  });

  it("shows the customer only when asked for", async () => {
    const facts = page.locator("dl").first();
    expect(await facts.innerText()).toContain("J… S…, j…@example.com, +91……3210");
    await page.getByRole("button", { name: "Show the customer unmasked" }).click();
    await facts.getByText("John Smith, john@example.com, +919876543210").waitFor();
  });

  it("finds a payment by its reference, its purpose and the id of its payment", async () => {
    await link({ purpose: "Tea for two", reference: "order-2002" });
    const { payments } = host.simulator.ledger();
    const paymentId = payments[0]?.id as string;
    await page.goto(operator.url);
    for (const [text, amount, purpose] of [
      ["order-2002", 1, "Tea for two"],
      ["TEA", 1, "Tea for two"],
      [paymentId, 1, "Iphone"],
    ] as const) {
      await page.getByLabel("Search by id").fill(text);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Found" }).waitFor();
      await page.locator(".payments").getByText(purpose).waitFor();
      expect(await page.locator(".payments li").count()).toBe(amount);
    }
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("heading", { name: "Recent payments" }).waitFor();
    expect(await page.locator(".payments li").count()).toBe(2);
  });

  it("delivers a parked event again, and remembers who did it", async () => {
    const id = await link({ purpose: "Parked cake", amount: "450" });
    await pay(id);
    const event = await paid(id);
    const tag = (await store.tagsOf(id))[0] as string;
    const taken = await delivered(tag, event.id);
    const before = host.events.length;
    await store.saveDelivery({ ...taken, state: "parked", attempts: 11, cause: "timeout" });

    await page.goto(operator.url);
    const held = page.locator(".held li", { hasText: "Parked: test did not take an event" });
    await held.waitFor();
    await held.getByRole("link").click();
    await page.getByText("An event is parked: a flow did not take it.").waitFor();
    expect((await timeline()).join("\n")).toMatch(/Parked: test did not take it\s+Tried 11 times \(timeout\)\./);
    await screenshot(page, "operator-parked");
    await page.locator(".timeline .bad").getByRole("button", { name: "Deliver again" }).click();
    await page.getByRole("dialog").getByLabel("Your name").fill("John");
    await screenshot(page, "operator-dialog");
    await page.getByRole("dialog").getByRole("button", { name: "Deliver again" }).click();
    await page.getByText("John sent the event once more").waitFor();
    await expect(host.event((one) => one.id === event.id && host.events.length > before)).resolves.toBeDefined();
  });

  it("dismisses a quarantined message with a reason", async () => {
    const id = await link({ purpose: "Doubtful sofa", amount: "20000" });
    const tag = (await store.tagsOf(id))[0] as string;
    const now = Date.now();
    await store.saveMessage(
      messageRow({
        id: "odd-message",
        environment: "local",
        account: "shop",
        tag,
        paymentRequestId: id,
        paymentId: "MOJO5a06005J21512199",
        receivedAt: now,
        settledAt: now,
        state: "quarantined",
        cause: "amount",
        nextAt: now + 1_000_000_000,
      }),
    );
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(operator.url);
    const held = page.locator(".held li", { hasText: "Quarantined: amount differs" });
    await held.waitFor();
    await screenshot(page, "operator-phone");
    await held.getByRole("link").click();
    await page.getByText("contradicts what Instamojo says and is quarantined").waitFor();
    await screenshot(page, "operator-quarantined-phone");
    await page.getByRole("button", { name: "Check again" }).click();
    await page.getByText("Instamojo is asked now.").waitFor();
    // Instamojo does not know the payment: the read says nothing new, and the quarantine goes on.
    while ((await store.messageById("odd-message"))!.nextAt > now + 1_000_000)
      await new Promise((done) => setTimeout(done, 20));
    await page.getByText("contradicts what Instamojo says and is quarantined").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Dismiss" }).click();
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByLabel("Your name").fill("John");
    await dialog.getByLabel("Why").fill("Somebody tried a cheaper payment.");
    await dialog.getByRole("button", { name: "Dismiss" }).click();
    await page.getByText("John dismissed the message").waitFor();
    expect((await timeline()).join("\n")).toContain("Somebody tried a cheaper payment.");
    expect((await store.messageById("odd-message"))?.state).toBe("dismissed");
  });

  it("says that the private salt looks wrong after three messages with the right address and a wrong signature", async () => {
    const { webhook } = host.simulator.ledger().paymentRequests[0] as { webhook: string };
    const wrong = () =>
      fetch(webhook, { method: "POST", body: new URLSearchParams({ payment_id: "MOJO5a06005J21512197", mac: "0" }) });
    const account = page.locator(".account");
    for (let count = 0; count < 2; count++) expect((await wrong()).status).toBe(403);
    await page.goto(operator.url);
    await account.getByText("Healthy").waitFor();
    await wrong();
    await page.goto(operator.url);
    await account.getByText("Look here").waitFor();
    expect(await account.innerText()).toMatch(/The private salt looks wrong[\s\S]*Copy the private salt again/);
  });

  it("can be used by keyboard alone", async () => {
    await page.goto(operator.url);
    await page.locator(".payments a").first().waitFor();
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press("Tab");
      const where = await page.evaluate(() => document.activeElement?.closest(".payments") !== null);
      if (where) break;
    }
    await page.keyboard.press("Enter");
    await page.getByText("What happened").waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  });

  it("fits a phone without scrolling sideways, in a wide window and in the dark", async () => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(operator.url);
    await page.locator(".payments a").first().waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await screenshot(page, "operator-wide-dark");
    await page.emulateMedia({ colorScheme: "light" });
  });

  it("loads nothing from elsewhere and breaks no rule of its content policy", () => {
    expect(outside).toEqual([]);
    expect(broken).toEqual([]);
  });
});
