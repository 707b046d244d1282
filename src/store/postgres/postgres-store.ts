import type { Store } from "../store.ts";
import { postgresAccounts } from "./accounts.ts";
import { postgresChanges } from "./changes.ts";
import { openPostgres, type PostgresOptions } from "./database.ts";
import { postgresDeliveries } from "./deliveries.ts";
import { postgresHealth } from "./health.ts";
import { createLeases } from "./leases.ts";
import { createMessageBatches } from "./message-batches.ts";
import { postgresMessages } from "./messages.ts";
import { migrate } from "./migrate.ts";
import { postgresOperations } from "./operations.ts";
import { postgresPersonal } from "./personal.ts";
import { postgresRefunds } from "./refunds.ts";
import { postgresRequests } from "./requests.ts";
import { postgresSweep } from "./sweep.ts";
import { postgresWaits } from "./waits.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`; `sslmode` and the like as the driver reads them. */
  readonly url: string;
  /** How long due work that was handed out is nobody else's; then another process may take it over. 60 s unless set. */
  readonly leaseMs?: number;
  /** Tells other processes of what there is to do; nobody is told unless given. */
  readonly wakeUps?: PostgresOptions["wakeUps"];
}

const defaultLeaseMs = 60_000;

/**
 * The ledger in PostgreSQL, for any number of processes. Its tables are in the schema `instamojo` of that database and are
 * made or brought up to date here.
 * @throws {FlowError} `store_unavailable` when the database cannot be had, is newer than this package, or `pg` is missing
 */
export async function openPostgresStore({
  url,
  leaseMs = defaultLeaseMs,
  wakeUps,
}: PostgresStoreOptions): Promise<Store> {
  const database = await openPostgres(url, { wakeUps });
  try {
    await migrate(database);
  } catch (fault) {
    await database.close();
    throw fault;
  }
  const leases = createLeases(database, leaseMs);
  const batches = createMessageBatches(database);
  const requests = postgresRequests(database, leases);
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    await batches.drain();
    // Where the database is away now the leases end by themselves.
    await leases.release().catch(() => {});
    await database.close();
  }

  return {
    ...postgresAccounts(database),
    ...requests,
    ...postgresChanges(database, leases),
    ...postgresWaits(database),
    ...postgresRefunds(database, leases),
    ...postgresPersonal(database),
    ...postgresMessages(database, leases, batches),
    ...postgresDeliveries(database, leases),
    ...postgresOperations(database, requests),
    ...postgresHealth(database),
    ...postgresSweep(database, leases),
    damagedRows: async () => database.damaged(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
