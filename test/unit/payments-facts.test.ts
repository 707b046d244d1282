import { describe, expect, it } from "@jest/globals";
import { compare, idOfUrl, paymentFact, paymentOccurrence } from "../../src/payments/payment-facts.ts";
import {
  paymentStateOf,
  refundAnnouncements,
  refundStateOf,
  statusOfPayment,
} from "../../src/payments/status-table.ts";
import { paymentId, paymentRequest, payment as plainPayment } from "../helpers/client-fakes.ts";
import { requestRow } from "../stores/sample-rows.ts";

const seller = "https://api.instamojo.com/v2/users/90f01dfdacbe4fe7892fc27dbdc30906/";
const payment = { ...plainPayment, seller };
const request = { ...paymentRequest, status: "Completed", payments: [`https://x/v2/payments/${paymentId}/`] };
const account = { merchant: "90f01dfdacbe4fe7892fc27dbdc30906" };

const judge = (changes: { payment?: object; request?: object; row?: object; account?: { merchant: string | null } }) =>
  compare(
    { ...requestRow(), ...changes.row },
    { ...payment, ...changes.payment },
    { ...request, ...changes.request },
    changes.account ?? account,
  );

describe("the reads of a payment and its request", () => {
  it("agree with the ledger when everything fits", () => {
    expect(judge({})).toEqual({ kind: "agrees" });
  });

  it.each([
    [
      "the payment is of another request",
      { payment: { payment_request: "https://x/v2/payment_requests/other/" } },
      "payment request",
    ],
    ["the payment is of no request", { payment: { payment_request: null } }, "payment request"],
    ["the request is another one", { request: { id: "1".repeat(32) } }, "payment request"],
    ["the row has no id yet", { row: { paymentRequestId: null } }, "payment request"],
    ["the request asks for a paisa more", { request: { amount: "200.01" } }, "amount of the request"],
    ["the request asks for a paisa less", { request: { amount: "199.99" } }, "amount of the request"],
    ["the request's amount cannot be read", { request: { amount: "2e2" } }, "amount of the request"],
    ["a paisa less was paid", { payment: { amount: "199.99" } }, "amount"],
    ["nine rupees were paid", { payment: { amount: "9.00" } }, "amount"],
    ["the paid amount cannot be read", { payment: { amount: "-200.00" } }, "amount"],
    ["the amount of a failed payment cannot be read", { payment: { amount: "", status: false } }, "amount"],
    ["another currency was paid", { payment: { currency: "USD" } }, "currency"],
    ["the currency is written otherwise", { payment: { currency: "inr" } }, "currency"],
    ["another seller was paid", { payment: { seller: "https://x/v2/users/other/" } }, "seller"],
  ])("contradict when %s", (_, changes, what) => {
    expect(judge(changes)).toEqual({ kind: "contradicts", what });
  });

  it.each([
    ["more was paid than asked", { payment: { amount: "200.01" } }],
    ["a failed payment names a smaller amount", { payment: { amount: "9.00", status: false } }],
    ["an unfinished payment names a smaller amount", { payment: { amount: "9.00", status: null } }],
    ["amounts have more places", { payment: { amount: "200.0000" }, request: { amount: "200" } }],
    ["no seller is named", { payment: { seller: null } }],
    ["no merchant is pinned", { account: { merchant: null } }],
    ["only the request's list knows the payment", { request: { status: "Pending" } }],
    ["only the request's status knows the payment", { request: { payments: [] } }],
    ["a failed payment is not listed", { payment: { status: false }, request: { status: "Pending", payments: [] } }],
  ])("agree when %s", (_, changes) => {
    expect(judge(changes)).toEqual({ kind: "agrees" });
  });

  it.each(["Pending", "Sent", "Failed"])("are not there yet while the request is %s and lists nothing", (status) => {
    expect(judge({ request: { status, payments: [] } })).toEqual({ kind: "not-yet" });
    const others = ["https://x/v2/payments/MOJO5a06005J21512199/"];
    expect(judge({ request: { status, payments: others } })).toEqual({ kind: "not-yet" });
  });

  it("are believed for what they say themselves, not for what a neighbour put on a prototype", () => {
    const { status: _, ...silent } = payment;
    Object.defineProperty(Object.prototype, "status", { value: true, configurable: true });
    try {
      expect(compare(requestRow(), silent as never, request, account)).toEqual({ kind: "contradicts", what: "shape" });
    } finally {
      Reflect.deleteProperty(Object.prototype, "status");
    }
  });

  it("contradict when the request names another seller than the one that is pinned", () => {
    const user = "https://api.instamojo.com/v2/users/0123456789abcdef0123456789abcdef/";
    expect(judge({ request: { user } })).toEqual({ kind: "contradicts", what: "seller" });
  });

  it("contradict rather than wait", () => {
    expect(judge({ request: { status: "Pending", payments: [] }, payment: { amount: "9.00" } })).toEqual({
      kind: "contradicts",
      what: "amount",
    });
  });
});

