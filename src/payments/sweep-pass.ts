import { type ListOrder, type ListPage, orderOf, type SweptList } from "./sweep-list.ts";

/** How long the pages of a list are asked for. */
export interface PageSizes {
  /** Of the first look. */
  readonly glance: number;
  /** When the first look showed something new, and once more with another size when that took several pages. */
  readonly more: readonly [number, number];
  /** Of the passes over a whole day, by turns. */
  readonly day: readonly [number, number];
}

export const pageSizes: PageSizes = { glance: 100, more: [400, 250], day: [480, 400] };
/** Where longer pages are more than can be read of a reply. */
export const shortPageSizes: PageSizes = { glance: 50, more: [50, 40], day: [50, 40] };

/** A pass that comes to no end ends here; what lies beyond is older than all that was seen in it. */
const maxPages = 250;

/** What was learned of a list's order, kept from one sweep to the next. */
export interface ListMemory {
  order: ListOrder;
  count: number | null;
}

export interface PassOptions<Row> {
  readonly list: SweptList<Row>;
  readonly memory: ListMemory;
  readonly sizes: PageSizes;
  /** Those of the rows that were not seen before as they are now. */
  readonly unseen: (rows: readonly Row[]) => Promise<readonly Row[]>;
  /** Gateway time before which nothing can be ours. */
  readonly floor: number;
  /** Takes in the new or changed rows of a page, each once: buyers do not wait for the end of a long list. */
  readonly take: (fresh: readonly Row[]) => Promise<void>;
}

/**
 * Reads a list from its newest row on until a full page holds only rows that are known unchanged. Pages after the first
 * may skip a row while the list moves; so a pass of several pages is followed by one with other page ends.
 * @returns the marks of all rows that were shown, the known ones included, if something was new; none of them may be
 * remembered earlier, or the next pass would end at a page that this one did not get beyond
 */
export async function readNews<Row>(options: PassOptions<Row>): Promise<readonly string[]> {
  const { list, sizes, unseen } = options;
  const shown = new Set<string>();
  const fresh = new Set<string>();

  async function take(rows: readonly Row[]): Promise<void> {
    const news = (await unseen(rows)).filter((row) => !fresh.has(list.markOf(row)));
    for (const row of rows) shown.add(list.markOf(row));
    for (const row of news) fresh.add(list.markOf(row));
    if (news.length > 0) await options.take(news);
  }

  /** Reads on until a full page is known. True when one page was enough. */
  async function walk(limit: number, from = 1): Promise<boolean> {
    for (let page = from; page <= maxPages; page += 1) {
      const got = await readPage(options, page, limit);
      await take(got.rows);
      const tail = got.rows.slice(-sizes.glance).map(list.markOf);
      const isKnown = tail.length >= sizes.glance && tail.every((mark) => !fresh.has(mark));
      if (got.isLast || isKnown || isBefore(options, got.rows, options.floor)) return page === 1;
    }
    return false;
  }

  const first = await readPage(options, 1, sizes.glance);
  await take(first.rows);
  const isWhole = first.isLast || isBefore(options, first.rows, options.floor);
  // Where a list is read from its end, the page there may hold few rows.
  if (!isWhole && fresh.size === 0 && first.rows.length < sizes.glance) await walk(sizes.glance, 2);
  if (!isWhole && fresh.size > 0 && !(await walk(sizes.more[0]))) await walk(sizes.more[1]);
  return fresh.size > 0 ? [...shown] : [];
}

/** Whether all of a page, and with it all that follows, is older than a moment. */
export function isBefore<Row>(
  { list, memory }: Pick<PassOptions<Row>, "list" | "memory">,
  rows: readonly Row[],
  moment: number,
): boolean {
  if (memory.order === "none") return false;
  return rows.every((row) => list.createdAt(row) < moment && list.changedAt(row) < moment);
}

/** The page that is `page`th from the newest rows on, in whichever order the gateway lists. */
export async function readPage<Row>(
  { list, memory }: Pick<PassOptions<Row>, "list" | "memory">,
  page: number,
  limit: number,
): Promise<ListPage<Row>> {
  if (memory.order !== "oldest-first") {
    const got = await list.read({ page, limit });
    memory.count = got.count;
    if (page === 1) memory.order = orderOf(list, got.rows);
    // Without their number the pages cannot be counted from the end: the list is read as it comes.
    if (got.isLast || got.count === null) memory.order = memory.order === "newest-first" ? memory.order : "none";
    if ((memory.order as ListOrder) !== "oldest-first") return got;
  }
  const last = Math.max(1, Math.ceil((memory.count ?? 0) / limit));
  const number = Math.max(1, last - page + 1);
  const got = await list.read({ page: number, limit });
  memory.count = got.count ?? memory.count;
  if (page === 1 && !got.isLast) {
    // Rows were added since the number of pages was reckoned: they are on the pages after this one.
    memory.order = "none";
    return readPage({ list, memory }, page, limit);
  }
  return { ...got, rows: got.rows.toReversed(), isLast: number === 1 };
}
