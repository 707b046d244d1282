import type { PaymentStatus } from "../schemas/payment-fields.ts";
import { PaymentStatusEvent, PaymentStatusFilter } from "../schemas/payment-status.ts";
import { defineEvent } from "../src/runtime/event-definition.ts";

const base: PaymentStatusEvent = {
  id: "evt_sample",
  type: "payment-status",
  status: "Pending",
  reason: null,
  previousStatus: null,
  sequence: 1,
  account: "shop",
  environment: "test",
  paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
  paymentId: null,
  reference: "order-1042",
  amount: "200.00",
  currency: "INR",
  fees: null,
  purpose: "Iphone",
  customer: { name: "John", email: "John@test.com", mobileNumber: "+919999999999" },
  link: "https://test.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
  refund: null,
  failure: null,
  occurredAt: "2026-05-09T16:10:13.786Z",
  observedAt: "2026-05-09T16:10:14.012Z",
  source: "sample",
  correlation: null,
  raw: {},
};

const attempt = { paymentId: "MOJO5c04000J30502939", previousStatus: "Pending", sequence: 2 } as const;

const refund = {
  refundId: "C5c0751269",
  state: "refunded",
  amount: "200.00",
  uniqueTransactionId: "refund-1",
  refundedTotal: "200.00",
} as const;

const samples: Record<PaymentStatus, PaymentStatusEvent> = {
  Pending: base,
  Processing: { ...base, ...attempt, status: "Processing" },
  Completed: { ...base, ...attempt, status: "Completed", fees: "7.00" },
  Failed: {
    ...base,
    ...attempt,
    status: "Failed",
    failure: { reason: "AUTHORIZATION_FAILED", message: "Transaction was declined by the bank" },
  },
  Refunded: {
    ...base,
    ...attempt,
    status: "Refunded",
    reason: "full",
    previousStatus: "Completed",
    sequence: 3,
    refund,
  },
  Cancelled: { ...base, status: "Cancelled", reason: "expired", previousStatus: "Pending", sequence: 2 },
};

/** Starts a flow when the status of a payment changes. */
export const paymentStatus = defineEvent({
  id: "payment-status",
  version: 1,
  title: "Payment status",
  description:
    "Indicates an update in the payment status: Pending, Processing, Completed, Failed, Refunded or Cancelled. Starts the flow in the conversation that asked for the payment.",
  payload: PaymentStatusEvent,
  filter: PaymentStatusFilter,
  samples,
});
