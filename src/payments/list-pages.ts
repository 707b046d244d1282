/** One page of a gateway list, newest rows first. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly hasNext: boolean;
}

/** How much earlier than a row of ours the gateway may have stamped it, in milliseconds: the clocks may differ. */
export const marginMs = 86_400_000;

/** The gateway's largest page. */
const limit = 500;
/** Where a list is given up; no look-up here is about a row that lies further back. */
const maxPages = 40;

/**
 * Reads a list of the gateway newest first, until a whole page is older than `since` (milliseconds) or the list ends.
 * A row without a readable stamp counts as new.
 */
export async function readPages<Row extends { readonly createdAt: string | null }>(
  read: (page: { readonly page: number; readonly limit: number }) => Promise<ListPage<Row>>,
  since: number,
): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const { rows, hasNext } = await read({ page, limit });
    all.push(...rows);
    const isOlder = rows.every((row) => row.createdAt !== null && Date.parse(row.createdAt) < since);
    if (!hasNext || isOlder) break;
  }
  return all;
}
