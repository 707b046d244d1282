import type { StoredPayment } from "../state.ts";

/**
 * `redirect_url` with `payment_id`, `payment_status` and `payment_request_id` appended in this order. Its own query
 * stays, and no slash is put in: `http://www.example.com?payment_id=…`. Without a payment (the payer cancelled) the id
 * is empty and the status `Failed`.
 */
export function returnAddress(redirectUrl: string, requestId: string, payment: StoredPayment | null): string {
  const hashAt = redirectUrl.indexOf("#");
  const base = hashAt === -1 ? redirectUrl : redirectUrl.slice(0, hashAt);
  const fragment = hashAt === -1 ? "" : redirectUrl.slice(hashAt);
  const added = new URLSearchParams([
    ["payment_id", payment?.id ?? ""],
    ["payment_status", payment?.status === true ? "Credit" : "Failed"],
    ["payment_request_id", requestId],
  ]);
  const joint = base.includes("?") ? (/[?&]$/.test(base) ? "" : "&") : "?";
  return `${base}${joint}${added}${fragment}`;
}
