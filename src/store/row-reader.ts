import { parseRow } from "./parse-row.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import { isDamage } from "./store-fault.ts";

type Row = Record<string, unknown>;

/** Those of the rows that are whole. */
export function goodRows<T>(found: readonly Row[], parse: (row: Row) => T): T[] {
  return found.flatMap((row) => {
    try {
      return [parse(row)];
    } catch (fault) {
      if (isDamage(fault)) return [];
      throw fault;
    }
  });
}

/** Reads lists of rows past the damaged ones, and remembers how many there were. */
export function createRowReader(all: SqliteDatabase["all"]): Pick<SqliteDatabase, "rows" | "damaged"> {
  const damaged = new Map<string, number>();

  return {
    rows<T>(
      sql: string,
      parameters: NonNullable<Parameters<SqliteDatabase["all"]>[1]> = {},
      parse: (row: Row) => T = (row) => parseRow<T>(row) as T,
    ) {
      const limit = parameters.limit === undefined ? Number.POSITIVE_INFINITY : Number(parameters.limit);
      for (let skipped = 0; ; ) {
        const found = all(sql, skipped > 0 ? { ...parameters, limit: limit + skipped } : parameters);
        const rows = goodRows(found, parse);
        const bad = found.length - rows.length;
        if (bad > 0) {
          const table = /\bFROM (\w+)/.exec(sql)?.[1] ?? "";
          damaged.set(table, Math.max(damaged.get(table) ?? 0, bad));
        }
        if (bad === skipped || found.length < limit + skipped) return rows;
        skipped = bad;
      }
    },
    damaged: () => Object.fromEntries(damaged),
  };
}
