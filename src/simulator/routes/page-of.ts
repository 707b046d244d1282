import { type Desk, json, type MerchantCall, type SimulatorResponse } from "../exchange.ts";
import type { SimulatorSwitches } from "../switches.ts";

interface Row {
  order: number;
  changedAt: number;
}

/** Rows in the order that is switched on. */
export function inOrder<T extends Row>(rows: readonly T[], order: SimulatorSwitches["listOrder"]): T[] {
  return rows.toSorted((a, b) => {
    if (order === "created-asc") return a.order - b.order;
    const byChange = order === "modified-desc" ? b.changedAt - a.changedAt : 0;
    return byChange || b.order - a.order;
  });
}

const defaultLimit = 50;
const largestLimit = 500;

/**
 * One page as `{count, next, previous, [key]: rows}`. `limit` is 50 unless given and 500 at most, `page` counts from 1;
 * `next` and `previous` are absolute and keep the rest of the query.
 */
export function pageOf<T extends Row>(
  desk: Desk,
  call: MerchantCall,
  list: { key: string; rows: readonly T[]; present: (row: T) => unknown },
): SimulatorResponse {
  const { query, path } = call.request;
  const { listOrder, pagesShift } = desk.settings.switches;
  const limit = Math.min(positive(query.get("limit"), defaultLimit), largestLimit);
  const page = positive(query.get("page"), 1);
  const rows = inOrder(list.rows, listOrder);
  const address = (to: number): string => {
    const next = new URLSearchParams(query);
    next.set("page", String(to));
    return `${desk.origin}${path}?${next}`;
  };
  const start = (page - 1) * limit + (pagesShift ? shiftOf(desk, page) : 0);
  return json(200, {
    count: rows.length,
    next: page * limit < rows.length ? address(page + 1) : null,
    previous: page > 1 ? address(page - 1) : null,
    [list.key]: rows.slice(start, start + limit).map(list.present),
  });
}

/** By turns every page but the first skips one row, or repeats one. */
function shiftOf(desk: Desk, page: number): number {
  desk.state.listReads += 1;
  if (page === 1) return 0;
  return desk.state.listReads % 2 === 0 ? 1 : -1;
}

function positive(text: string | null, fallback: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : fallback;
}
