import { type Static, Type } from "@sinclair/typebox";
import { Amount } from "./amount.ts";
import { LinkInput, PaymentRequestIdInput } from "./link-target.ts";
import {
  accountField,
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

const target = {
  paymentRequestId: Type.Optional(PaymentRequestIdInput("Fill one of the two fields.")),
  link: Type.Optional(LinkInput("Fill one of the two fields.")),
};

const oneField = { additionalProperties: false, minProperties: 1, maxProperties: 1 } as const;

/** What *Disable* and *Enable payment link* ask for: the link, by either of its names. */
export const DisablePaymentLinkInput = Type.Object(target, {
  ...oneField,
  title: "Disable payment link",
  description: "Which link to close: fill one of the two fields.",
});
export const EnablePaymentLinkInput = Type.Object(target, {
  ...oneField,
  title: "Enable payment link",
  description: "Which link to open again: fill one of the two fields.",
});
export type SwitchLinkInput = Static<typeof DisablePaymentLinkInput>;

/** What both give out. */
function switchLinkOutput(disabled: boolean, title: string, description: string) {
  return Type.Object(
    {
      account: accountField,
      environment: environmentField,
      paymentRequestId: paymentRequestIdField,
      link: linkField,
      disabled: Type.Boolean({
        title: "Disabled",
        description: "true: nobody can pay the link now. false: it can be paid.",
        examples: [disabled],
      }),
      status: PaymentStatus,
      paid: Type.Boolean({
        title: "Paid",
        description: "true when the link has been paid: disabling it gives no money back, and no Cancelled is told.",
        examples: [false],
      }),
      amount: Amount("Amount", "What the link asks for, in rupees."),
      currency: currencyField,
      purpose: purposeOutputField,
      reference: referenceOutputField,
      observedAt: instantField("Observed at", "When it was done."),
      response: responseField,
    },
    { title, description },
  );
}

export const DisablePaymentLinkOutput = switchLinkOutput(
  true,
  "Disabled link",
  "The link, which nobody can pay any more. The event Cancelled follows once Instamojo shows nothing paid or unfinished.",
);
export const EnablePaymentLinkOutput = switchLinkOutput(
  false,
  "Enabled link",
  "The link, which can be paid again. A time to pay that is over does not count any more.",
);
export type SwitchLinkOutput = Static<typeof DisablePaymentLinkOutput>;
