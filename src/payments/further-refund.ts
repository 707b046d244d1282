import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { RefundRow } from "../store/rows.ts";
import type { ListedRefund } from "./refund-cases.ts";

/** Ids of the cases that the payment of a refund had before it, by the ledger and by the gateway's list. */
export function earlierCases(
  refund: Pick<RefundRow, "paymentId" | "transactionId">,
  listed: readonly ListedRefund[],
  ours: readonly RefundRow[],
): readonly string[] {
  const known = ours.filter((other) => other.transactionId !== refund.transactionId).map((other) => other.caseId);
  const shown = listed.filter((row) => row.paymentId === refund.paymentId).map((row) => row.id);
  return [...new Set([...known, ...shown])].filter((id) => id !== null);
}

/**
 * The refusal of a refund in words that help where the payment has a case already: the sources disagree whether a
 * payment can be refunded more than once (gateway reference: from the second case on an id is needed; other
 * integrations: one refund per payment). The gateway's reason is shown and never compared; a refusal that names a field
 * is about that field.
 */
export function furtherRefund(refusal: Error, earlier: readonly string[]): Error {
  const isPlain = isFlowError(refusal) && refusal.code === "gateway_refused" && refusal.fieldErrors === undefined;
  if (!isPlain || earlier.length === 0) return refusal;
  const message = `Instamojo refused this refund: ${refusal.message.replace(/[.]?$/, ".")} The payment has a refund already (${earlier.join(", ")}), and Instamojo may allow only one refund per payment. Nothing was refunded now.`;
  const remedy =
    "If it allows only one: give the rest back another way, for example by bank transfer or UPI, or ask Instamojo's support. Next time refund the whole sum at once.";
  return new FlowError(refusal.code, message, { ...refusal, remedy, cause: refusal });
}
