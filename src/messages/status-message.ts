import type { StatusMessage } from "../../schemas/message.ts";
import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import type { EventReason } from "../../schemas/payment-status.ts";
import type { TextKey } from "./en.ts";
import { languageOf, phrase, type Subject } from "./phrase.ts";

const byStatus: Readonly<Record<PaymentStatus, TextKey>> = {
  Pending: "payByLink",
  Processing: "processing",
  Completed: "paid",
  Failed: "failed",
  Refunded: "refunded",
  Cancelled: "closed",
};

/** What a reason changes about what there is to say; null where the status says it all. */
const byReason: Readonly<Record<EventReason, TextKey | null>> = {
  late: "paidLate",
  duplicate: "paidTwice",
  overpaid: "paidTooMuch",
  accepted: null,
  partial: null,
  full: null,
  "refund-requested": "refundRequested",
  "refund-in-review": "refundInReview",
  "refund-denied": "refundDenied",
  "refund-withdrawn": "refundWithdrawn",
  "refund-closed": "refundClosed",
  expired: "expired",
  disabled: null,
};

export interface StatusFacts extends Subject {
  readonly status: PaymentStatus;
  readonly reason: EventReason | null;
  /** The input of the link, which names the language. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What to tell the customer about an event, in the language of the link. */
export function statusMessage({ status, reason, input, ...subject }: StatusFacts): StatusMessage {
  const language = languageOf(input);
  const key = (reason && byReason[reason]) ?? byStatus[status];
  return { language, text: phrase(language, key, subject) };
}
