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
  message: {
    language: "en",
    text: "Please pay ₹200.00 for Iphone. Payment link: https://test.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
  },
  refund: null,
  failure: null,
  occurredAt: "2026-05-09T16:10:13.786Z",
  observedAt: "2026-05-09T16:10:14.012Z",
  source: "sample",
  correlation: null,
  raw: {},
};

const attempt = { paymentId: "MOJO5c04000J30502939", previousStatus: "Pending", sequence: 2 } as const;

const says = (text: string): Pick<PaymentStatusEvent, "message"> => ({ message: { language: "en", text } });

const refund = {
  refundId: "C5c0751269",
  state: "refunded",
  explanation:
    "Instamojo approved the refund. The money goes back the way it came; that can take 10 to 12 working days. (FINI_CONC)",
  amount: "200.00",
  uniqueTransactionId: "refund-1",
  refundedTotal: "200.00",
} as const;

const samples: Record<PaymentStatus, PaymentStatusEvent> = {
  Pending: base,
  Processing: {
    ...base,
    ...attempt,
    ...says("Your payment of ₹200.00 for Iphone is being processed. Please do not pay again."),
    status: "Processing",
  },
  Completed: {
    ...base,
    ...attempt,
    ...says("We have received your payment of ₹200.00 for Iphone. Thank you! Payment id: MOJO5c04000J30502939"),
    status: "Completed",
    fees: "7.00",
  },
  Failed: {
    ...base,
    ...attempt,
    ...says(
      "Your payment of ₹200.00 for Iphone did not go through. You can try again here: https://test.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
    ),
    status: "Failed",
    failure: { reason: "AUTHORIZATION_FAILED", message: "Transaction was declined by the bank" },
  },
  Refunded: {
    ...base,
    ...attempt,
    ...says("We have refunded ₹200.00 for Iphone. It may take a few days until you see it in your account."),
    status: "Refunded",
    reason: "full",
    previousStatus: "Completed",
    sequence: 3,
    refund,
  },
  Cancelled: {
    ...base,
    ...says("The payment link for Iphone (₹200.00) has expired. Please do not use it any more."),
    status: "Cancelled",
    reason: "expired",
    previousStatus: "Pending",
    sequence: 2,
  },
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
