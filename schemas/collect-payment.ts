import { type Static, Type } from "@sinclair/typebox";
import type { FormHints } from "./form.ts";
import { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "./generate-payment-link.ts";

const { expiresAfter: _never, allowRepeatedPayments: _once, ...linkFields } = GeneratePaymentLinkInput.properties;

export const CollectPaymentInput = Type.Object(
  {
    ...linkFields,
    expiresAfter: Type.Integer({
      title: "Waiting time (minutes)",
      description:
        "How long to wait for the payment. After that the link is closed, and the flow goes on by Failed or Expired. From 1 minute to 30 days. Example: 30",
      minimum: 1,
      maximum: 43_200,
      default: 30,
      examples: [30],
      form: { placeholder: "30" } satisfies FormHints,
    }),
    startsEventFlows: Type.Boolean({
      title: "Also start event flows",
      description:
        "What happens to this link also starts the flows of Payment status nodes. Otherwise only this node hears of it while it waits.",
      default: false,
      examples: [false],
      form: { advanced: true } satisfies FormHints,
    }),
  },
  {
    additionalProperties: false,
    title: "Collect payment",
    description: "What to ask the customer for, and how long to wait.",
    allOf: GeneratePaymentLinkInput.allOf,
  },
);
export type CollectPaymentInput = Static<typeof CollectPaymentInput>;

export const CollectPaymentOutput = Type.Object(
  { ...GeneratePaymentLinkOutput.properties },
  { title: "Payment link", description: "The link to send; the run waits for its payment." },
);
export type CollectPaymentOutput = Static<typeof CollectPaymentOutput>;
