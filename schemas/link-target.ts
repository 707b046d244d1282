import { type TString, Type } from "@sinclair/typebox";
import type { FormHints } from "./form.ts";

/** Where an id of Instamojo is found. */
export const whereIdsAre = "Take it from the output of Generate payment link or from the payment-status event.";

/** The id of a link as a field to fill in; `hint` is the last sentence of its help. */
export function PaymentRequestIdInput(hint: string): TString {
  return Type.String({
    title: "Payment request id",
    description: `The id that Generate payment link returned, 32 hex digits. ${hint}`,
    pattern: "^[0-9a-f]{32}$",
    examples: ["05f317448ad84649aa1a9c7328edb015"],
    form: {
      kind: "text",
      placeholder: "05f317448ad84649aa1a9c7328edb015",
      pick: "payment-requests",
      rule: "32 hex digits",
      remedy: whereIdsAre,
    } satisfies FormHints,
  });
}

/** The address of a payment page as a field to fill in. A short address does not name the payment request: what to give instead is said. */
export function LinkInput(hint: string): TString {
  return Type.String({
    title: "Link",
    description: `The address of the payment page that was sent to the customer; the long one, not imjo.in. ${hint}`,
    pattern: "^https?://[^/?#]+/@[^/?#]+/[0-9a-f]{32}/?(?:[?#].*)?$",
    maxLength: 500,
    examples: ["https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015"],
    form: {
      kind: "text",
      placeholder: "https://www.instamojo.com/@foo/05f3…",
      rule: "the address of a payment page, ending in 32 hex digits",
      remedy: `${whereIdsAre} A short address (imjo.in) does not say which link it is: give the long one, or the payment request id.`,
    } satisfies FormHints,
  });
}
