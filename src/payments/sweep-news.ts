import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { PaymentRow, RequestRow } from "../store/rows.ts";
import type { WatchedPaymentRow } from "../store/sweep-rows.ts";
import type { Store } from "../store/store.ts";
import type { Links } from "./links.ts";
import { idOfUrl, listedPayments } from "./payment-facts.ts";
import type { Session } from "./sessions.ts";
import { paymentStateOf } from "./status-table.ts";

/** What follows from new or changed rows of a list. A list is a hint too: what it shows is read by id before it counts. */
export interface News {
  readonly watch: readonly WatchedPaymentRow[];
  /** Links that the list calls paid without naming a payment: to be read by themselves. */
  readonly wake: readonly RequestRow[];
  /** Payments of others than this ledger's links. */
  readonly foreign: number;
}

export interface NewsOptions {
  readonly store: Store;
  readonly links: Pick<Links, "adopt">;
  readonly session: Session;
  readonly now: number;
}

/** Takes in rows of the list of payment requests: links of this ledger are adopted, their payments are watched. */
export async function requestNews(options: NewsOptions, rows: readonly PaymentRequest[]): Promise<News> {
  const found = await each(rows, async (row): Promise<News> => {
    const known = await ownRequest(options, row.id);
    const request = known ?? (await options.links.adopt(options.session, row));
    const ids = listedPayments(row);
    if (!request || (ids.length === 0 && row.status !== "Completed")) return nothing;
    const payments = await knownPayments(options, request);
    const open = ids.filter((id) => isWorthReading(payments, id, undefined));
    const isPaidUnseen =
      row.status === "Completed" && ids.length === 0 && !payments.some((payment) => payment.state === "paid");
    return { watch: open.map((id) => watched(options, id)), wake: isPaidUnseen ? [request] : [], foreign: 0 };
  });
  return joined(found);
}

/** Takes in rows of the list of payments: those of our links that say something new are watched. */
export async function paymentNews(options: NewsOptions, rows: readonly Payment[]): Promise<News> {
  const found = await each(rows, async (row): Promise<News> => {
    const requestId = idOfUrl(row.payment_request);
    const request = requestId === null ? null : await ownRequest(options, requestId);
    if (!request) return { ...nothing, foreign: 1 };
    const isNew = isWorthReading(await knownPayments(options, request), row.id, row.status);
    return isNew ? { ...nothing, watch: [watched(options, row.id)] } : nothing;
  });
  return joined(found);
}

const nothing: News = { watch: [], wake: [], foreign: 0 };

/** Our request with this id, unless the account was another merchant's then. */
async function ownRequest({ store, session }: NewsOptions, id: string): Promise<RequestRow | null> {
  const account = { account: session.account.name, environment: session.environment };
  const request = await store.requestById(account, id);
  return request?.generation === session.row.generation ? request : null;
}

async function knownPayments({ store }: NewsOptions, request: RequestRow): Promise<readonly PaymentRow[]> {
  return (await store.snapshot(request.tag))?.payments ?? [];
}

/** Whether reading this payment can tell more than the ledger has. `status` is undefined where a list does not say. */
function isWorthReading(known: readonly PaymentRow[], id: string, status: boolean | null | undefined): boolean {
  const row = known.find((payment) => payment.paymentId === id);
  if (!row || row.state === "open") return true;
  return row.state === "failed" && status !== undefined && paymentStateOf(status) === "paid";
}

function watched({ session, now }: NewsOptions, paymentId: string): WatchedPaymentRow {
  return {
    account: session.account.name,
    environment: session.environment,
    paymentId,
    firstSeenAt: now,
    nextAt: now,
  };
}

function joined(all: readonly News[]): News {
  return {
    watch: all.flatMap(({ watch }) => watch),
    wake: all.flatMap(({ wake }) => wake),
    foreign: all.reduce((sum, { foreign }) => sum + foreign, 0),
  };
}

/** How many rows are looked up in the ledger at once. */
const width = 64;

async function each<Row, Result>(rows: readonly Row[], work: (row: Row) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < rows.length; start += width) {
    results.push(...(await Promise.all(rows.slice(start, start + width).map(work))));
  }
  return results;
}
