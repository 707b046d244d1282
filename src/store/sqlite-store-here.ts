import { sqliteAccounts } from "./sqlite-accounts.ts";
import { openDatabase, type SqliteDatabase } from "./sqlite-database.ts";
import { sqliteDeliveries } from "./sqlite-deliveries.ts";
import { sqliteMessages } from "./sqlite-messages.ts";
import { sqliteOperations } from "./sqlite-operations.ts";
import { sqlitePersonal } from "./sqlite-personal.ts";
import { sqliteRefunds } from "./sqlite-refunds.ts";
import { sqliteRequests } from "./sqlite-requests.ts";
import { sqliteSweep } from "./sqlite-sweep.ts";
import { sqliteWaits } from "./sqlite-waits.ts";
import type { Store } from "./store.ts";

/** The SQLite ledger in this very thread, which waits for the disk. */
export function openSqliteStoreHere(file: string): Store {
  const database = openDatabase(file);
  return { ...sqliteTables(database), close: async () => database.close() };
}

/** Everything but `close`, on a file that is open already. */
export function sqliteTables(database: SqliteDatabase): Omit<Store, "close"> {
  return {
    ...sqliteAccounts(database),
    ...sqliteRequests(database),
    ...sqliteWaits(database),
    ...sqliteRefunds(database),
    ...sqlitePersonal(database),
    ...sqliteMessages(database),
    ...sqliteDeliveries(database),
    ...sqliteOperations(database),
    ...sqliteSweep(database),
    damagedRows: async () => database.damaged(),
  };
}
