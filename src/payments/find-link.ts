import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { RequestRow } from "../store/rows.ts";
import { tagOf } from "./callbacks.ts";
import { replyMismatch } from "./link-reply.ts";
import { marginMs, readPages } from "./list-pages.ts";
import type { Session } from "./sessions.ts";

/**
 * Looks through the gateway's links for the one that carries the tag of this row and is what was asked for; null where
 * none does, which proves nothing.
 */
export async function findLink(session: Session, request: RequestRow): Promise<PaymentRequest | null> {
  const listed = await readPages(async (page) => {
    const { payment_requests: rows, next } = await session.gateway.listPaymentRequests(page);
    return {
      rows: rows.map((row) => ({ row, createdAt: row.created_at ?? null })),
      hasNext: typeof next === "string",
    };
  }, request.createdAt - marginMs);
  const isOurs = (row: PaymentRequest) => tagOf(row.webhook) === request.tag || tagOf(row.redirect_url) === request.tag;
  const found = listed.find(({ row }) => isOurs(row))?.row;
  return found && !replyMismatch(request, found, session.account.baseUrl) ? found : null;
}
