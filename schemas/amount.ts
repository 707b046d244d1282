import { type TString, Type } from "@sinclair/typebox";
import type { FormHints } from "./form.ts";

/** Limits of a payment request in paise, both included: 9.00 and 200000.00 rupees. Source: gateway reference, create a payment request. */
export const linkMinPaise = 900;
export const linkMaxPaise = 20_000_000;

const linkAmountPattern = "^(?:(?:9|[1-9][0-9]{1,4}|1[0-9]{5})(?:\\.[0-9]{1,2})?|200000(?:\\.0{1,2})?)$";
const refundAmountPattern =
  "^(?!0+(?:\\.0{1,2})?$)(?:(?:0|[1-9][0-9]{0,4}|1[0-9]{5})(?:\\.[0-9]{1,2})?|200000(?:\\.0{1,2})?)$";

/** An amount that we hand out: rupees with two places, never in exponent form. */
export function Amount(title: string, description: string): TString {
  return Type.String({ title, description, pattern: "^[0-9]+\\.[0-9]{2}$", examples: ["200.00"] });
}

/** An amount to ask for: 9.00 to 200000.00 rupees. */
export function LinkAmount(title: string, description: string): TString {
  return Type.String({
    title,
    description,
    pattern: linkAmountPattern,
    examples: ["200"],
    form: {
      kind: "amount",
      minPaise: linkMinPaise,
      maxPaise: linkMaxPaise,
      placeholder: "200",
      rule: "an amount in rupees from 9.00 to 200000.00, with at most two decimals",
      remedy: "Write it like 200 or 199.50, without commas or a currency sign.",
    } satisfies FormHints,
  });
}

/** An amount to give back: more than nothing, at most 200000.00 rupees. */
export function RefundAmount(title: string, description: string): TString {
  return Type.String({
    title,
    description,
    pattern: refundAmountPattern,
    examples: ["200"],
    form: {
      kind: "amount",
      minPaise: 1,
      maxPaise: linkMaxPaise,
      placeholder: "all that is left",
      rule: "an amount in rupees from 0.01 to 200000.00, with at most two decimals",
      remedy: "Write it like 200 or 199.50, or leave the field out to refund all that is left.",
    } satisfies FormHints,
  });
}
