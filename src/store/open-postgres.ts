import type { PostgresLedger, PostgresLedgerOptions } from "./postgres/postgres-ledger.ts";
import type { PostgresStoreOptions } from "./postgres/postgres-store.ts";
import type { Store } from "./store.ts";

/** What keeps a ledger in PostgreSQL is loaded only where one is opened: who has a file does not wait for it. */

/**
 * The ledger in PostgreSQL, for any number of processes. Its tables are in the schema `instamojo` of that database and are
 * made or brought up to date here.
 * @throws {FlowError} `store_unavailable` when the database cannot be had, is newer than this package, or `pg` is missing
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const postgres = await import("./postgres/postgres-store.ts");
  return postgres.openPostgresStore(options);
}

/**
 * A ledger that several processes work on, and what they share besides.
 * @throws {FlowError} `store_unavailable` when the database cannot be had, or a package is missing
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<PostgresLedger> {
  const postgres = await import("./postgres/postgres-ledger.ts");
  return postgres.openPostgresLedger(options);
}
