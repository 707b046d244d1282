import { randomUUID } from "node:crypto";
import type { PostgresDatabase, Row, Statements } from "./database.ts";

/**
 * Who works on what, where many processes share one ledger. A due row that is handed out is leased to this store: another
 * one gets it only after the lease has ended by the database's clock. Each new lease raises the row's fence, so that what an
 * owner saves that was away for too long is known to be of the past.
 */
export interface Leases {
  /** Name of this store among the owners of leases. */
  readonly owner: string;
  /**
   * Leases due rows and returns them in the order of their `time` column: `row`, what `join` adds, and all other columns.
   * Rows that this store has leased already are handed out again.
   */
  take(table: LeasedTable, due: DueRows): Promise<Row[]>;
  /** The fence of the last lease that this store had of a row; null where it had none. */
  fenceOf(table: LeasedTable, key: readonly string[]): number | null;
  /** Its work is saved. */
  forget(table: LeasedTable, key: readonly string[]): void;
  /** Gives back every lease. */
  release(): Promise<void>;
}

export interface LeasedTable {
  readonly name: "requests" | "refunds" | "messages" | "deliveries" | "watched_payments";
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** When a row is due. */
  readonly time: string;
}

export interface DueRows {
  /** Which rows of the table, called `next`; `$1` is the owner, `$2` the limit, `$3` and so on the parameters. */
  readonly where: string;
  readonly parameters: readonly unknown[];
  readonly limit: number;
  /** Tables to add columns from, and those columns. The leased rows are called `leased`. */
  readonly join?: string;
  readonly columns?: string;
}

export const leasedTables = {
  requests: { name: "requests", key: ["tag"], time: "next_read_at" },
  refunds: { name: "refunds", key: ["account", "environment", "transaction_id"], time: "next_read_at" },
  messages: { name: "messages", key: ["id"], time: "next_at" },
  deliveries: { name: "deliveries", key: ["event_id", "taker_id"], time: "next_at" },
  watchedPayments: { name: "watched_payments", key: ["account", "environment", "payment_id"], time: "next_at" },
} as const satisfies Record<string, LeasedTable>;

/** Ends a lease in an UPDATE of a row. */
export const endLease = "lease_owner = NULL, lease_until = NULL";

/** That nobody else has a row leased now; `owner` is the number of the parameter. */
export const isFree = (row: string, owner: string): string =>
  `(${row}.lease_owner IS NULL OR ${row}.lease_owner = ${owner} OR ${row}.lease_until <= now())`;

interface Held {
  readonly table: LeasedTable;
  readonly key: readonly string[];
  readonly fence: number;
  readonly at: number;
}

/** How long the fence of work that was never saved is remembered: longer than any process is away and comes back. */
const rememberedMs = 24 * 3_600_000;

/** @param leaseMs how long work may take before another process takes it over */
export function createLeases(database: PostgresDatabase, leaseMs: number): Leases {
  const owner = randomUUID();
  const held = new Map<string, Held>();
  const nameOf = ({ name }: LeasedTable, key: readonly string[]) => JSON.stringify([name, ...key]);

  function remember(table: LeasedTable, rows: readonly Row[]): void {
    const at = Date.now();
    for (const row of rows) {
      const key = table.key.map((column) => String(row[column]));
      const name = nameOf(table, key);
      held.delete(name);
      held.set(name, { table, key, fence: Number(row.fence), at });
    }
    // The oldest come first.
    for (const [name, lease] of held) {
      if (lease.at > at - rememberedMs) break;
      held.delete(name);
    }
  }

  return {
    owner,
    async take(table, { limit, parameters, ...due }) {
      if (limit <= 0) return [];
      const rows = await database.all(leasing(table, due, leaseMs), [owner, limit, ...parameters]);
      remember(table, rows);
      return rows;
    },
    fenceOf: (table, key) => held.get(nameOf(table, key))?.fence ?? null,
    forget: (table, key) => void held.delete(nameOf(table, key)),
    async release() {
      const all = [...held.values()];
      held.clear();
      for (const table of Object.values(leasedTables)) {
        const keys = all.filter((lease) => lease.table.name === table.name).map(({ key }) => key);
        if (keys.length > 0) await giveBack(database, { table, keys, owner });
      }
    },
  };
}

/** What is locked is being leased or changed by another right now, and skipped. */
function leasing(
  { name, key, time }: LeasedTable,
  due: Omit<DueRows, "limit" | "parameters">,
  leaseMs: number,
): string {
  const isSame = key.map((column) => `due.${column} = taken.${column}`).join(" AND ");
  return `
    WITH due AS (
      SELECT * FROM ${name} AS next WHERE ${due.where} AND ${isFree("next", "$1")}
      ORDER BY ${time} LIMIT $2 FOR UPDATE OF next SKIP LOCKED
    ), taken AS (
      UPDATE ${name} AS taken SET lease_owner = $1, lease_until = now() + interval '${leaseMs} milliseconds',
        fence = taken.fence + (taken.lease_owner IS DISTINCT FROM $1)::int
      FROM due WHERE ${isSame}
        AND (taken.lease_owner IS DISTINCT FROM $1 OR taken.lease_until < now() + interval '${leaseMs / 2} milliseconds')
      RETURNING ${key.map((column) => `taken.${column}`).join(", ")}, taken.fence
    ), leased AS (
      SELECT due.*, coalesce(taken.fence, due.fence) AS new_fence FROM due LEFT JOIN taken ON ${isSame}
    )
    SELECT leased.*, leased.new_fence AS fence${due.columns === undefined ? "" : `, ${due.columns}`}
    FROM leased ${due.join ?? ""} ORDER BY leased.${time}`;
}

async function giveBack(
  statements: Statements,
  { table, keys, owner }: { table: LeasedTable; keys: readonly (readonly string[])[]; owner: string },
): Promise<void> {
  const columns = table.key.map((column, index) => ({ column, values: keys.map((key) => key[index]) }));
  const names = columns.map(({ column }) => column).join(", ");
  const arrays = columns.map((_, index) => `$${index + 2}::text[]`).join(", ");
  const isSame = columns.map(({ column }) => `left_over.${column} = kept.${column}`).join(" AND ");
  await statements.run(
    `UPDATE ${table.name} AS kept SET ${endLease} FROM unnest(${arrays}) AS left_over (${names})
     WHERE ${isSame} AND kept.lease_owner = $1`,
    [owner, ...columns.map(({ values }) => values)],
  );
}
