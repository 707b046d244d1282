import { type Static, Type } from "@sinclair/typebox";
import { Amount } from "./amount.ts";
import type { FormHints } from "./form.ts";
import {
  accountField,
  Customer,
  currencyField,
  environmentField,
  instantField,
  paymentIdField,
  purposeOutputField,
  referenceOutputField,
  responseField,
} from "./payment-fields.ts";
import { StringEnum } from "./string-enum.ts";

/** What the gateway's list says of a payment; a refund does not show in it. */
export const listedStatuses = ["Completed", "Processing", "Failed"] as const;
export type ListedStatus = (typeof listedStatuses)[number];

/** How many pages of the gateway's list one run reads at most. */
export const maxPagesPerRun = 10;

const day = {
  pattern:
    "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,6})?)?(?:Z|[+-][01][0-9]:[0-5][0-9]))?$",
  examples: ["2026-05-09"],
  form: {
    kind: "text",
    placeholder: "2026-05-09",
    rule: "a day like 2026-05-09, or a time like 2026-05-09T10:30:00+05:30",
    remedy: "Write it as year-month-day, or leave the field out.",
  } satisfies FormHints,
} as const;

export const ListPaymentsInput = Type.Object(
  {
    status: Type.Optional(
      StringEnum(listedStatuses, {
        title: "Status",
        description:
          "Only payments that stand so; left out, all. A refunded payment is listed as Completed. Example: Completed",
        examples: ["Completed"],
        form: {
          placeholder: "all",
          enumTitles: {
            Completed: "Completed: paid.",
            Processing: "Processing: not finished.",
            Failed: "Failed: an attempt that did not go through.",
          },
          remedy: "Choose one of Completed, Processing, Failed, or leave the field out.",
        } satisfies FormHints,
      }),
    ),
    from: Type.Optional(
      Type.String({
        title: "From",
        description:
          "Only payments begun on this day or later, by Indian time. Reading ends where the list is older. Example: 2026-05-09",
        ...day,
      }),
    ),
    to: Type.Optional(
      Type.String({
        title: "To",
        description: "Only payments begun on this day or before, by Indian time. Example: 2026-05-09",
        ...day,
      }),
    ),
    buyer: Type.Optional(
      Type.String({
        title: "Buyer",
        description: "Only payments whose payer's name, e-mail or mobile number contains this. Example: john@test.com",
        pattern: "^(?:[\\s-]*[^\\s-]){3}",
        maxLength: 100,
        examples: ["john@test.com"],
        form: {
          kind: "text",
          placeholder: "john@test.com",
          rule: "at least 3 and at most 100 characters of a name, e-mail or mobile number",
          remedy: "Give more of it, or leave the field out.",
        } satisfies FormHints,
      }),
    ),
    paymentRequestId: Type.Optional(
      Type.String({
        title: "Payment request id",
        description:
          "Only payments of this link, 32 hex digits. Get payment status reads one link at once. Example: 05f317448ad84649aa1a9c7328edb015",
        pattern: "^[0-9a-f]{32}$",
        examples: ["05f317448ad84649aa1a9c7328edb015"],
        form: {
          kind: "text",
          placeholder: "05f317448ad84649aa1a9c7328edb015",
          rule: "32 hex digits",
          remedy: "Take it from the output of Generate payment link, or leave the field out.",
        } satisfies FormHints,
      }),
    ),
    page: Type.Integer({
      title: "Page",
      description:
        "Where to go on: nextPage of the run before. Pages are those of Instamojo's list, counted from 1; keep Page size the same meanwhile.",
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
      examples: [1],
      form: { blank: "absent", placeholder: "1" } satisfies FormHints,
    }),
    pageSize: Type.Integer({
      title: "Page size",
      description: `How many payments at most, 1 to 500. With a filter a run reads up to ${maxPagesPerRun} pages of this size and may find fewer, or none, although there are more: see hasMore.`,
      minimum: 1,
      maximum: 500,
      default: 50,
      examples: [50],
      form: { blank: "absent", placeholder: "50" } satisfies FormHints,
    }),
  },
  { additionalProperties: false, title: "List payments", description: "Which payments to list." },
);
export type ListPaymentsInput = Static<typeof ListPaymentsInput>;

function known(title: string, description: string, example: string) {
  return Type.Union([Type.String(), Type.Null()], { title, description, examples: [example] });
}

export const ListedPayment = Type.Object(
  {
    paymentId: paymentIdField,
    status: StringEnum(listedStatuses, {
      title: "Status",
      description: "Completed: paid, also when it was refunded later. Processing: not finished. Failed: not paid.",
      examples: ["Completed"],
    }),
    amount: Amount("Amount", "What was paid or tried, in rupees."),
    currency: currencyField,
    fees: known("Fees", "What Instamojo keeps, in rupees, or null while unknown.", "3.20"),
    purpose: purposeOutputField,
    customer: Customer,
    paymentRequestId: known(
      "Payment request id",
      "The link that was paid, or null when the payment came another way.",
      "05f317448ad84649aa1a9c7328edb015",
    ),
    reference: referenceOutputField,
    failureMessage: known(
      "Failure",
      "Instamojo's words on why it failed, or null.",
      "Transaction was declined by the bank",
    ),
    createdAt: known("Created at", "When the payment began, or null.", "2026-05-09T16:12:13.786Z"),
  },
  { title: "Payment", description: "One payment; the payer's name, e-mail and number are personal data." },
);
export type ListedPayment = Static<typeof ListedPayment>;

export const ListPaymentsOutput = Type.Object(
  {
    account: accountField,
    environment: environmentField,
    payments: Type.Array(ListedPayment, {
      title: "Payments",
      description: "The payments found, in the order of Instamojo's list; an empty list when there is none.",
    }),
    count: Type.Integer({ title: "Count", description: "How many payments this run found.", examples: [1] }),
    hasMore: Type.Boolean({
      title: "Has more",
      description: "true: the list goes on and was not read to its end. Run the node again with page set to nextPage.",
      examples: [false],
    }),
    nextPage: Type.Union([Type.Integer(), Type.Null()], {
      title: "Next page",
      description: "What page is to be for the next run, or null at the end.",
      examples: [2],
    }),
    pagesRead: Type.Integer({
      title: "Pages read",
      description: `How many pages of Instamojo's list were read, at most ${maxPagesPerRun}.`,
      examples: [1],
    }),
    observedAt: instantField("Observed at", "When Instamojo was asked."),
    response: responseField,
  },
  { title: "Payments", description: "The payments of the account that fit." },
);
export type ListPaymentsOutput = Static<typeof ListPaymentsOutput>;
