import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import type { DecisionRow, RefundRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { RefundBook } from "./refund-book.ts";

/** What a person found out about a refund of which nobody could say whether it was booked. */
export interface Resolution {
  readonly account: string;
  readonly environment: RefundRow["environment"];
  readonly transactionId: string;
  /** Id of the case that Instamojo shows for it, or null when it shows none and none will come. */
  readonly caseId: string | null;
  readonly by: string;
  readonly reason: string;
}

/** Ends `unknown` by the word of a person; the refund is never sent again, whatever they say. */
export type ResolveRefund = (resolution: Resolution) => Promise<void>;

export interface ResolveRefundOptions {
  readonly store: Pick<Store, "refundByTransaction" | "refundsOfPayment" | "changeRefund">;
  readonly book: Pick<RefundBook, "resolved">;
  readonly clock: Clock;
}

/** @throws {FlowError} `invalid_input` for a refund that is not unknown, a case of another refund, or no name or reason */
export function createResolveRefund({ store, book, clock }: ResolveRefundOptions): ResolveRefund {
  return async ({ by, reason, caseId, transactionId, ...account }) => {
    const refund = await store.refundByTransaction(account, transactionId);
    if (refund?.stage !== "unknown") throw notWaiting(transactionId);
    const others = await store.refundsOfPayment(account, refund.paymentId);
    if (caseId !== null && others.some((other) => !isSame(other, refund) && other.caseId === caseId)) {
      throw refused(`Case ${caseId} belongs to another refund of this payment.`, "Give the case of this refund.");
    }
    const decision: DecisionRow = {
      at: clock.now(),
      by,
      reason,
      action: "resolve",
      subject: transactionId,
      tag: refund.tag,
      outcome: caseId ?? "not-booked",
    };
    const changes = { stage: "refused", nextReadAt: null, resolvedBy: by } as const;
    const after =
      caseId === null
        ? await store.changeRefund(refund, changes, decision)
        : await book.resolved(refund, caseId, decision);
    // Something else ended it in between; then nobody decided anything.
    if (after?.resolvedBy !== by || after.caseId !== caseId) throw notWaiting(transactionId);
  };
}

const isSame = (one: RefundRow, other: RefundRow): boolean =>
  one.account === other.account && one.environment === other.environment && one.transactionId === other.transactionId;

function notWaiting(transactionId: string): FlowError {
  return refused(
    `Refund ${JSON.stringify(transactionId)} is not one that waits to be resolved.`,
    "Look at it again; it may have ended by itself.",
  );
}

function refused(message: string, remedy: string): FlowError {
  return new FlowError("invalid_input", message, { remedy });
}
