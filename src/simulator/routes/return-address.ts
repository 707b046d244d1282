import type { StoredPayment } from "../state.ts";

/**
 * What is added after `payment_id` and `payment_status`: the id of the request, or the ids of the order, as the official
 * shop plugins read them.
 */
export type ReturnIds =
  | { readonly payment_request_id: string }
  | { readonly id: string; readonly transaction_id: string };

/**
 * `redirect_url` with `payment_id`, `payment_status` and `payment_request_id` appended in this order. Its own query
 * stays, and no slash is put in: `http://www.example.com?payment_id=…`. Without a payment (the payer cancelled) the id
 * is empty and the status `Failed`.
 */
export function returnAddress(redirectUrl: string, ids: ReturnIds, payment: StoredPayment | null): string {
  const hashAt = redirectUrl.indexOf("#");
  const base = hashAt === -1 ? redirectUrl : redirectUrl.slice(0, hashAt);
  const fragment = hashAt === -1 ? "" : redirectUrl.slice(hashAt);
  const added = new URLSearchParams([
    ["payment_id", payment?.id ?? ""],
    ["payment_status", payment?.status === true ? "Credit" : "Failed"],
    ...Object.entries(ids),
  ]);
  const joint = base.includes("?") ? (/[?&]$/.test(base) ? "" : "&") : "?";
  return `${base}${joint}${added}${fragment}`;
}
