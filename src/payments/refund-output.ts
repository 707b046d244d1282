import type { CreateRefundInput, CreateRefundOutput } from "../../schemas/create-refund.ts";
import type { RefundState } from "../../schemas/refund-state.ts";
import { formatPaise } from "../runtime/money.ts";
import type { RefundRow } from "../store/rows.ts";

/** What the node gives out for a refund that has a case, made now or before. */
export function refundOutput(refund: RefundRow, replayed: boolean): CreateRefundOutput {
  const response = refund.response ?? {};
  const createdAt = (response.refund as { created_at?: unknown } | undefined)?.created_at;
  const input = refund.input as CreateRefundInput;
  return {
    account: refund.account,
    environment: refund.environment,
    refundId: refund.caseId ?? "",
    state: refund.stage as RefundState,
    paymentId: refund.paymentId,
    paymentRequestId: refund.paymentRequestId,
    uniqueTransactionId: refund.transactionId,
    amount: formatPaise(refund.amountPaise),
    paidAmount: formatPaise(refund.paidPaise),
    currency: "INR",
    issueType: input.issueType,
    description: input.description,
    replayed,
    createdAt: typeof createdAt === "string" ? createdAt : new Date(refund.createdAt).toISOString(),
    response: { ...response },
  };
}
