import type { Browser, Page } from "playwright-core";

/** The chat page in a browser, as a buyer uses it. */
export interface ChatPage {
  readonly page: Page;
  /** Everything outside the loopback address that the page asked for, and every error on it. */
  readonly complaints: string[];
  see(words: string, timeout?: number): Promise<void>;
  press(label: string): Promise<void>;
  type(words: string): Promise<void>;
  /** Clicks *Pay now* of the newest card; resolves with the checkout page. */
  openCheckout(): Promise<Page>;
  bubbles(): Promise<string[]>;
}

export interface ChatPageOptions {
  readonly url: string;
  /** The size of a phone unless given. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A buyer with a browser of their own, on the chat page. */
export async function openChatPage(
  browser: Browser,
  { url, viewport = { width: 390, height: 780 } }: ChatPageOptions,
): Promise<ChatPage> {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith("http://127.0.0.1:")) complaints.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  const bubble = page.locator(".message-bubble");
  return {
    page,
    complaints,
    see: (words, timeout = 10_000) => bubble.filter({ hasText: words }).last().waitFor({ timeout }),
    press: (label) => page.locator("#replies button", { hasText: label }).click({ timeout: 10_000 }),
    async type(words) {
      await page.fill("#words", words);
      await page.press("#words", "Enter");
    },
    async openCheckout() {
      const opened = page.waitForEvent("popup");
      await page.locator("a.pay").last().click();
      const checkout = await opened;
      await checkout.waitForLoadState();
      return checkout;
    },
    bubbles: () => bubble.allInnerTexts(),
  };
}

/** Buys tea, up to the payment link. */
export async function orderTea(chat: ChatPage): Promise<void> {
  await chat.see("What would you like?");
  await chat.press("Masala chai");
  await chat.see("What is your name?");
  await chat.type("John");
  await chat.see("mobile number?");
  await chat.type("99999 99999");
  await chat.see("Here is your payment link, John.");
}
