import { CollectPaymentInput, CollectPaymentOutput } from "../schemas/collect-payment.ts";
import { defineNode, errorPort } from "../src/runtime/node-definition.ts";
import { generatePaymentLink } from "./generate-payment-link.ts";

/** Makes a payment link and waits for its end, for days and over restarts. */
export const collectPayment = defineNode({
  id: "collect-payment",
  version: 1,
  title: "Collect payment",
  description:
    "Generates a payment link, gives it out at once and waits: the flow goes on by Paid, Failed, Expired or Cancelled, exactly once, also after a restart. An attempt that fails in between ends nothing; the customer can try again.",
  effect: "create",
  idempotency: "operation-key",
  input: CollectPaymentInput,
  output: CollectPaymentOutput,
  ports: [
    {
      id: "link",
      title: "Link",
      description: "At once: carries the link to send to the customer.",
      carries: "output",
    },
    {
      id: "paid",
      title: "Paid",
      description: "Instamojo confirmed the payment.",
      carries: "event",
    },
    {
      id: "failed",
      title: "Failed",
      description: "The waiting time is over and the link is closed; the customer tried to pay and did not succeed.",
      carries: "event",
    },
    {
      id: "expired",
      title: "Expired",
      description: "The waiting time is over and the link is closed; nobody tried to pay.",
      carries: "event",
    },
    {
      id: "cancelled",
      title: "Cancelled",
      description: "Somebody disabled the link before it was paid.",
      carries: "event",
    },
    { ...errorPort, description: "No link was made, or nobody can say; carries code, message and remedy." },
  ],
  errors: [...generatePaymentLink.errors],
  examples: [
    {
      title: "A link that is waited for during 30 minutes",
      input: { ...generatePaymentLink.examples[0]?.input, expiresAfter: 30 },
      output: { ...generatePaymentLink.examples[0]!.output, expiresAt: "2016-05-09T16:40:13.786Z" },
    },
  ],
  execute: (input, { waits }) => waits.create(input),
});
