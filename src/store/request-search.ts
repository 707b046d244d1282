import type { RequestRow, RequestSearch } from "./rows.ts";

/** How many requests one search looks at, so that nobody waits long for the ledger behind it. */
export const searchWindow = 2_000;
/** How many of the newest messages are looked at for the last one of each account. */
export const newestMessages = 2_000;
/** How many waiting and held messages are looked at: a leaked callback address can leave any number of them. */
export const countWindow = 10_000;

/** Whether a request is what somebody looks for. */
export function fitsSearch(request: RequestRow, { account, status, text }: RequestSearch): boolean {
  if (account !== undefined && request.account !== account) return false;
  if (status !== undefined && request.status !== status) return false;
  if (text === undefined || text === "") return true;
  const words = [request.paymentRequestId, request.reference, request.input.purpose, request.tag];
  return words.some((word) => typeof word === "string" && word.toLowerCase().includes(text.toLowerCase()));
}