describe("the id in one of the gateway's addresses", () => {
  it.each([
    [`https://api.instamojo.com/v2/payments/${paymentId}/`, paymentId],
    [`https://api.instamojo.com/v2/payments/${paymentId}`, paymentId],
    [`http://127.0.0.1:4000/v2/payments/${paymentId}/?a=b/c`, paymentId],
    [`https://x/v2/payments/${paymentId}/#top`, paymentId],
    [`https://www.instamojo.com/@foo/${paymentRequest.id}`, paymentRequest.id],
    [paymentId, paymentId],
    ["https://x/v2/payments/a-b_c!/", null],
    ["", null],
    ["/", null],
    [null, null],
    [undefined, null],
    [7, null],
    [{ url: "x" }, null],
  ])("%p is %p", (url, id) => {
    expect(idOfUrl(url)).toBe(id);
  });
});

describe("a payment that was read", () => {
  it.each([
    [true, "paid"],
    [false, "failed"],
    [null, "open"],
  ] as const)("with the status %p is a fact: %s", (status, state) => {
    expect(paymentFact({ ...payment, status, fees: "3.80" })).toEqual({
      kind: "payment",
      payment: { paymentId, state, amountPaise: 20_000, fees: "3.80" },
    });
  });

  it("without fees or a readable amount is a fact nevertheless", () => {
    expect(paymentFact({ ...payment, amount: "?" })).toMatchObject({ payment: { amountPaise: 0, fees: null } });
  });

  it("happened when it last changed, else when it began, else when it was seen", () => {
    const at = (changes: object) => paymentOccurrence({ ...payment, ...changes }, "poll", "seen").occurredAt;
    expect(at({ updated_at: "changed", created_at: "began" })).toBe("changed");
    expect(at({ created_at: "began" })).toBe("began");
    expect(at({})).toBe("seen");
  });

  it("names payer, failure and all that was read, masked", () => {
    const read = {
      ...payment,
      name: "Asha",
      email: "foo@example.com",
      phone: "+919999999999",
      failure: { reason: "AUTHENTICATION_FAILED", message: "Wrong OTP" },
      mac: "106e85b09e94bc268ee79c2e4fe5258349644c04",
    };
    expect(paymentOccurrence(read, "webhook", "")).toMatchObject({
      source: "webhook",
      customer: { name: "Asha", email: "foo@example.com", mobileNumber: "+919999999999" },
      failure: { reason: "AUTHENTICATION_FAILED", message: "Wrong OTP" },
      raw: { ...read, mac: "***" },
    });
    expect(paymentOccurrence({ ...payment, failure: {} }, "webhook", "")).toMatchObject({
      customer: { name: null, email: null, mobileNumber: null },
      failure: { reason: null, message: null },
    });
    expect(paymentOccurrence({ ...payment, failure: null }, "webhook", "").failure).toBeNull();
  });
});

describe("the gateway's words", () => {
  it.each([
    [true, "paid", "Completed"],
    [false, "failed", "Failed"],
    [null, "open", "Processing"],
  ] as const)("payment status %p is %s, told as %s", (status, state, told) => {
    expect(paymentStateOf(status)).toBe(state);
    expect(statusOfPayment[state]).toBe(told);
  });

  it.each([
    [null, "in-review"],
    ["FINI_CONC", "refunded"],
    ["FINI_DENY", "denied"],
    ["FINI_WITH", "withdrawn"],
    ["FINI_INIT", "closed"],
    ["fini_conc", null],
    ["FINI", null],
    ["", null],
    ["Refunded", null],
  ])("refund resolution %p is %p", (resolution, state) => {
    expect(refundStateOf(resolution)).toBe(state);
  });

  it.each(["toString", "constructor", "__proto__"])("refund resolution %p is nothing we know", (word) => {
    expect(refundStateOf(word)).toBeNull();
  });

  it("tell no refund but a concluded one as Refunded", () => {
    expect(refundAnnouncements).toEqual({
      requested: { status: "Completed", reason: "refund-requested" },
      "in-review": { status: "Completed", reason: "refund-in-review" },
      denied: { status: "Completed", reason: "refund-denied" },
      withdrawn: { status: "Completed", reason: "refund-withdrawn" },
      closed: { status: "Completed", reason: "refund-closed" },
    });
  });
});
