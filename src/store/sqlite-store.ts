import { openSqliteStoreHere } from "./sqlite-store-here.ts";
import type { Store } from "./store.ts";
import { openThreadedStore } from "./threaded-store.ts";

/**
 * The embedded ledger on Node's own SQLite, in a thread of its own. The file belongs to this process alone while it is
 * open and is readable by its owner only. `:memory:` gives one that is gone with the process, for tests.
 * @throws {FlowError} `store_unavailable` when the file cannot be had
 */
export async function openSqliteStore({ file }: { readonly file: string }): Promise<Store> {
  return file === ":memory:" ? openSqliteStoreHere(file) : openThreadedStore(file);
}
