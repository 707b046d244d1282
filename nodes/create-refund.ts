import { CreateRefundInput, CreateRefundOutput } from "../schemas/create-refund.ts";
import { defineNode, errorPort, gatewayErrors, successPort, unknownPort } from "../src/runtime/node-definition.ts";

/** Asks the gateway to give a payment back, whole or in part: one intent in the ledger, one send, ever. */
export const createRefund = defineNode({
  id: "create-refund",
  version: 1,
  title: "Create refund",
  description:
    "Refunds a payment made on Instamojo, whole or in part. Instamojo reviews it; the Payment status event tells when the money goes back.",
  effect: "move-money",
  idempotency: "transaction-id",
  input: CreateRefundInput,
  output: CreateRefundOutput,
  ports: [successPort, errorPort, unknownPort],
  errors: [
    ...gatewayErrors,
    "refund_unknown",
    "transaction_id_reused",
    "not_paid_yet",
    "several_payments",
    "refund_exceeds_remaining",
    "live_refund_from_button",
  ],
  examples: [
    {
      title: "Half of a payment goes back",
      input: {
        refundAmount: "100",
        uniqueTransactionId: "refund-1",
        issueType: "QFL",
        description: "Customer isn't satisfied with the quality",
        paymentId: "MOJO5c04000J30502939",
      },
      output: {
        account: "shop",
        environment: "live",
        refundId: "C5c0751269",
        state: "requested",
        paymentId: "MOJO5c04000J30502939",
        paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
        uniqueTransactionId: "refund-1",
        amount: "100.00",
        paidAmount: "200.00",
        currency: "INR",
        issueType: "QFL",
        description: "Customer isn't satisfied with the quality",
        replayed: false,
        createdAt: "2015-12-07T11:01:37.640Z",
        response: {
          refund: {
            id: "C5c0751269",
            payment_id: "MOJO5c04000J30502939",
            status: "Refunded",
            type: "QFL",
            body: "Customer isn't satisfied with the quality",
            refund_amount: "100",
            total_amount: "100.00",
            created_at: "2015-12-07T11:01:37.640Z",
          },
          success: true,
        },
      },
    },
  ],
  execute: (input, { refunds }) => refunds.create(input),
});
