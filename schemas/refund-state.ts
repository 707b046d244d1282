import { Type } from "@sinclair/typebox";
import { StringEnum } from "./string-enum.ts";

/**
 * Where a refund case stands: opened, seen open by a read, ended with money back, declined, taken back, closed without a
 * word, or unknown.
 */
export const refundStates = ["requested", "in-review", "refunded", "denied", "withdrawn", "closed", "unknown"] as const;

export const RefundState = StringEnum(refundStates, {
  title: "State",
  description:
    "requested: Instamojo took the request. in-review: its case is open, Instamojo is looking at it. refunded: concluded, the money goes back. denied, withdrawn, closed: it ended without a refund. unknown: nobody can say yet.",
  examples: ["requested"],
});
export type RefundState = (typeof refundStates)[number];

export const refundExplanationField = Type.String({
  title: "Explanation",
  description: "What the state means, in a sentence to send on.",
  examples: ["Instamojo declined the refund. No money goes back. (FINI_DENY)"],
});
