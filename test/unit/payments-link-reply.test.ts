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
    ["of the base URL's own host", { longurl: "https://test.instamojo.com/@foo/x" }, null],
    ["of the gateway's bare host", { longurl: "https://instamojo.com/@foo/x" }, null],
    ["of another of its hosts", { longurl: "https://imjo.instamojo.com/x" }, null],
    ["of a look-alike host", { longurl: "https://evilinstamojo.com/x" }, "the host of the link"],
    ["of a look-alike domain", { longurl: "https://instamojo.com.evil.example/x" }, "the host of the link"],
    ["of a host behind a user", { longurl: "https://www.instamojo.com@evil.example/" }, "the host of the link"],
    ["with no link", { longurl: "nothing" }, "the host of the link"],
  ])("%s differs in %p", (_, changes, mismatch) => {
    expect(replyMismatch(requestRow(), reply(changes), baseUrl)).toBe(mismatch);
  });

  it("may name the local Instamojo where that is the base URL", () => {
    const local = reply({ longurl: "http://127.0.0.1:4000/@foo/x" });
    expect(replyMismatch(requestRow(), local, "http://127.0.0.1:4000")).toBeNull();
    expect(replyMismatch(requestRow(), local, baseUrl)).toBe("the host of the link");
  });
});

describe("the output of a link", () => {
  it("is what was asked for and what the gateway said", () => {
    const request = requestRow({
      input: { purpose: "Iphone", customerName: "John" },
      response: { id: "x", created_at: "2016-05-09T16:10:13.786Z" },
      deadlineAt: Date.UTC(2026, 0, 1),
    });
    expect(linkOutput(request, true)).toEqual({
      account: "shop",
      environment: "test",
      paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
      link: "https://test.instamojo.com/@shop/05f317448ad84649aa1a9c7328edb015",
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

  it("has our own time where the gateway named none", () => {
    const bare = requestRow({ response: null, createdAt: 0, input: {}, paymentRequestId: null, link: null });
    expect(linkOutput(bare, false)).toMatchObject({
      createdAt: "1970-01-01T00:00:00.000Z",
      expiresAt: null,
      purpose: null,
      paymentRequestId: "",
      link: "",
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
