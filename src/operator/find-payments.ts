import { FlowError } from "../runtime/errors.ts";
import type { RequestHistory, RequestRow, RequestSearch } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { NameTaker } from "./timeline.ts";
import { type PaymentLine, type PaymentView, paymentLine, paymentView } from "./views.ts";

/** The ledger as far as looking needs it. */
export type LedgerView = Pick<Store, "searchRequests" | "tagsOf" | "history" | "requestByTag">;

export interface PaymentPage {
  readonly payments: readonly PaymentLine[];
  /** Where the next page starts; null when there is nothing more. */
  readonly before: number | null;
}

/** Lines of one page. */
export const pageSize = 50;
/** How many windows of the ledger one search goes through before it asks whether to go on. */
const maxWindows = 25;

/** Payments that fit, the newest first; a whole id finds its payment at once, however old it is. */
export async function findPayments(
  store: LedgerView,
  search: Omit<RequestSearch, "limit"> & { readonly limit?: number },
): Promise<PaymentPage> {
  const limit = search.limit ?? pageSize;
  const exact = search.text && search.before === undefined ? await byId(store, search.text) : [];
  const fitting = exact.filter(
    ({ account, status }) =>
      (search.account === undefined || account === search.account) &&
      (search.status === undefined || status === search.status),
  );
  if (fitting.length > 0) return { payments: fitting.map(paymentLine), before: null };
  const found: RequestRow[] = [];
  let before = search.before;
  for (let window = 0; window < maxWindows; window++) {
    const page = await store.searchRequests({
      ...search,
      limit: limit - found.length,
      ...(before === undefined ? {} : { before }),
    });
    found.push(...page.requests);
    if (page.before === null) return { payments: found.map(paymentLine), before: null };
    before = page.before;
    if (found.length >= limit) break;
  }
  return { payments: found.map(paymentLine), before: before ?? null };
}

async function byId(store: LedgerView, id: string): Promise<readonly RequestRow[]> {
  const tags = await store.tagsOf(id);
  const rows = await Promise.all(tags.map((tag) => store.requestByTag(tag)));
  return rows.filter((row) => row !== null);
}

/**
 * The whole story of the payment that an id belongs to.
 * @throws {FlowError} `not_found`
 */
export async function openPayment(
  store: LedgerView,
  id: string,
  options: { readonly isMasked: boolean; readonly nameTaker?: NameTaker | undefined },
): Promise<PaymentView> {
  const tags = await store.tagsOf(id);
  const histories = await Promise.all(tags.map((tag) => store.history(tag)));
  const history = histories.find((found): found is RequestHistory => found !== null);
  if (history) return paymentView(history, options);
  throw new FlowError("not_found", `The ledger knows nothing of ${JSON.stringify(id)}.`, {
    remedy: "Give the id of a payment request, payment, refund or event, or search for the reference.",
  });
}
