import { sqliteAccounts } from "./sqlite-accounts.ts";
import { openDatabase } from "./sqlite-database.ts";
import { sqliteDeliveries } from "./sqlite-deliveries.ts";
import { sqliteMessages } from "./sqlite-messages.ts";
import { sqliteRefunds } from "./sqlite-refunds.ts";
import { sqliteRequests } from "./sqlite-requests.ts";
import type { Store } from "./store.ts";

/**
 * The embedded ledger on Node's own SQLite. The file belongs to this process alone while it is open and is readable by
 * its owner only. `:memory:` gives one that is gone with the process, for tests.
 */
export async function openSqliteStore(options: { readonly file: string }): Promise<Store> {
  const database = openDatabase(options.file);
  return {
    ...sqliteAccounts(database),
    ...sqliteRequests(database),
    ...sqliteRefunds(database),
    ...sqliteMessages(database),
    ...sqliteDeliveries(database),
    close: async () => database.close(),
  };
}
