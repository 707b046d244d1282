import { describe, expect, it } from "@jest/globals";
import type { GetPaymentStatusInput } from "../../schemas/get-payment-status.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import { createPaymentReads } from "../../src/payments/payment-reads.ts";
import type { RequestRow } from "../../src/store/rows.ts";
import { payment as plainPayment, paymentRequest, refusal, requestId } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { refundRow } from "../stores/sample-rows.ts";

const ids = ["MOJO5a06005J21512191", "MOJO5a06005J21512192", "MOJO5a06005J21512193"] as const;
const payment = (index: 0 | 1 | 2, changes: Partial<Payment> = {}): Payment => ({
  ...plainPayment,
  id: ids[index],
  created_at: `2026-01-0${index + 1}T00:00:00Z`,
  ...changes,
});

async function read(
  payments: readonly Payment[],
  input: GetPaymentStatusInput = { paymentRequestId: requestId } as GetPaymentStatusInput,
  { row = {}, request = {} }: { row?: Partial<RequestRow>; request?: object } = {},
) {
  const ledger = await openLedger(row);
  const listed = { ...paymentRequest, payments: payments.map(({ id }) => `https://x/v2/payments/${id}/`), ...request };
  const session = fakeSession({ payments, requests: [listed] });
  const reads = createPaymentReads(ledger);
  return { ...ledger, session, status: () => reads.status(session, input) };
}
const by = (input: object) => input as GetPaymentStatusInput;

describe("the status of a payment", () => {
  it.each<[string, (boolean | null)[], string, string | null]>([
    ["no payment", [], "Pending", null],
    ["an unfinished one", [null], "Processing", ids[0]],
    ["a failed one", [false], "Failed", ids[0]],
    ["a paid one", [true], "Completed", ids[0]],
    ["a failed one before a paid one", [false, true], "Completed", ids[1]],
    ["a failed one after a paid one", [true, false], "Completed", ids[0]],
    ["two failed ones", [false, false], "Failed", ids[1]],
    ["an unfinished one after a failed one", [false, null], "Processing", ids[1]],
  ])("of a link with %s comes from the read", async (_, statuses, status, paymentId) => {
    const { status: ask } = await read(statuses.map((paid, index) => payment(index as 0, { status: paid })));
    expect(await ask()).toMatchObject({ status, paymentId, paid: statuses.includes(true) });
  });

  it("of one payment is its own, whatever the others of the link are", async () => {
    const payments = [payment(0, { status: false }), payment(1)];
    const { status } = await read(payments, by({ paymentId: ids[0] }));
    expect(await status()).toMatchObject({ status: "Failed", paid: false, paymentId: ids[0] });
  });

  it("lists all payments of the link by their making", async () => {
    const payments = [payment(2), payment(0, { status: false, fees: "1.00" }), payment(1, { status: null })];
    const { status } = await read(payments, by({ link: `https://test.instamojo.com/@shop/${requestId}` }));
    expect((await status()).payments).toEqual([
      { paymentId: ids[0], status: "Failed", amount: "200.00", fees: "1.00", createdAt: "2026-01-01T00:00:00Z" },
      { paymentId: ids[1], status: "Processing", amount: "200.00", fees: null, createdAt: "2026-01-02T00:00:00Z" },
      { paymentId: ids[2], status: "Completed", amount: "200.00", fees: null, createdAt: "2026-01-03T00:00:00Z" },
    ]);
  });

  it("is Cancelled where the ledger closed the link, and never over a paid or unfinished payment", async () => {
    const row = { status: "Cancelled" } as const;
    for (const [statuses, status] of [
      [[], "Cancelled"],
      [[false], "Cancelled"],
      [[null], "Processing"],
      [[true], "Completed"],
    ] as const) {
      const payments = statuses.map((paid) => payment(0, { status: paid }));
      const { status: ask } = await read(payments, undefined, { row });
      expect((await ask()).status).toBe(status);
    }
  });

  it("is Refunded when a refund of this payment is concluded, and not before", async () => {
    const { status, store } = await read([payment(0)]);
    await store.saveRefund(refundRow({ paymentId: ids[0], stage: "requested", tag: null }));
    expect((await status()).status).toBe("Completed");
    await store.saveRefund(refundRow({ paymentId: ids[0], stage: "refunded", tag: null }));
    expect((await status()).status).toBe("Refunded");
  });

  it("of a payment that belongs to no link and is not in the ledger says what the read says", async () => {
    const loose = payment(0, { payment_request: null, title: "At the counter", name: "Asha", amount: "19.99" });
    const { status } = await read([loose], by({ paymentId: ids[0] }));
    expect(await status()).toMatchObject({
      status: "Completed",
      paid: true,
      paymentRequestId: null,
      link: null,
      reference: null,
      purpose: "At the counter",
      amount: "19.99",
      customer: { name: "Asha", email: null, mobileNumber: null },
      observedAt: "2026-01-01T00:00:00.000Z",
      response: { id: ids[0] },
    });
  });

  it("names the customer as the payer, else as the gateway, else as the flow did", async () => {
    const row = {
      input: { customerName: "Flow", customerEmail: "flow@example.com", customerMobileNumber: "9999999999" },
      reference: "order-7",
    };
    const request = { buyer_name: null, email: "link@example.com", phone: null };
    const { status } = await read([payment(0, { name: "Payer" })], undefined, { row, request });
    expect(await status()).toMatchObject({
      reference: "order-7",
      customer: { name: "Payer", email: "link@example.com", mobileNumber: "+919999999999" },
    });
  });

  it("is given without a guess where a payment's amount or time cannot be read", async () => {
    const { created_at: _, ...timeless } = payment(0, { amount: "?" });
    const { created_at: _too, ...another } = payment(1, { status: false });
    const { status } = await read([timeless, another]);
    expect((await status()).payments).toMatchObject([{ amount: "0.00", createdAt: null }, { createdAt: null }]);
  });

  it("is unreadable where the amount of the link is", async () => {
    const { status } = await read([], undefined, { request: { amount: "?" } });
    expect((await refusal(status())).code).toBe("unreadable_reply");
  });

  it("is not found where the gateway has no such link", async () => {
    const { status } = await read([], by({ paymentRequestId: "1".repeat(32) }));
    expect((await refusal(status())).code).toBe("not_found");
  });
});
