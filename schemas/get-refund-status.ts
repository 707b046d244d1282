import { type Static, Type } from "@sinclair/typebox";
import { Amount } from "./amount.ts";
import type { FormHints } from "./form.ts";
import {
  accountField,
  currencyField,
  environmentField,
  instantField,
  referenceOutputField,
  responseField,
} from "./payment-fields.ts";
import { RefundState, refundExplanationField } from "./refund-state.ts";

export const GetRefundStatusInput = Type.Object(
  {
    refundId: Type.Optional(
      Type.String({
        title: "Refund id",
        description:
          "Instamojo's id of the refund case, as Create refund returned it. Fill one of the two fields. Example: C5c0751269",
        pattern: "^[0-9A-Za-z_-]{1,64}$",
        examples: ["C5c0751269"],
        form: {
          kind: "text",
          placeholder: "C5c0751269",
          pick: "refunds",
          rule: "the C… id of a refund, 1 to 64 letters, digits, - or _",
          remedy: "Take it from the output of Create refund or from the payment-status event.",
        } satisfies FormHints,
      }),
    ),
    uniqueTransactionId: Type.Optional(
      Type.String({
        title: "Unique Transaction ID",
        description:
          "Your own id of the refund, as given to Create refund or returned by it. Fill one of the two fields. Example: refund-1",
        pattern: "^[A-Za-z0-9_-]{1,64}$",
        examples: ["refund-1"],
        form: {
          kind: "text",
          placeholder: "refund-1",
          rule: "1 to 64 letters, digits, - or _",
          remedy: "Take it from the output of Create refund or from the payment-status event.",
        } satisfies FormHints,
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    title: "Get refund status",
    description: "Which refund to look at: fill one of the two fields.",
  },
);
export type GetRefundStatusInput = Static<typeof GetRefundStatusInput>;

function known(title: string, description: string, example: string) {
  return Type.Union([Type.String(), Type.Null()], { title, description, examples: [example] });
}

export const GetRefundStatusOutput = Type.Object(
  {
    account: accountField,
    environment: environmentField,
    refundId: known("Refund id", "Instamojo's id of the refund case, or null while none is known.", "C5c0751269"),
    state: RefundState,
    explanation: refundExplanationField,
    resolution: known("Resolution", "Instamojo's own code: FINI_… once the case has ended, else null.", "FINI_DENY"),
    paymentId: known(
      "Payment id",
      "The payment that is given back, or null where Instamojo does not say.",
      "MOJO5c04000J30502939",
    ),
    paymentRequestId: known(
      "Payment request id",
      "The link that was paid, or null when it was not made here.",
      "05f317448ad84649aa1a9c7328edb015",
    ),
    reference: referenceOutputField,
    uniqueTransactionId: known("Unique Transaction ID", "The id under which it was asked for, or null.", "refund-1"),
    amount: Amount("Amount", "What goes back, or would have, in rupees."),
    currency: currencyField,
    issueType: known("Issue Type", "Why the money goes back, as a three-letter code, or null.", "QFL"),
    createdAt: known("Created at", "When the case was opened.", "2026-05-09T16:10:13.786Z"),
    updatedAt: known("Updated at", "When the case last changed, or null.", "2026-05-10T09:00:00.000Z"),
    observedAt: instantField("Observed at", "When Instamojo was asked."),
    response: responseField,
  },
  { title: "Refund status", description: "What Instamojo says of the refund now." },
);
export type GetRefundStatusOutput = Static<typeof GetRefundStatusOutput>;
