import { type Static, Type } from "@sinclair/typebox";
import { Amount, RefundAmount } from "./amount.ts";
import type { FormHints } from "./form.ts";
import {
  accountField,
  currencyField,
  environmentField,
  instantField,
  paymentIdField,
  replayedField,
  responseField,
} from "./payment-fields.ts";
import { RefundState } from "./refund-state.ts";
import { StringEnum } from "./string-enum.ts";

/** Reasons for a refund and their meanings. Source: gateway reference, create a refund. */
export const issueTypes = {
  RFD: "Duplicate/delayed payment.",
  TNR: "Product/service no longer available.",
  QFL: "Customer not satisfied.",
  QNR: "Product lost/damaged.",
  EWN: "Digital download issue.",
  TAN: "Event was canceled/changed.",
  PTH: "Problem not described above.",
} as const;

const issueTypeCodes = ["RFD", "TNR", "QFL", "QNR", "EWN", "TAN", "PTH"] as const satisfies (keyof typeof issueTypes)[];

export const IssueType = StringEnum(issueTypeCodes, {
  title: "Issue Type",
  description: "Why the money goes back, as a three-letter code. Example: QFL",
  examples: ["QFL"],
  form: {
    enumTitles: Object.fromEntries(issueTypeCodes.map((code) => [code, `${code}: ${issueTypes[code]}`])),
    remedy: "Choose one of RFD, TNR, QFL, QNR, EWN, TAN, PTH.",
  } satisfies FormHints,
});

export const CreateRefundInput = Type.Object(
  {
    refundAmount: Type.Optional(
      RefundAmount(
        "Refund Amount",
        "How much to give back, in rupees. Leave it out to give back all that is not yet refunded. Example: 200",
      ),
    ),
    uniqueTransactionId: Type.Optional(
      Type.String({
        title: "Unique Transaction ID",
        description:
          "Your own id of this refund, at most 64 letters, digits, - or _. The same id is never refunded twice. Needed from the second refund of a payment on; left out, this is the first refund of the payment. Example: C5c0751269",
        pattern: "^[A-Za-z0-9_-]{1,64}$",
        examples: ["C5c0751269"],
        form: {
          kind: "text",
          placeholder: "first refund of this payment",
          rule: "1 to 64 letters, digits, - or _",
          remedy: "Give an id of your own, or leave the field out for the first refund of a payment.",
        } satisfies FormHints,
      }),
    ),
    issueType: IssueType,
    description: Type.String({
      title: "Description",
      description: "Explains the refund, at most 500 characters. Example: Product is not good",
      minLength: 1,
      maxLength: 500,
      pattern: "^[^|\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$",
      examples: ["Product is not good"],
      form: {
        kind: "text",
        placeholder: "Product is not good",
        rule: "text without | and without line breaks or other control characters",
      } satisfies FormHints,
    }),
    paymentId: Type.String({
      title: "Payment Id",
      description:
        "The payment to give back: its id (MOJO…), or the payment request id that the link node returned. Example: MOJO5c04000J30502939",
      pattern: "^(?:MOJO[0-9A-Za-z]{4,36}|[0-9a-f]{32})$",
      examples: ["MOJO5c04000J30502939"],
      form: {
        kind: "text",
        placeholder: "MOJO5c04000J30502939",
        pick: "refundable-payments",
        rule: "a payment id (MOJO…) or a payment request id (32 hex digits)",
        remedy: "Take it from the payment-status event, or from the output of Generate payment link.",
      } satisfies FormHints,
    }),
  },
  { additionalProperties: false, title: "Create refund", description: "What to give back, and why." },
);
export type CreateRefundInput = Static<typeof CreateRefundInput>;

export const CreateRefundOutput = Type.Object(
  {
    account: accountField,
    environment: environmentField,
    refundId: Type.String({
      title: "Refund id",
      description: "Instamojo's id of the refund case.",
      examples: ["C5c0751269"],
    }),
    state: RefundState,
    paymentId: paymentIdField,
    paymentRequestId: Type.Union([Type.String(), Type.Null()], {
      title: "Payment request id",
      description: "The link that was paid, or null when the payment came another way.",
      examples: ["05f317448ad84649aa1a9c7328edb015"],
    }),
    uniqueTransactionId: Type.String({
      title: "Unique Transaction ID",
      description: "The id under which this refund is known; derived from the payment when none was given.",
      examples: ["C5c0751269"],
    }),
    amount: Amount("Amount", "What goes back, in rupees."),
    paidAmount: Amount("Paid amount", "What was paid, in rupees."),
    currency: currencyField,
    issueType: IssueType,
    description: Type.String({
      title: "Description",
      description: "The explanation that was sent.",
      examples: ["Product is not good"],
    }),
    replayed: replayedField,
    createdAt: instantField("Created at", "When Instamojo opened the case."),
    response: responseField,
  },
  { title: "Refund", description: "The refund that was asked for. The money moves when Instamojo concludes the case." },
);
export type CreateRefundOutput = Static<typeof CreateRefundOutput>;
