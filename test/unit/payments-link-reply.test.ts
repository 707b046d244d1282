import { describe, expect, it } from "@jest/globals";
import type { GeneratePaymentLinkInput } from "../../schemas/generate-payment-link.ts";
import { createBody, linkOutput, replyMismatch } from "../../src/payments/link-reply.ts";
import { maskResponse } from "../../src/payments/mask-response.ts";
import { paymentRequest } from "../helpers/client-fakes.ts";
import { requestRow } from "../stores/sample-rows.ts";

const input = {
  amount: "19.99",
  purpose: "Iphone",
  sendEmail: false,
  sendSms: true,
  allowRepeatedPayments: false,
  customerMobileNumber: "9999999999",
} as GeneratePaymentLinkInput;

describe("the form of the create call", () => {
  it("says every switch and leaves out what was not given", () => {
    expect(createBody(input, { webhook: undefined, redirectUrl: undefined })).toEqual({
      amount: "19.99",
      purpose: "Iphone",
      phone: "+919999999999",
      send_email: "false",
      send_sms: "true",
      allow_repeated_payments: "false",
    });
  });

  it("sends nothing that is the flow's own business", () => {
    const full = {
      ...input,
      customerName: "John",
      customerEmail: "foo@example.com",
      reference: "order-1",
      expiresAfter: 30,
      statusCallbackUrl: "https://typed.example",
      redirectUrl: "https://typed.example/back",
      sendEmail: true,
      allowRepeatedPayments: true,
    } as GeneratePaymentLinkInput;
    expect(createBody(full, { webhook: "https://bot.example/in", redirectUrl: "https://bot.example/back" })).toEqual({
      amount: "19.99",
      purpose: "Iphone",
      buyer_name: "John",
      email: "foo@example.com",
      phone: "+919999999999",
      redirect_url: "https://bot.example/back",
      webhook: "https://bot.example/in",
      send_email: "true",
      send_sms: "true",
      allow_repeated_payments: "true",
    });
  });
});

describe("the reply to the create call", () => {
  const baseUrl = "https://test.instamojo.com";
  const reply = (changes: object) => ({ ...paymentRequest, ...changes });

  it.each([
    ["as asked", {}, null],
    ["with more places", { amount: "200.0000" }, null],
    ["with a paisa more", { amount: "200.01" }, "the amount"],
    ["with a paisa less", { amount: "199.99" }, "the amount"],
    ["with no amount", { amount: "two hundred" }, "the amount"],
    ["with no link", { longurl: "nothing" }, "the host of the link"],
  ])("%s differs in %p", (_, changes, mismatch) => {
    expect(replyMismatch(requestRow(), reply(changes), baseUrl)).toBe(mismatch);
  });

  const worlds = { live: "https://api.instamojo.com", test: baseUrl, local: "http://127.0.0.1:4000" };
  it.each([
    ["https://www.instamojo.com/@foo/x", ["live"]],
    ["https://instamojo.com/@foo/x", ["live"]],
    ["https://api.instamojo.com/@foo/x", ["live"]],
    ["https://test.instamojo.com/@foo/x", ["test"]],
    ["http://127.0.0.1:4000/@foo/x", ["local"]],
    ["http://www.instamojo.com/@foo/x", []],
    ["http://test.instamojo.com/@foo/x", []],
    ["ftp://www.instamojo.com/@foo/x", []],
    ["javascript://www.instamojo.com/%0aalert(1)", []],
    ["https://evilinstamojo.com/x", []],
    ["https://a.b.instamojo.com/x", []],
    ["https://instamojo.com.evil.example/x", []],
    ["https://test.instamojo.com.evil.example/x", []],
    ["https://www.instamojo.com@evil.example/", []],
    ["https://evil.example@www.instamojo.com/", []],
    ["http://localhost:4000/@foo/x", []],
    ["https://127.0.0.1:4000/@foo/x", []],
  ])("may lead to %s for accounts of %p only", (longurl, own) => {
    const fitting = Object.entries(worlds).filter(([, url]) => !replyMismatch(requestRow(), reply({ longurl }), url));
    expect(fitting.map(([world]) => world)).toEqual(own);
  });
});

describe("the output of a link", () => {
  it("is what was asked for and what the gateway said", async () => {
    const request = requestRow({
      input: { purpose: "Iphone", customerName: "John", language: "hi" },
      response: { id: "x", created_at: "2016-05-09T16:10:13.786Z" },
      deadlineAt: Date.UTC(2026, 0, 1),
    });
    expect(await linkOutput(request, true)).toEqual({
      account: "shop",
      environment: "test",
      paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
      link: "https://test.instamojo.com/@shop/05f317448ad84649aa1a9c7328edb015",
      message: expect.objectContaining({
        language: "hi",
        text: "कृपया Iphone के लिए ₹200.00 का भुगतान करें। भुगतान का लिंक: https://test.instamojo.com/@shop/05f317448ad84649aa1a9c7328edb015",
      }),
      amount: "200.00",
      currency: "INR",
      purpose: "Iphone",
      status: "Pending",
      reference: "order-1",
      customer: { name: "John", email: null, mobileNumber: null },
      replayed: true,
      createdAt: "2016-05-09T16:10:13.786Z",
      expiresAt: "2026-01-01T00:00:00.000Z",
      response: { id: "x", created_at: "2016-05-09T16:10:13.786Z" },
    });
  });

  it("has our own time where the gateway named none", async () => {
    const bare = requestRow({ response: null, createdAt: 0, input: {}, paymentRequestId: null, link: null });
    expect(await linkOutput(bare, false)).toMatchObject({
      createdAt: "1970-01-01T00:00:00.000Z",
      expiresAt: null,
      purpose: null,
      paymentRequestId: "",
      link: "",
      message: { text: "Please pay ₹200.00 for your order. Payment link: ", qr: null },
      replayed: false,
      response: {},
    });
  });
});

describe("a masked reply", () => {
  const reply = {
    id: "x",
    webhook: "https://bot.example/integrations/instamojo/shop?id=t0ken&op=tag",
    mac: "106e85b09e94bc268ee79c2e4fe5258349644c04",
    redirect_url: "https://shop.example/?a=1",
    nested: { list: [1, null] },
  };

  it("is the reply but for the query of the webhook and the signature", () => {
    expect(maskResponse(reply)).toEqual({
      ...reply,
      webhook: "https://bot.example/integrations/instamojo/shop?***",
      mac: "***",
    });
  });

  it.each([
    ["https://bot.example/in", "https://bot.example/in"],
    ["https://bot.example/in?a=1?b=t0ken#t0ken", "https://bot.example/in?***"],
    ["https://bot.example/in?a=1\n&id=t0ken", "https://bot.example/in?***"],
    [null, null],
  ])("has for the webhook %p %p", (webhook, masked) => {
    expect(maskResponse({ webhook })).toEqual({ webhook: masked });
  });

  it("is a copy: the reply stays as it was, and both can change without the other", () => {
    const before = structuredClone(reply);
    const masked = maskResponse(reply) as typeof reply;
    masked.nested.list.push(2);
    expect(reply).toEqual(before);
  });
});
