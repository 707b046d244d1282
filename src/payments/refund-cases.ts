import type { RefundReply } from "../../schemas/wire/refund.ts";
import type { Gateway } from "../client/gateway.ts";
import { gatewayPaise } from "../runtime/money.ts";
import type { RefundRow } from "../store/rows.ts";
import { idOfUrl } from "./payment-facts.ts";

/** One row of the gateway's list of refunds, as far as it can be read; its shape is not documented beyond id, payment and amount. */
export interface ListedRefund {
  readonly id: string | null;
  readonly paymentId: string | null;
  readonly transactionId: string | null;
  readonly amountPaise: number | null;
  readonly raw: Record<string, unknown>;
}

/** Reads the newest refunds of the account. */
export async function listRefunds(gateway: Pick<Gateway, "listRefunds">): Promise<readonly ListedRefund[]> {
  const { refunds } = await gateway.listRefunds({ page: 1, limit: 500 });
  return refunds.map((raw) => ({
    id: text(raw.id),
    paymentId: text(raw.payment_id) ?? idOfUrl(raw.payment),
    transactionId: text(raw.transaction_id),
    amountPaise: gatewayPaise(decimal(raw.refund_amount) ?? decimal(raw.amount)),
    raw,
  }));
}

/** An amount as the gateway writes it, in text or as a JSON number. */
function decimal(value: unknown): string | null {
  return typeof value === "number" ? String(value) : text(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The listed refund that is this one beyond doubt: same transaction id, payment and amount. */
export function matchingRefund(listed: readonly ListedRefund[], refund: RefundRow): ListedRefund | undefined {
  return listed.find(
    (row) =>
      row.id !== null &&
      row.transactionId === refund.transactionId &&
      row.paymentId === refund.paymentId &&
      row.amountPaise === refund.amountPaise,
  );
}

/** Paise that the gateway shows as refunded for a payment by cases that are not in the ledger, made in the dashboard for example. */
export function foreignPaise(listed: readonly ListedRefund[], paymentId: string, ours: readonly RefundRow[]): number {
  return (
    listed
      .filter((row) => row.paymentId === paymentId && !ours.some((refund) => isSame(refund, row)))
      .filter((row) => !["FINI_DENY", "FINI_WITH"].includes(String(row.raw.resolution_status)))
      // An amount that cannot be read may be all of it.
      .reduce((sum, row) => sum + (row.amountPaise ?? Number.MAX_SAFE_INTEGER), 0)
  );
}

function isSame(refund: RefundRow, row: ListedRefund): boolean {
  return (
    (row.id !== null && refund.caseId === row.id) ||
    (row.transactionId !== null && refund.transactionId === row.transactionId)
  );
}

/** Says what in the gateway's reply is not what was asked for; null when all of it is. */
export function refundMismatch(refund: RefundRow, reply: RefundReply): string | null {
  if (reply.refund.payment_id !== refund.paymentId) return "the payment";
  if (gatewayPaise(reply.refund.refund_amount) !== refund.amountPaise) return "the amount";
  return null;
}
