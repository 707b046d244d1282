import { type Static, Type } from "@sinclair/typebox";
import { Amount } from "./amount.ts";
import type { FormHints } from "./form.ts";
import { LinkInput, PaymentRequestIdInput, whereIdsAre } from "./link-target.ts";
import {
  accountField,
  Customer,
  currencyField,
  environmentField,
  instantField,
  linkField,
  PaymentStatus,
  paymentRequestIdField,
  purposeOutputField,
  referenceOutputField,
  responseField,
} from "./payment-fields.ts";

export const GetPaymentStatusInput = Type.Object(
  {
    paymentRequestId: Type.Optional(PaymentRequestIdInput("Fill one of the three fields.")),
    paymentId: Type.Optional(
      Type.String({
        title: "Payment id",
        description: "The id of one payment, MOJO and letters or digits. Fill one of the three fields.",
        pattern: "^MOJO[0-9A-Za-z]{4,36}$",
        examples: ["MOJO5c04000J30502939"],
        form: {
          kind: "text",
          placeholder: "MOJO5c04000J30502939",
          pick: "payments",
          rule: "MOJO and letters or digits",
          remedy: whereIdsAre,
        } satisfies FormHints,
      }),
    ),
    link: Type.Optional(LinkInput("Fill one of the three fields.")),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    title: "Get payment status",
    description: "Which payment to look at: fill one of the three fields.",
  },
);
export type GetPaymentStatusInput = Static<typeof GetPaymentStatusInput>;

const PaymentSummary = Type.Object(
  {
    paymentId: Type.String({
      title: "Payment id",
      description: "Instamojo's id of this attempt.",
      examples: ["MOJO5c04000J30502939"],
    }),
    status: PaymentStatus,
    amount: Amount("Amount", "What was paid or tried, in rupees."),
    fees: Type.Union([Type.String(), Type.Null()], {
      title: "Fees",
      description: "What Instamojo keeps, in rupees, or null while unknown.",
      examples: ["3.20"],
    }),
    createdAt: Type.Union([Type.String(), Type.Null()], {
      title: "Created at",
      description: "When the attempt began.",
      examples: ["2026-05-09T16:12:13.786Z"],
    }),
  },
  { title: "Payment", description: "One attempt to pay the link." },
);

export const GetPaymentStatusOutput = Type.Object(
  {
    account: accountField,
    environment: environmentField,
    status: PaymentStatus,
    paid: Type.Boolean({
      title: "Paid",
      description: "true when Instamojo confirms a successful payment, also when it was refunded later.",
      examples: [true],
    }),
    paymentRequestId: Type.Union([paymentRequestIdField, Type.Null()], {
      title: "Payment request id",
      description: "The link, or null when the payment came another way.",
    }),
    paymentId: Type.Union([Type.String(), Type.Null()], {
      title: "Payment id",
      description: "The successful payment, else the last attempt, else null.",
      examples: ["MOJO5c04000J30502939"],
    }),
    link: Type.Union([linkField, Type.Null()], { title: "Link", description: "Address of the payment page, or null." }),
    amount: Amount("Amount", "What was asked for, in rupees."),
    refundedAmount: Amount("Refunded amount", "What has gone back of the payment so far, in rupees."),
    currency: currencyField,
    purpose: purposeOutputField,
    reference: referenceOutputField,
    customer: Customer,
    payments: Type.Array(PaymentSummary, { title: "Payments", description: "All attempts, oldest first." }),
    observedAt: instantField("Observed at", "When Instamojo was asked."),
    response: responseField,
  },
  { title: "Payment status", description: "What Instamojo says of the payment now." },
);
export type GetPaymentStatusOutput = Static<typeof GetPaymentStatusOutput>;
