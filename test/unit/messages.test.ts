import { describe, expect, it } from "@jest/globals";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { generatePaymentLink } from "../../nodes/generate-payment-link.ts";
import { paymentStatus } from "../../nodes/payment-status.ts";
import { messageLanguages } from "../../schemas/message.ts";
import { paymentStatuses } from "../../schemas/payment-fields.ts";
import { eventReasons, type PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { en } from "../../src/messages/en.ts";
import { hi } from "../../src/messages/hi.ts";
import { linkMessage } from "../../src/messages/link-message.ts";
import { languageOf, oneLine, phrase } from "../../src/messages/phrase.ts";
import { statusMessage } from "../../src/messages/status-message.ts";

const link = "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015";
const sold = { input: {}, amountPaise: 20_000_000, purpose: "Iphone", link };
const inHindi = { ...sold, input: { language: "hi" } };

describe("what to send for a link", () => {
  it("is text, reminder, card and call-to-action in English", async () => {
    const { qr: _qr, ...message } = await linkMessage(sold);
    expect(message).toEqual({
      language: "en",
      text: `Please pay ₹2,00,000.00 for Iphone. Payment link: ${link}`,
      reminder: `Reminder: ₹2,00,000.00 for Iphone has not been paid yet. You can pay here: ${link}`,
      card: { title: "Iphone", amount: "₹2,00,000.00", button: { text: "Pay ₹2,00,000.00", url: link } },
      whatsapp: {
        body: "Please pay ₹2,00,000.00 for Iphone.",
        button: "Pay ₹2,00,000.00",
        url: link,
        baseUrl: "https://www.instamojo.com/",
        suffix: "@foo/05f317448ad84649aa1a9c7328edb015",
      },
    });
  });

  it("is the same in Hindi", async () => {
    const { qr: _qr, ...message } = await linkMessage(inHindi);
    expect(message).toEqual({
      language: "hi",
      text: `कृपया Iphone के लिए ₹2,00,000.00 का भुगतान करें। भुगतान का लिंक: ${link}`,
      reminder: `याद दिला दें कि Iphone के लिए ₹2,00,000.00 का भुगतान अभी बाकी है। आप यहाँ भुगतान कर सकते हैं: ${link}`,
      card: { title: "Iphone", amount: "₹2,00,000.00", button: { text: "₹2,00,000.00 चुकाएँ", url: link } },
      whatsapp: {
        body: "कृपया Iphone के लिए ₹2,00,000.00 का भुगतान करें।",
        button: "₹2,00,000.00 चुकाएँ",
        url: link,
        baseUrl: "https://www.instamojo.com/",
        suffix: "@foo/05f317448ad84649aa1a9c7328edb015",
      },
    });
  });

  it("is what the example of the node shows, but for the picture", async () => {
    const { link: url, purpose, message } = generatePaymentLink.examples[0]!.output;
    const made = await linkMessage({ input: {}, amountPaise: 250_000, purpose, link: url });
    expect({ ...made, qr: message.qr }).toEqual(message);
  });

  it.each([
    ["https://www.instamojo.com/@foo/x?a=1#b", "https://www.instamojo.com/", "@foo/x?a=1#b"],
    ["https://test.instamojo.com/@foo/%E0%A4%86 b", "https://test.instamojo.com/", "@foo/%E0%A4%86 b"],
    ["http://127.0.0.1:1881/@shop/x", "http://127.0.0.1:1881/", "@shop/x"],
    ["HTTPS://WWW.instamojo.com/x", "HTTPS://WWW.instamojo.com/", "x"],
    ["https://www.instamojo.com", "https://www.instamojo.com", ""],
  ])("takes %s apart so that base and suffix are the link to the letter", async (url, baseUrl, suffix) => {
    expect((await linkMessage({ ...sold, link: url })).whatsapp).toMatchObject({ url, baseUrl, suffix });
  });

  it("fits WhatsApp with the largest amount and the longest purpose", async () => {
    for (const language of messageLanguages) {
      const { whatsapp } = await linkMessage({ ...sold, input: { language }, purpose: "x".repeat(255) });
      expect(whatsapp.button.length).toBeLessThanOrEqual(20);
      expect(whatsapp.body.length).toBeLessThanOrEqual(1024);
    }
  });
});

describe("the QR code of a link", () => {
  const links = [
    link,
    "https://www.instamojo.com/@some_longer_shop_nam/05f317448ad84649aa1a9c7328edb015",
    "http://127.0.0.1:1881/@shop/05f317448ad84649aa1a9c7328edb015",
    `https://www.instamojo.com/@foo/x?a=${"y".repeat(400)}`,
  ];

  it.each(links)("as PNG and as SVG is read back as %s", async (url) => {
    const { qr } = await linkMessage({ ...sold, link: url });
    expect(readPng(qr!.png!)).toBe(url);
    expect(readSvg(qr!.svg)).toBe(url);
  });

  it("is small: under 1 kB as PNG and 3 kB as SVG for a link of 80 characters", async () => {
    const { qr } = await linkMessage({ ...sold, link: links[1]! });
    expect(links[1]).toHaveLength(80);
    expect(qr!.png!.length).toBeLessThan(1024);
    expect(qr!.svg.length).toBeLessThan(3072);
  });

  it("holds nothing that anybody typed", async () => {
    const odd = { ...sold, link: 'https://www.instamojo.com/"><script>' };
    const { qr } = await linkMessage(odd);
    expect(qr!.svg).toMatch(
      /^<svg [^<>]*><path fill="#fff" d="[MHhvz0-9 ]+"\/><path stroke="#000" d="[Mmh0-9. -]+"\/><\/svg>$/,
    );
    expect(readSvg(qr!.svg)).toBe(odd.link);
  });

  it("is left out, and the rest is there, for a link that is too long for one", async () => {
    const message = await linkMessage({ ...sold, link: `${link}?${"x".repeat(4000)}` });
    expect(message.qr).toBeNull();
    expect(message.card.amount).toBe("₹2,00,000.00");
  });
});

describe("what to tell about an event", () => {
  const facts = { ...sold, amountPaise: 20_000, refundPaise: 5_050, paymentId: "MOJO5c04000J30502939" };

  it.each([
    ["Pending", null, `Please pay ₹200.00 for Iphone. Payment link: ${link}`],
    ["Processing", null, "Your payment of ₹200.00 for Iphone is being processed. Please do not pay again."],
    [
      "Completed",
      null,
      "We have received your payment of ₹200.00 for Iphone. Thank you! Payment id: MOJO5c04000J30502939",
    ],
    [
      "Completed",
      "accepted",
      "We have received your payment of ₹200.00 for Iphone. Thank you! Payment id: MOJO5c04000J30502939",
    ],
    [
      "Completed",
      "late",
      "We have received your payment of ₹200.00 for Iphone, after the link was closed. Payment id: MOJO5c04000J30502939",
    ],
    [
      "Completed",
      "duplicate",
      "We have received a second payment of ₹200.00 for Iphone. If you paid twice by mistake, please tell us. Payment id: MOJO5c04000J30502939",
    ],
    [
      "Completed",
      "overpaid",
      "We have received your payment of ₹200.00 for Iphone. This is more than we asked for. Payment id: MOJO5c04000J30502939",
    ],
    ["Completed", "refund-requested", "A refund of ₹50.50 for Iphone has been requested."],
    ["Completed", "refund-in-review", "The refund of ₹50.50 for Iphone is being reviewed."],
    ["Completed", "refund-denied", "The refund of ₹50.50 for Iphone was declined."],
    ["Completed", "refund-withdrawn", "The refund request of ₹50.50 for Iphone was withdrawn."],
    ["Completed", "refund-closed", "The refund request of ₹50.50 for Iphone was closed without a refund."],
    ["Failed", null, `Your payment of ₹200.00 for Iphone did not go through. You can try again here: ${link}`],
    [
      "Refunded",
      "partial",
      "We have refunded ₹50.50 for Iphone. It may take a few days until you see it in your account.",
    ],
    [
      "Refunded",
      "full",
      "We have refunded ₹50.50 for Iphone. It may take a few days until you see it in your account.",
    ],
    ["Cancelled", "expired", "The payment link for Iphone (₹200.00) has expired. Please do not use it any more."],
    ["Cancelled", "disabled", "The payment link for Iphone (₹200.00) was closed. Please do not use it any more."],
  ] as const)("%s, %s", (status, reason, text) => {
    expect(statusMessage({ ...facts, status, reason })).toEqual({ language: "en", text });
  });

  it.each([
    ["Completed", null, "हमें Iphone के लिए ₹200.00 का आपका भुगतान मिल गया है। धन्यवाद! पेमेंट आईडी: MOJO5c04000J30502939"],
    ["Failed", null, `Iphone के लिए ₹200.00 का आपका भुगतान नहीं हो पाया। आप यहाँ दोबारा कोशिश कर सकते हैं: ${link}`],
    ["Refunded", "full", "हमने Iphone के लिए ₹50.50 वापस कर दिए हैं। आपके खाते में रकम दिखने में कुछ दिन लग सकते हैं।"],
  ] as const)("%s, %s in Hindi", (status, reason, text) => {
    expect(statusMessage({ ...facts, input: { language: "hi" }, status, reason })).toEqual({ language: "hi", text });
  });

  it("is whole for every status, reason and language", () => {
    for (const language of messageLanguages)
      for (const status of paymentStatuses)
        for (const reason of [null, ...eventReasons]) {
          const { text } = statusMessage({ ...facts, input: { language }, status, reason });
          expect(text).toMatch(/Iphone/);
          if (reason?.startsWith("refund-")) expect(text).toContain("₹50.50");
          expect(text).not.toMatch(/[{}]|undefined|null/);
        }
  });

  it("is what the samples of the event say", () => {
    for (const sample of Object.values(paymentStatus.samples) as unknown as PaymentStatusEvent[]) {
      const { status, reason, message, purpose, link: url, paymentId } = sample;
      const said = statusMessage({ input: {}, status, reason, amountPaise: 20_000, purpose, link: url, paymentId });
      expect(message).toEqual(said);
    }
  });
});

describe("the languages", () => {
  it("have the same texts with the same places", () => {
    const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(Object.keys(hi)).toEqual(Object.keys(en));
    for (const key of Object.keys(en) as (keyof typeof en)[])
      expect([key, placesOf(hi[key]!)]).toEqual([key, placesOf(en[key])]);
  });

  it("have texts without marks, line breaks or markup of their own", () => {
    for (const text of [...Object.values(en), ...Object.values(hi)]) expect(text).not.toMatch(/[*_~`<>&|\p{Cc}]/u);
  });

  it("fall back to English for a language or a text that is not there", () => {
    expect(languageOf({ language: "ta" })).toBe("en");
    expect(languageOf({})).toBe("en");
    expect(languageOf({ language: "hi" })).toBe("hi");
    const kept = (hi as Record<string, string>).refundClosed!;
    delete (hi as Record<string, string>).refundClosed;
    try {
      expect(phrase("hi", "refundClosed", sold)).toMatch(/^The refund request of/);
    } finally {
      (hi as Record<string, string>).refundClosed = kept;
    }
  });
});

describe("what a person typed", () => {
  it.each([
    ["two\r\nlines\tand\u0000more", "two lines and more"],
    ["\u2028Iphone\u2029", "Iphone"],
    ["Iphone \u202e00.9\u2066₹\u200f\u061c\u200e\u202a\u2069", "Iphone 00.9₹"],
    ["<b>Iphone</b> & *co* _x_ ~y~ `z`", "<b>Iphone</b> & *co* _x_ ~y~ `z`"],
    ["चाय, 250 ग्राम 🍵 क्\u200dष", "चाय, 250 ग्राम 🍵 क्\u200dष"],
    ["cut \ud83d", "cut \ufffd"],
    [null, ""],
  ])("%p stands in a line as %p", (typed, text) => {
    expect(oneLine(typed)).toBe(text);
  });

  it("is never read as a place of ours", async () => {
    const { text, card } = await linkMessage({ ...sold, purpose: "{link} {amount} $& $1" });
    expect(text).toBe(`Please pay ₹2,00,000.00 for {link} {amount} $& $1. Payment link: ${link}`);
    expect(card.title).toBe("{link} {amount} $& $1");
  });

  it("has words of ours in its place where there is nothing", async () => {
    const { text, card } = await linkMessage({ ...inHindi, purpose: null });
    expect(text).toBe(`कृपया आपके ऑर्डर के लिए ₹2,00,000.00 का भुगतान करें। भुगतान का लिंक: ${link}`);
    expect(card.title).toBe("भुगतान");
  });
});

/** The modules of a code, drawn black on white, one pixel a module times four. */
function readModules(side: number, isDark: (x: number, y: number) => boolean): string | undefined {
  const scale = 4;
  const pixels = new Uint8ClampedArray((side * scale) ** 2 * 4).fill(255);
  for (let y = 0; y < side * scale; y++)
    for (let x = 0; x < side * scale; x++)
      if (isDark(Math.floor(x / scale), Math.floor(y / scale)))
        pixels.fill(0, (y * side * scale + x) * 4, (y * side * scale + x) * 4 + 3);
  return jsQR.default(pixels, side * scale, side * scale)?.data;
}

/** Reads a code from the lines of dashes of its SVG, by the grammar of SVG paths alone. */
function readSvg(svg: string): string | undefined {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const dark = new Set<string>();
  let [x, y] = [0, 0];
  for (const [, command, first, second] of svg
    .split('stroke="#000" d="')[1]!
    .matchAll(/([Mmh])([\d.]+)(?: ([\d.]+))?/g)) {
    if (command === "M") [x, y] = [Number(first), Number(second)];
    else if (command === "m") [x, y] = [x + Number(first), y + Number(second)];
    else for (const end = x + Number(first); x < end; x++) dark.add(`${x} ${Math.floor(y)}`);
  }
  return readModules(side, (column, row) => dark.has(`${column} ${row}`));
}

function readPng(address: string): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(address.replace("data:image/png;base64,", ""), "base64"));
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data;
}
