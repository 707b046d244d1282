import { describe, expect, it } from "@jest/globals";
import { customerOf, eventId, eventPayload, internationalPhone } from "../../src/payments/event-payload.ts";
import { paymentRow, refundRow, requestRow } from "../stores/sample-rows.ts";

const identity = {
  account: "shop",
  environment: "test",
  paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
  paymentId: "MOJO5a06005J21512197",
  status: "Completed",
  reason: null,
  refundId: null,
} as const;

describe("the id of an event", () => {
  it.each([
    ["a paid payment", identity, "evt_287808c73319fe6003bb23e4d627ba9f"],
    [
      "an expired link",
      { ...identity, paymentId: null, status: "Cancelled", reason: "expired" },
      "evt_8eedc9854bf48c4c81331eeaf3ba74a2",
    ],
    [
      "a partial refund",
      { ...identity, environment: "live", status: "Refunded", reason: "partial", refundId: "C5c0751269" },
      "evt_944a917ac28de65ab2940700bbfb2fdc",
    ],
  ])("of %s is the same for ever", (_, parts, id) => {
    expect(eventId(parts)).toBe(id);
  });

  it("changes with every part of its identity, and with the place of a part", () => {
    const others = [
      ...Object.keys(identity).map((part) => ({ ...identity, [part]: "another" })),
      { ...identity, reason: "C1" },
      { ...identity, refundId: "C1" },
      { ...identity, status: "Completed,", reason: null },
      { ...identity, account: "shop,test", environment: "" },
    ];
    const ids = [identity, ...others].map(eventId);
    expect(new Set(ids).size).toBe(others.length + 1);
    for (const id of ids) expect(id).toMatch(/^evt_[0-9a-f]{32}$/);
  });
});

describe("the payload of an event", () => {
  const request = requestRow({
    sequence: 2,
    input: { purpose: "Iphone", customerName: "John", customerMobileNumber: "9999999999" },
  });
  const occurrence = {
    source: "webhook",
    occurredAt: "2026-01-01T00:00:00.000Z",
    observedAt: "2026-01-01T00:00:01.000Z",
    raw: { id: "MOJO5a06005J21512197" },
  } as const;
  const completed = {
    request,
    status: "Completed",
    reason: null,
    previousStatus: "Pending",
    payment: paymentRow(),
    refund: null,
    occurrence,
  } as const;

  it("says everything of a paid payment", () => {
    expect(eventPayload(completed)).toEqual({
      id: "evt_287808c73319fe6003bb23e4d627ba9f",
      type: "payment-status",
      status: "Completed",
      reason: null,
      previousStatus: "Pending",
      sequence: 2,
      account: "shop",
      environment: "test",
      paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
      paymentId: "MOJO5a06005J21512197",
      reference: "order-1",
      amount: "200.00",
      currency: "INR",
      fees: "3.80",
      purpose: "Iphone",
      customer: { name: "John", email: null, mobileNumber: "+919999999999" },
      link: "https://test.instamojo.com/@shop/05f317448ad84649aa1a9c7328edb015",
      message: {
        language: "en",
        text: "We have received your payment of ₹200.00 for Iphone. Thank you! Payment id: MOJO5a06005J21512197",
      },
      refund: null,
      failure: null,
      occurredAt: "2026-01-01T00:00:00.000Z",
      observedAt: "2026-01-01T00:00:01.000Z",
      source: "webhook",
      correlation: { conversation: "c-1" },
      raw: { id: "MOJO5a06005J21512197" },
    });
  });

  it("says what was paid, not what was asked, and who paid", () => {
    const customer = { name: "Asha", email: "foo@example.com", mobileNumber: null };
    const failure = { reason: "AUTHENTICATION_FAILED", message: "Wrong OTP" };
    const payment = paymentRow({ amountPaise: 20_001 });
    const event = eventPayload({ ...completed, payment, occurrence: { ...occurrence, customer, failure } });
    expect(event).toMatchObject({ amount: "200.01", customer, failure });
  });

  it("says what goes back in all, beside the one refund it is about", () => {
    const refund = {
      ...refundRow({ stage: "refunded", caseId: "C5c0751269", amountPaise: 1_999 }),
      refundedPaise: 6_999,
    };
    const event = eventPayload({ ...completed, status: "Refunded", reason: "partial", payment: null, refund });
    expect(event).toMatchObject({
      paymentId: "MOJO5a06005J21512197",
      amount: "200.00",
      message: { text: "We have refunded ₹19.99 for Iphone. It may take a few days until you see it in your account." },
      fees: null,
      refund: {
        refundId: "C5c0751269",
        state: "refunded",
        amount: "19.99",
        uniqueTransactionId: "order-1-refund-1",
        refundedTotal: "69.99",
      },
    });
  });

  it("of a link alone has the asked amount and no payment", () => {
    const bare = requestRow({ paymentRequestId: null, link: null, input: {}, correlation: undefined });
    const event = eventPayload({ ...completed, request: bare, status: "Pending", payment: null });
    expect(event).toMatchObject({
      paymentRequestId: "",
      paymentId: null,
      link: "",
      purpose: null,
      amount: "200.00",
      correlation: null,
      customer: { name: null, email: null, mobileNumber: null },
    });
  });
});

describe("the customer of a link", () => {
  it("is the one that the flow named", () => {
    const input = { customerName: "John", customerEmail: "foo@example.com", customerMobileNumber: "+447700900123" };
    expect(customerOf({ input })).toEqual({ name: "John", email: "foo@example.com", mobileNumber: "+447700900123" });
  });

  it.each([
    ["9999999999", "+919999999999"],
    ["+919999999999", "+919999999999"],
    ["999999999", "999999999"],
    ["99999999990", "99999999990"],
    [null, null],
    [undefined, undefined],
  ])("has the number %p as %p", (given, number) => {
    expect(internationalPhone(given)).toBe(number);
  });
});
