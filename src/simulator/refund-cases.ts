import { randomUUID } from "node:crypto";
import type { Desk } from "./exchange.ts";
import { change, type History, latest } from "./history.ts";
import { newBankReference, newCaseId, unused } from "./identifiers.ts";
import type { MerchantData, StoredCase, StoredPayment } from "./state.ts";
import type { CaseResolution } from "./switches.ts";

/** The seven reasons of the refund call's `type`. */
export const refundTypes = ["RFD", "TNR", "QFL", "QNR", "EWN", "TAN", "PTH"] as const;

export interface CaseOrder {
  payment: StoredPayment;
  transactionId: string | null;
  type: string;
  body: string;
  amountText: string;
  amountPaise: number;
}

export function casesOf(merchant: MerchantData, paymentId: string): StoredCase[] {
  return [...merchant.cases.values()].map(latest).filter((each) => each.paymentId === paymentId);
}

/** What of a payment is refunded, and what is held by open cases. A declined or withdrawn case holds nothing. */
export function refundedOf(merchant: MerchantData, paymentId: string): { refundedPaise: number; openPaise: number } {
  const sum = (resolution: CaseResolution | null): number =>
    casesOf(merchant, paymentId)
      .filter((each) => each.resolution === resolution)
      .reduce((total, each) => total + each.amountPaise, 0);
  return { refundedPaise: sum("FINI_CONC"), openPaise: sum(null) };
}

/** Why the gateway would refuse to open the case, or undefined. */
export function refusedBecause(desk: Desk, merchant: MerchantData, order: CaseOrder): string | undefined {
  const { refundsPerPayment, repeatedTransactionId } = desk.settings.switches;
  const { payment, transactionId } = order;
  if (payment.status !== true) return "Only a successful payment can be refunded.";
  const isRepeated =
    transactionId !== null &&
    [...merchant.cases.values()].some((history) => latest(history).transactionId === transactionId);
  if (isRepeated && repeatedTransactionId === "refused") return "A refund with this transaction_id already exists.";
  const earlier = casesOf(merchant, payment.id).length;
  if (!isRepeated && refundsPerPayment !== null && earlier >= refundsPerPayment) {
    return "A refund for this payment already exists.";
  }
  const { openPaise, refundedPaise } = refundedOf(merchant, payment.id);
  const free = payment.amountPaise - refundedPaise - openPaise;
  return order.amountPaise > free ? "Refund amount is more than what is left of the payment." : undefined;
}

export function openCase(desk: Desk, merchant: MerchantData, order: CaseOrder): StoredCase {
  const { payment, ...rest } = order;
  desk.state.order += 1;
  const opened: StoredCase = {
    ...rest,
    id: unused(
      () => newCaseId(desk.now),
      (id) => merchant.cases.has(id),
    ),
    order: desk.state.order,
    paymentId: payment.id,
    resolution: null,
    bankReference: newBankReference(),
    refundUuid: randomUUID(),
    createdAt: desk.now,
    changedAt: desk.now,
  };
  merchant.cases.set(opened.id, [{ at: desk.now, value: opened }]);
  return opened;
}

/** Ends a case. Whoever decides may change a decision; the money follows the last one. */
export function resolveCase(history: History<StoredCase>, at: number, resolution: CaseResolution): StoredCase {
  return change(history, at, { resolution, changedAt: at });
}

/** Decides every open case whose review time is over. */
export function reviewCases(desk: Desk): void {
  const { refundReviewOutcome, refundReviewSeconds } = desk.settings.switches;
  if (refundReviewSeconds === null) return;
  for (const merchant of desk.state.merchants.values()) {
    for (const history of merchant.cases.values()) {
      const open = latest(history);
      const dueAt = open.createdAt + refundReviewSeconds * 1000;
      if (open.resolution === null && desk.now >= dueAt) resolveCase(history, dueAt, refundReviewOutcome);
    }
  }
}
