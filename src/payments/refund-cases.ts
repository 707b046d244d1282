import type { RefundReply } from "../../schemas/wire/refund.ts";
import type { Gateway } from "../client/gateway.ts";
import { gatewayPaise } from "../runtime/money.ts";
import type { RefundRow } from "../store/rows.ts";
import { readPages } from "./list-pages.ts";
import { idOfUrl } from "./payment-facts.ts";

/** One row of the gateway's list of refunds, as far as it can be read; its shape is not documented beyond id, payment and amount. */
export interface ListedRefund {
  readonly id: string | null;
  readonly paymentId: string | null;
  readonly transactionId: string | null;
  readonly amountPaise: number | null;
  readonly createdAt: string | null;
  readonly raw: Record<string, unknown>;
}

/** Reads the refunds of the account, newest first, back to those made before `since` (milliseconds). */
export function listRefunds(gateway: Pick<Gateway, "listRefunds">, since: number): Promise<readonly ListedRefund[]> {
  return readPages(async (page) => {
    const { refunds, next } = await gateway.listRefunds(page);
    return { rows: readRows(refunds), hasNext: typeof next === "string" };
  }, since);
}

function readRows(refunds: readonly Record<string, unknown>[]): readonly ListedRefund[] {
  return refunds.map((raw) => ({
    id: text(raw.id),
    paymentId: text(raw.payment_id) ?? idOfUrl(raw.payment),
    transactionId: text(raw.transaction_id),
    amountPaise: gatewayPaise(decimal(raw.refund_amount) ?? decimal(raw.amount)),
    createdAt: text(raw.created_at),
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
  const rest = listed.filter((row) => row.paymentId === paymentId);
  for (const refund of ours) {
    const own = ownIndex(rest, refund);
    if (own >= 0) rest.splice(own, 1);
  }
  return (
    rest
      .filter((row) => !["FINI_DENY", "FINI_WITH"].includes(String(row.raw.resolution_status)))
      // An amount that cannot be read may be all of it.
      .reduce((sum, row) => sum + (row.amountPaise ?? Number.MAX_SAFE_INTEGER), 0)
  );
}

/** Where a refund of ours stands in the list. It is one row: a second case under the same id is money of its own. */
function ownIndex(rows: readonly ListedRefund[], refund: RefundRow): number {
  const byCase = rows.findIndex((row) => row.id !== null && row.id === refund.caseId);
  if (byCase >= 0) return byCase;
  return rows.findIndex((row) => row.transactionId !== null && row.transactionId === refund.transactionId);
}

/** Says what in the gateway's reply is not what was asked for; null when all of it is. */
export function refundMismatch(refund: RefundRow, reply: RefundReply): string | null {
  if (reply.refund.payment_id !== refund.paymentId) return "the payment";
  if (gatewayPaise(reply.refund.refund_amount) !== refund.amountPaise) return "the amount";
  return null;
}
