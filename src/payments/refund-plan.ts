import { isReserving, type RefundRow } from "../store/rows.ts";
import { foreignPaise, type ListedRefund } from "./refund-cases.ts";

/** What is left of a payment before a refund is reserved. All amounts are paise. */
export interface RefundPlan {
  readonly paidPaise: number;
  /** Paid less what others than this ledger refunded: what our own refunds together may not exceed. */
  readonly availablePaise: number;
  /** What is left after all refunds that are made, open or unknown. */
  readonly remainingPaise: number;
  /** Whether the payment has another refund already. */
  readonly hasOthers: boolean;
}

/** Reckons what is left: paid − refunded − open − unknown, and what the gateway shows beyond our own. */
export function planRefund(facts: {
  readonly paidPaise: number;
  readonly listed: readonly ListedRefund[];
  readonly ours: readonly RefundRow[];
  readonly paymentId: string;
  readonly transactionId: string;
}): RefundPlan {
  const { paidPaise, listed, ours, paymentId, transactionId } = facts;
  // A refund that was refused under this very id may be asked for anew; any other stands, whatever its account is called.
  const others = ours.filter((refund) => refund.transactionId !== transactionId || refund.stage !== "refused");
  // One that was refused here and is booked there after all counts like somebody else's.
  const isKnown = ({ stage }: RefundRow) => stage !== "refused";
  const foreign = foreignPaise(listed, paymentId, ours.filter(isKnown));
  const reserved = others.filter(isReserving).reduce((sum, refund) => sum + refund.amountPaise, 0);
  const availablePaise = Math.max(0, paidPaise - foreign);
  return {
    paidPaise,
    availablePaise,
    remainingPaise: Math.max(0, availablePaise - reserved),
    hasOthers: foreign > 0 || others.some((refund) => refund.stage !== "refused"),
  };
}
