import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { FlowError } from "../runtime/errors.ts";
import { createRowReader } from "./row-reader.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import { migrations } from "./sqlite-schema.ts";
import { sqliteTables } from "./sqlite-store-here.ts";
import type { Store } from "./store.ts";
import { storeFault } from "./store-fault.ts";

/** The ledger to look at, for a process that is not its owner. */
export type LedgerReader = Pick<
  Store,
  | "tagsOf"
  | "requestByTag"
  | "snapshot"
  | "dueMessages"
  | "takers"
  | "held"
  | "health"
  | "searchRequests"
  | "history"
  | "undelivered"
>;

/**
 * Reads the ledger in `file` while its owner runs, or while nobody does; never holds the owner up. Nothing stays open
 * between calls. A file that is not there, or of another version, rejects with FlowError `store_unavailable`.
 */
export function openLedgerReader(file: string): LedgerReader {
  let connection: DatabaseSync | null = null;
  const all: SqliteDatabase["all"] = (sql, parameters = {}) => connection?.prepare(sql).all(parameters) ?? [];
  const database: SqliteDatabase = {
    run: () => {
      throw onlyTheOwner();
    },
    get: (sql, parameters = {}) => connection?.prepare(sql).get(parameters),
    all,
    ...createRowReader(all),
    write: () => Promise.reject(onlyTheOwner()),
    writeOne: () => Promise.reject(onlyTheOwner()),
    async read(work) {
      try {
        connection = openToRead(file);
        connection.exec("BEGIN");
        return work();
      } catch (fault) {
        throw storeFault(fault);
      } finally {
        connection?.close();
        connection = null;
      }
    },
    close() {},
  };
  return sqliteTables(database);
}

function openToRead(file: string): DatabaseSync {
  const database = openReadOnly(file);
  const version = versionOf(database);
  if (version === migrations.length) return database;
  database.close();
  throw new FlowError("store_unavailable", "The ledger was written by another version of this package.", {
    remedy: "Read it with the version that its owner runs.",
    retryable: false,
  });
}

/**
 * The version of the ledger in `file`, and the one that this package writes.
 * @throws {FlowError} `store_unavailable` when it is not there or cannot be read
 */
export function readLedgerVersion(file: string): { readonly version: number; readonly known: number } {
  try {
    const database = openReadOnly(file);
    try {
      return { version: versionOf(database), known: migrations.length };
    } finally {
      database.close();
    }
  } catch (fault) {
    throw storeFault(fault);
  }
}

/**
 * A read-only connection alone would leave a log and its index beside a ledger that nobody has open. Without a log the
 * file is complete and, for the moment of one call, does not change.
 */
function openReadOnly(file: string): DatabaseSync {
  if (!existsSync(file)) {
    throw new FlowError("store_unavailable", "There is no ledger here.", {
      remedy: "Name the file of the ledger as its owner does; it comes into being when the owner first runs.",
      retryable: false,
    });
  }
  const address = pathToFileURL(file);
  if (!existsSync(`${file}-wal`)) address.searchParams.set("immutable", "1");
  return new DatabaseSync(address, { readOnly: true, timeout: 1000 });
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

function onlyTheOwner(): FlowError {
  return new FlowError("store_unavailable", "The ledger was opened to be read.", { retryable: false });
}
