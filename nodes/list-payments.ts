import { ListPaymentsInput, ListPaymentsOutput } from "../schemas/list-payments.ts";
import { defineNode, errorPort, gatewayErrors, successPort } from "../src/runtime/node-definition.ts";

/** Lists the account's payments; filters are ours, because the gateway's list has none. */
export const listPayments = defineNode({
  id: "list-payments",
  version: 1,
  title: "List payments",
  description:
    "Lists the payments of the account as Instamojo shows them, filtered and page by page. Instamojo's list has no filters; they are applied here. The list holds names, e-mails and numbers of buyers.",
  effect: "read",
  idempotency: "none",
  input: ListPaymentsInput,
  output: ListPaymentsOutput,
  ports: [successPort, errorPort],
  errors: [...gatewayErrors],
  examples: [
    {
      title: "What was paid on one day",
      input: { status: "Completed", from: "2023-02-07", to: "2023-02-07" },
      output: {
        account: "shop",
        environment: "live",
        payments: [
          {
            paymentId: "MOJO3207U05Q80983266",
            status: "Completed",
            amount: "10.00",
            currency: "INR",
            fees: "3.20",
            purpose: "FIFA 10",
            customer: { name: "John Doe", email: "foo@example.com", mobileNumber: "+919999999999" },
            paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
            reference: null,
            failureMessage: null,
            createdAt: "2023-02-07T08:30:33.902672Z",
          },
        ],
        count: 1,
        hasMore: false,
        nextPage: null,
        pagesRead: 1,
        observedAt: "2023-02-08T04:00:00.000Z",
        response: {
          count: 1,
          next: null,
          previous: null,
          payments: [
            {
              id: "MOJO3207U05Q80983266",
              title: "FIFA 10",
              payment_type: "api_rap",
              payment_request: "https://api.instamojo.com/v2/payment_requests/05f317448ad84649aa1a9c7328edb015/",
              status: true,
              currency: "INR",
              amount: "10.00",
              name: "John Doe",
              email: "foo@example.com",
              phone: "+919999999999",
              fees: "3.20",
              total_taxes: "0.58",
              cases: [],
              instrument_type: "QR",
              billing_instrument: "Order based QR Code",
              failure: null,
              created_at: "2023-02-07T08:30:33.902672Z",
              updated_at: "2023-02-07T08:30:34.300356Z",
              resource_uri: "https://api.instamojo.com/v2/payments/MOJO3207U05Q80983266/",
            },
          ],
        },
      },
    },
  ],
  execute: (input, { payments }) => payments.list(input),
});
