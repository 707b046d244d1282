import type { PickKind } from "../../schemas/form.ts";
import type { ListedRefund } from "../payments/refund-cases.ts";
import type { Session, Sessions } from "../payments/sessions.ts";
import type { RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { type GatewayPick, gatewayOne, gatewayPage, isIdOf, newestRefunds } from "./pick-gateway.ts";
import { ledgerFacts, type PickFacts, type PickItem, pickItem } from "./pick-items.ts";

export interface PickQuery {
  /** Name of the account of the node. */
  readonly account: string;
  /** Words that a line must hold, or a whole id. */
  readonly search?: string | undefined;
  /** Goes on where an earlier page ended. */
  readonly cursor?: string | undefined;
  /** Whether names, mails and phones are masked; what is masked is not searched either. */
  readonly isMasked: boolean;
}

/** One page to pick from, the newest first. It may be short and still go on. */
export interface PickPage {
  readonly items: readonly PickItem[];
  readonly cursor: string | null;
  /** What is missing, in words; null when nothing is. */
  readonly note: string | null;
}

export interface PickListOptions {
  readonly store: Pick<
    Store,
    | "searchRequests"
    | "tagsOf"
    | "requestByTag"
    | "requestById"
    | "history"
    | "refundsOfPayment"
    | "refundByTransaction"
  >;
  /** Sessions whose reads wait like those of a node. */
  readonly sessions: Pick<Sessions, "open">;
}

export type PickList = (kind: PickKind, query: PickQuery) => Promise<PickPage>;

/** With so many lines a page is full. */
const pageSize = 20;
/** Links of the ledger that one page looks at, and pages of the gateway: a search that finds little asks to go on. */
const windowSize = 20;
const maxWindows = 25;
const maxGatewayPages = 3;

/** Where a page begins in the ledger and in the gateway's list; null where that one is through. */
interface Place {
  readonly before: number | null;
  readonly page: number | null;
}

/**
 * What a field of a form offers to pick: of the ledger first, completed by what only the gateway knows. Rejects with
 * FlowError for an account that cannot be used; a gateway that does not answer only leaves a note.
 */
export function createPickList({ store, sessions }: PickListOptions): PickList {
  async function ledgerPage(
    pick: GatewayPick,
    before: number | null,
    fits: Fits,
  ): Promise<[PickFacts[], number | null]> {
    const found: PickFacts[] = [];
    let place = before;
    for (let window = 0; window < maxWindows && place !== null && found.length < pageSize; window += 1) {
      const { account } = pick.session;
      const page = await store.searchRequests({ account: account.name, before: place, limit: windowSize });
      place = page.before;
      const rows = page.requests.filter((row) => isOfKind(row, pick));
      const facts = await Promise.all(rows.map((row) => ledgerFacts(row, pick)));
      found.push(...facts.flat().filter(fits));
    }
    return [found, place];
  }

  async function outsidePage(pick: GatewayPick, first: number, fits: Fits, isSearch: boolean) {
    const facts: PickFacts[] = [];
    let page: number | null = first;
    for (let call = 0; call < (isSearch ? maxGatewayPages : 1) && page !== null && facts.length < pageSize; call += 1) {
      const { facts: more, hasNext } = await gatewayPage(pick, page);
      facts.push(...more.filter(fits));
      page = hasNext ? page + 1 : null;
    }
    return { facts, page };
  }

  return async (kind, { account, search = "", cursor, isMasked }) => {
    const session = await sessions.open(account);
    const text = search.trim();
    const place = placeFrom(cursor);
    const listed = await listedFor(kind, session);
    const pick: GatewayPick = { kind, store, session, listed: listed ?? [] };
    const fits: Fits = (facts) => holds(pickItem(facts, isMasked), text);
    if (cursor === undefined && isIdOf(kind, text)) {
      const one = await findOne(pick, text);
      if (one.length > 0) return { items: one.map((facts) => pickItem(facts, isMasked)), cursor: null, note: null };
    }
    const [own, before] = await ledgerPage(pick, place.before, fits);
    const outside =
      place.page === null || listed === null
        ? { facts: [], page: null, isMissing: listed === null }
        : await outsidePage(pick, place.page, fits, text !== "").then(
            (found) => ({ ...found, isMissing: false }),
            () => ({ facts: [], page: null, isMissing: true }),
          );
    const items = [...own, ...outside.facts].sort((one, other) => other.at - one.at);
    return {
      items: items.map((facts) => pickItem(facts, isMasked)),
      cursor: cursorOf({ before, page: outside.page }),
      note: outside.isMissing ? "Instamojo could not be asked now. Only what was made here is listed." : null,
    };
  };

  async function findOne(pick: GatewayPick, id: string): Promise<readonly PickFacts[]> {
    const rows = await Promise.all((await store.tagsOf(id)).map((tag) => store.requestByTag(tag)));
    const ours = rows.filter((row) => row !== null && isOfKind(row, pick)) as RequestRow[];
    const facts = (await Promise.all(ours.map((row) => ledgerFacts(row, pick)))).flat();
    const own = facts.filter((fact) => fact.id === id);
    return own.length > 0 || rows.length > 0 ? own : gatewayOne(pick, id).catch(() => []);
  }
}

type Fits = (facts: PickFacts) => boolean;

/** Refunds that the gateway lists, where they matter; null when it cannot be asked. */
async function listedFor(kind: PickKind, { gateway }: Session): Promise<readonly ListedRefund[] | null> {
  if (kind === "payment-requests" || kind === "payments") return [];
  return newestRefunds(gateway).catch(() => null);
}

/** Of this merchant and world, and with what there is to pick. Rows of an earlier generation are closed. */
function isOfKind(row: RequestRow, { kind, session }: GatewayPick): boolean {
  if (row.account !== session.account.name || row.environment !== session.environment) return false;
  if (row.generation !== session.row.generation || row.paymentRequestId === null) return false;
  if (kind === "payment-requests") return true;
  return kind === "payments" ? row.status !== "Pending" : ["Completed", "Refunded"].includes(row.status);
}

/** Whether a line holds every word that is looked for, upper and lower case alike. */
function holds({ id, title, state }: PickItem, text: string): boolean {
  const line = `${id} ${title} ${title.replaceAll(",", "")} ${state}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => line.includes(word));
}

function placeFrom(cursor: string | undefined): Place {
  const match = /^([0-9]{0,16})\.([0-9]{0,6})$/.exec(cursor ?? "");
  if (!match) return { before: Number.MAX_SAFE_INTEGER, page: 1 };
  const read = (text: string | undefined) => (text ? Number(text) : null);
  return { before: read(match[1]), page: read(match[2]) };
}

function cursorOf({ before, page }: Place): string | null {
  return before === null && page === null ? null : `${before ?? ""}.${page ?? ""}`;
}
