import { type Static, Type } from "@sinclair/typebox";
import { Amount } from "./amount.ts";
import type { FormHints } from "./form.ts";
import { StatusMessage } from "./message.ts";
import {
  accountField,
  Customer,
  currencyField,
  environmentField,
  instantField,
  linkField,
  PaymentStatus,
  paymentRequestIdField,
  paymentStatuses,
  purposeOutputField,
  referenceOutputField,
  responseField,
} from "./payment-fields.ts";
import { RefundState, refundExplanationField } from "./refund-state.ts";
import { StringEnum } from "./string-enum.ts";

/** What more there is to say about a status. */
export const eventReasons = [
  "late",
  "duplicate",
  "overpaid",
  "accepted",
  "partial",
  "full",
  "refund-requested",
  "refund-in-review",
  "refund-denied",
  "refund-withdrawn",
  "refund-closed",
  "expired",
  "disabled",
] as const;
export type EventReason = (typeof eventReasons)[number];

/** Who told us: only `webhook`, `return` and `poll` rest on an authenticated read; `action` is our own statement. */
export const eventSources = ["webhook", "return", "poll", "action", "sample"] as const;
export type EventSource = (typeof eventSources)[number];

export const PaymentStatusEvent = Type.Object(
  {
    id: Type.String({
      title: "Event id",
      description: "The same event has the same id for ever: drop what you have seen.",
      examples: ["evt_5d41402abc4b2a76b9719d911017c592"],
    }),
    type: Type.Literal("payment-status", {
      title: "Type",
      description: "Always payment-status.",
      examples: ["payment-status"],
    }),
    status: PaymentStatus,
    reason: Type.Union([StringEnum(eventReasons), Type.Null()], {
      title: "Reason",
      description:
        "More about the status: late, duplicate or overpaid payment; partial or full refund; what happened to a refund; why a link was cancelled. Else null. duplicate: paid before, by this link or by one that was made in its place.",
      examples: [null],
    }),
    previousStatus: Type.Union([PaymentStatus, Type.Null()], {
      title: "Previous status",
      description: "The status before this event, or null for the first.",
      examples: ["Pending"],
    }),
    sequence: Type.Integer({
      title: "Sequence",
      description: "Counts the events of one payment request from 1.",
      examples: [2],
    }),
    account: accountField,
    environment: environmentField,
    paymentRequestId: paymentRequestIdField,
    paymentId: Type.Union([Type.String(), Type.Null()], {
      title: "Payment id",
      description: "The payment this is about, or null when it is about the link.",
      examples: ["MOJO5c04000J30502939"],
    }),
    reference: referenceOutputField,
    amount: Amount("Amount", "What was paid; before a payment, what was asked for. In rupees."),
    currency: currencyField,
    fees: Type.Union([Type.String(), Type.Null()], {
      title: "Fees",
      description: "What Instamojo keeps, in rupees, or null while unknown.",
      examples: ["3.20"],
    }),
    purpose: purposeOutputField,
    customer: Customer,
    link: linkField,
    message: StatusMessage,
    refund: Type.Union(
      [
        Type.Object({
          refundId: Type.Union([Type.String(), Type.Null()], {
            title: "Refund id",
            description: "Instamojo's id of the refund case.",
          }),
          state: RefundState,
          explanation: refundExplanationField,
          amount: Amount("Amount", "What goes back, in rupees."),
          uniqueTransactionId: Type.String({
            title: "Unique Transaction ID",
            description: "The id under which the refund was asked for.",
          }),
          refundedTotal: Amount("Refunded total", "All that has gone back of this payment, in rupees."),
        }),
        Type.Null(),
      ],
      { title: "Refund", description: "The refund this is about, or null." },
    ),
    failure: Type.Union(
      [
        Type.Object({
          reason: Type.Union([Type.String(), Type.Null()], { title: "Reason", description: "Instamojo's code." }),
          message: Type.Union([Type.String(), Type.Null()], { title: "Message", description: "Instamojo's words." }),
        }),
        Type.Null(),
      ],
      { title: "Failure", description: "Why the attempt failed, or null." },
    ),
    occurredAt: instantField("Occurred at", "When it happened, by Instamojo's clock."),
    observedAt: instantField("Observed at", "When we learned of it."),
    source: StringEnum(eventSources, {
      title: "Source",
      description:
        "Who told: webhook, return (the customer's browser came back), poll, action (a node did it), sample.",
      examples: ["webhook"],
    }),
    correlation: Type.Unknown({
      title: "Correlation",
      description: "What the host stored when the link was made, handed back unchanged. Personal data.",
      examples: [{ conversation: "c-1" }],
    }),
    raw: responseField,
  },
  { title: "Payment status", description: "An update in the payment status." },
);
export type PaymentStatusEvent = Static<typeof PaymentStatusEvent>;

/** Statuses that start a flow unless the author chooses others. */
export const defaultEventStatuses = ["Completed", "Failed", "Refunded", "Cancelled"] as const;

/** The form of the event node: which events start this flow. */
export const PaymentStatusFilter = Type.Object(
  {
    accounts: Type.Array(Type.String({ pattern: "^[a-z0-9_]+$" }), {
      title: "Accounts",
      description: "Names of the accounts to listen to; none means all.",
      default: [],
      uniqueItems: true,
      examples: [["shop"]],
    }),
    statuses: Type.Array(StringEnum(paymentStatuses), {
      title: "Statuses",
      description: "Which statuses start the flow. Example: Completed, Failed",
      default: [...defaultEventStatuses],
      minItems: 1,
      uniqueItems: true,
      examples: [["Completed", "Failed"]],
      form: { remedy: "Choose at least one status." } satisfies FormHints,
    }),
    refundUpdates: Type.Boolean({
      title: "Refund updates",
      description:
        "Also start the flow when a refund is requested, in review, declined, withdrawn or closed: status Completed with a reason such as refund-denied.",
      default: false,
      examples: [false],
    }),
  },
  { additionalProperties: false, title: "Payment status", description: "Which events start this flow." },
);
export type PaymentStatusFilter = Static<typeof PaymentStatusFilter>;
