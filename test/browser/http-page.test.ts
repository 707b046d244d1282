import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };

describe("the operator page of the HTTP host in a browser", () => {
  let http: TestHttpHost;
  let browser: Browser;
  let page: Page;
  let paymentId: string;
  const broken: string[] = [];

  /** A new window in which nobody is signed in. */
  async function openWindow(viewport: { width: number; height: number }): Promise<Page> {
    const context = await browser.newContext({ viewport, locale: "en-IN", reducedMotion: "reduce" });
    const opened = await context.newPage();
    opened.setDefaultTimeout(5_000);
    opened.on("pageerror", (error) => broken.push(error.message));
    opened.on("console", (entry) => {
      // A refusal that the page expects stands in the console too: it is no fault of the page.
      const isRefusal = /^Failed to load resource: .* 40[13] /.test(entry.text());
      if (entry.type() === "error" && !(isRefusal && /\/(?:api|v1)\//.test(entry.location().url)))
        broken.push(entry.text());
    });
    opened.on("request", (request) => {
      if (!request.url().startsWith(http.url) && !request.url().startsWith("data:"))
        broken.push(`asks ${request.url()}`);
    });
    return opened;
  }

  const isFocused = (target: Locator) => target.evaluate((element) => element === document.activeElement);

  /** Whether a sighted person sees where the keyboard is. */
  const isFocusSeen = () =>
    page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
    });

  async function tabTo(target: Locator): Promise<void> {
    await target.waitFor();
    for (let step = 0; step < 40 && !(await isFocused(target)); step++) await page.keyboard.press("Tab");
    expect([await isFocused(target), await isFocusSeen()]).toEqual([true, true]);
  }

  async function signIn(key = http.keys.operate): Promise<void> {
    await page.goto(http.url);
    await page.getByLabel("API key").fill(key);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Recent payments" }).waitFor();
  }

  const payment = () => page.getByRole("link", { name: /Iphone/ });
  const signOut = () => page.getByRole("button", { name: "Sign out operate" });
  const overflow = () => page.evaluate(() => (document.scrollingElement as Element).scrollWidth - window.innerWidth);

  /** What a screen reader is given: every control by name, headings that lead from one to the next. */
  async function expectReadable(): Promise<void> {
    const lines = (await page.locator("body").ariaSnapshot()).split("\n");
    expect(lines.filter((line) => /- (?:button|textbox|searchbox|combobox|link|dialog)(?! ")/.test(line))).toEqual([]);
    const levels = lines.flatMap((line) => /heading .*\[level=(\d)\]/.exec(line)?.[1] ?? []).map(Number);
    expect([levels[0], levels.filter((level) => level === 1)]).toEqual([1, [1]]);
    levels.forEach((level, index) => {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
    // A live region that comes only with its first message is not read out.
    expect(await page.getByRole("status").count()).toBe(1);
    expect(await page.getByRole("main").count()).toBe(1);
  }

  beforeAll(async () => {
    [http, browser] = await Promise.all([startTestHttpHost(), launchBrowser()]);
    const made = await http.run("generate-payment-link", {
      amount: "2500",
      purpose: "Iphone",
      reference: "order-1001",
      customerName: "John Doe",
      customerEmail: "foo@example.com",
    });
    await http.run("generate-payment-link", {
      amount: "199999.50",
      purpose: "Averylongpurposewithoutanybreak".repeat(4),
      reference: "order-with-a-long-number-1002-1003-1004-1005",
    });
    const { paymentRequestId } = made.json.output;
    paymentId = http.simulator.control.pay({ paymentRequestId, outcome: "success" }).id;
    for (let turn = 0, status = ""; turn < 200 && status !== "Completed"; turn++) {
      http.advance(3_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      status = (await http.call(`/v1/payments/${paymentRequestId}`, { key: http.keys.read })).json.status;
    }
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await http?.close();
  });
  beforeEach(async () => {
    broken.length = 0;
    page = await openWindow(desktop);
  });
  afterEach(async () => {
    await page.context().close();
    expect(broken).toEqual([]);
  });

  it("lets somebody in, shows a payment and lets them out again, by keyboard alone", async () => {
    await page.goto(http.url);
    await tabTo(page.getByLabel("API key"));
    await page.keyboard.type("imf_wrong");
    await page.keyboard.press("Enter");
    const refusal = page.getByRole("alert");
    await refusal.waitFor();
    expect(await refusal.innerText()).toBe("This is no key of this installation. Copy it again.");
    expect(await page.context().cookies()).toEqual([]);
    await screenshot(page, "http-page-refused");

    // What was typed is selected: the next key replaces it.
    await page.keyboard.type(http.keys.operate);
    await page.keyboard.press("Tab");
    expect(await isFocused(page.getByRole("button", { name: "Sign in" }))).toBe(true);
    await page.keyboard.press("Enter");

    await tabTo(payment());
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What happened" }).waitFor();
    expect(await isFocused(page.getByRole("heading", { level: 1 }))).toBe(true);
    expect(await page.getByRole("main").innerText()).toContain("₹2500.00");

    await tabTo(page.getByRole("link", { name: "All payments" }));
    await page.keyboard.press("Enter");
    await tabTo(signOut());
    await page.keyboard.press("Enter");
    await page.getByLabel("API key").waitFor();
    expect(await isFocused(page.getByLabel("API key"))).toBe(true);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await page.getByLabel("API key").waitFor();
    expect(await page.getByText("Iphone").count()).toBe(0);
  });

  it("keeps who is signed in from scripts and other sites, and gives nobody a refund", async () => {
    await signIn();
    const [cookie, ...others] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: "instamojo_session", httpOnly: true, sameSite: "Strict" });
    expect(others).toEqual([]);
    const input = { paymentId, issueType: "QFL", description: "Product is not good" };
    const tried = await page.evaluate(
      async (body) => {
        const headers = { "content-type": "application/json", "idempotency-key": "page-1" };
        const answer = await fetch("/v1/nodes/create-refund/run", { method: "POST", headers, body });
        return { status: answer.status, code: (await answer.json()).error.code, cookie: document.cookie };
      },
      JSON.stringify({ account: "shop", input }),
    );
    expect(tried).toEqual({ status: 401, code: "unauthorized", cookie: "" });
    expect(http.simulator.ledger().refunds).toEqual([]);
  });

  it("goes on showing what happens while nobody touches it", async () => {
    await page.clock.install();
    await signIn();
    await http.run("generate-payment-link", { amount: "20", purpose: "Masala tea", reference: "order-tea" });
    await page.clock.fastForward(11_000);
    await page.getByRole("link", { name: /Masala tea/ }).waitFor();
  });

  it.each([
    ["phone", phone],
    ["desktop", desktop],
  ] as const)("fits a %s, and a screen reader is told everything", async (name, viewport) => {
    const look = async (view: string) => {
      expect([view, Math.max(0, await overflow())]).toEqual([view, 0]);
      await expectReadable();
      await screenshot(page, `http-page-${name}-${view}`);
    };
    await page.setViewportSize(viewport);
    await page.goto(http.url);
    await page.getByLabel("API key").waitFor();
    await look("1-sign-in");
    await signIn();
    await look("2-front");
    await page.getByLabel("Search by id").fill("order-1001");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Found" }).waitFor();
    expect(await page.getByRole("status").innerText()).toBe("1 payment found.");
    await look("3-found");
    await payment().click();
    await page.getByRole("heading", { name: "What happened" }).waitFor();
    expect(await page.getByRole("status").innerText()).toBe("");
    await look("4-payment");
    await page.getByRole("button", { name: "Erase personal data" }).click();
    const dialog = page.getByRole("dialog", { name: /Erase the personal data/ });
    await dialog.getByLabel("Why").waitFor();
    await look("5-dialog");
    await page.keyboard.press("Escape");
    expect(await dialog.count()).toBe(0);
  });

  it("has the API beside it, under a policy that its page keeps to", async () => {
    await page.goto(`${http.url}/docs`);
    await page.getByText("Create refund").first().waitFor();
    expect(await page.title()).toBe("Instamojo for flow builders");
    await page.getByRole("button", { name: /POST.*create-refund/ }).click();
    await page.getByText("Scope: refund.").waitFor();
    await screenshot(page, "http-page-docs");
  });
});
