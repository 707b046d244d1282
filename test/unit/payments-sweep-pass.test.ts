import { describe, expect, it } from "@jest/globals";
import { orderOf, type SweptList } from "../../src/payments/sweep-list.ts";
import { type ListMemory, type PageSizes, readNews } from "../../src/payments/sweep-pass.ts";

interface Row {
  readonly id: number;
  readonly at: number;
}

const sizes: PageSizes = { glance: 10, more: [40, 25], day: [48, 40] };
/** Rows by their id, the newest first. */
const upTo = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: count - index, at: count - index }));

interface Setting {
  readonly rows: () => readonly Row[];
  readonly known?: readonly number[];
  readonly floor?: number;
  /** By how many rows a page after the first is off. */
  readonly shift?: (page: number) => number;
  readonly hasCount?: boolean;
}

function start({ rows, known = [], floor = 0, shift = () => 0, hasCount = true }: Setting) {
  const seen = new Set(known);
  const asked: string[] = [];
  const taken: number[] = [];
  const list: SweptList<Row> = {
    name: "payments",
    async read({ page, limit }) {
      asked.push(`${page}/${limit}`);
      const all = rows();
      const from = (page - 1) * limit + (page > 1 ? shift(page) : 0);
      return {
        rows: all.slice(from, from + limit),
        count: hasCount ? all.length : null,
        isLast: page * limit >= all.length,
      };
    },
    markOf: (row) => String(row.id),
    createdAt: (row) => row.at,
    changedAt: (row) => row.at,
  };
  const memory: ListMemory = { order: "none", count: null };
  return {
    asked,
    seen,
    taken,
    async pass(): Promise<number[]> {
      const unseen = async (page: readonly Row[]) => page.filter((row) => !seen.has(row.id));
      taken.length = 0;
      const take = async (rows: readonly Row[]) => void taken.push(...rows.map((row) => row.id));
      for (const mark of await readNews({ list, memory, sizes, floor, unseen, take })) seen.add(Number(mark));
      return taken.toSorted((left, right) => left - right);
    },
  };
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("a pass over a list", () => {
  it("ends with the first page when all of it is known", async () => {
    const { pass, asked } = start({ rows: () => upTo(1_000), known: ids(1, 1_000) });
    expect(await pass()).toEqual([]);
    expect(asked).toEqual(["1/10"]);
  });

  it("ends with the list", async () => {
    const { pass, asked } = start({ rows: () => upTo(10) });
    expect(await pass()).toEqual(ids(1, 10));
    expect(asked).toEqual(["1/10"]);
  });

  it("reads on, in longer pages, until a full page's worth of rows is known", async () => {
    const { pass, asked } = start({ rows: () => upTo(1_000), known: ids(1, 975) });
    expect(await pass()).toEqual(ids(976, 1_000));
    expect(asked).toEqual(["1/10", "1/40"]);
    expect(await pass()).toEqual([]);
  });

  it("reads on beyond a page whose last rows are known but for one", async () => {
    const news = [955, 965, 1_000];
    const { pass } = start({ rows: () => upTo(1_000), known: ids(1, 1_000).filter((id) => !news.includes(id)) });
    expect(await pass()).toEqual(news);
  });

  it("finds a new row below known ones of the same page", async () => {
    const { pass } = start({ rows: () => upTo(1_000), known: ids(1, 1_000).filter((id) => id !== 993) });
    expect(await pass()).toEqual([993]);
  });

  it("loses no row where pages skip one, because it looks again with other page ends", async () => {
    const { pass, asked } = start({ rows: () => upTo(400), known: ids(1, 200), shift: () => 1 });
    expect(await pass()).toEqual(ids(201, 400));
    expect(asked.filter((page) => page.endsWith("/25")).length).toBeGreaterThan(3);
  });

  it("has what is new taken in page by page, and remembers nothing when it cannot be read to its end", async () => {
    let isBroken = true;
    const rows = () => {
      if (isBroken && asked.length > 3) throw new Error("no answer");
      return upTo(400);
    };
    const { pass, asked, taken, seen } = start({ rows, known: ids(1, 50) });
    await expect(pass()).rejects.toThrow("no answer");
    expect(taken).toEqual(ids(321, 400).reverse());
    expect(seen.size).toBe(50);
    isBroken = false;
    expect(await pass()).toEqual(ids(51, 400));
    expect(await pass()).toEqual([]);
  });

  it("stops where everything is older than what can be ours", async () => {
    const { pass, asked } = start({ rows: () => upTo(100_000), floor: 99_950 });
    expect((await pass()).length).toBeLessThan(200);
    expect(asked.length).toBeLessThan(10);
  });

  it("comes to an end where nothing is known and no stamp says how old rows are", async () => {
    const rows = upTo(12_000).map((row) => ({ ...row, at: Number.NaN }));
    const { pass, asked } = start({ rows: () => rows });
    expect((await pass()).length).toBeGreaterThan(9_000);
    expect(asked.length).toBeLessThanOrEqual(501);
  });

  it("reads a list that starts with its oldest row from the end, at two calls when nothing is new", async () => {
    let count = 1_003;
    const { pass, asked, seen } = start({ rows: () => upTo(count).toReversed() });
    for (const id of ids(1, 990)) seen.add(id);
    expect(await pass()).toEqual(ids(991, 1_003));
    asked.length = 0;
    expect(await pass()).toEqual([]);
    expect(asked).toEqual(["101/10", "100/10"]);
    count = 1_060;
    expect(await pass()).toEqual(ids(1_004, 1_060));
    expect(await pass()).toEqual([]);
  });

  it("reads such a list to its end where the gateway does not say how long it is", async () => {
    const { pass } = start({ rows: () => upTo(95).toReversed(), hasCount: false });
    expect(await pass()).toEqual(ids(1, 95));
  });
});

describe("the order of a page", () => {
  const list = { createdAt: (row: Row) => row.at, changedAt: (row: Row) => row.id } as SweptList<Row>;

  it.each([
    [
      "newest-first",
      [
        [1, 9],
        [2, 5],
        [3, 5],
      ],
    ],
    [
      "newest-first",
      [
        [9, 1],
        [5, 3],
        [2, 2],
      ],
    ],
    [
      "oldest-first",
      [
        [1, 1],
        [5, 2],
        [2, 3],
      ],
    ],
    [
      "none",
      [
        [1, 3],
        [5, 9],
        [2, 5],
      ],
    ],
    ["newest-first", []],
  ] as const)("is told by its stamps: %s", (order, rows) => {
    expect(
      orderOf(
        list,
        rows.map(([id, at]) => ({ id, at })),
      ),
    ).toBe(order);
  });
});
