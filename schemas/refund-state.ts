import { StringEnum } from "./string-enum.ts";

/** Where a refund case stands: opened, ended with money back, declined, taken back, closed without a word, or unknown. */
export const refundStates = ["requested", "refunded", "denied", "withdrawn", "closed", "unknown"] as const;

export const RefundState = StringEnum(refundStates, {
  title: "State",
  description:
    "requested: Instamojo is looking at it. refunded: concluded, the money goes back. denied, withdrawn, closed: it ended without a refund. unknown: nobody can say yet.",
  examples: ["requested"],
});
export type RefundState = (typeof refundStates)[number];
