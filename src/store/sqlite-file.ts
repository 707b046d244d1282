import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FlowError } from "../runtime/errors.ts";
import { migrations } from "./sqlite-schema.ts";

/**
 * Makes the ledger's folder and file where they are missing, for their owner only. A file that is there is never opened
 * here: closing it would drop the locks that SQLite holds on it anywhere in this process.
 */
export function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, "wx", 0o600));
  chmodSync(file, 0o600);
}

/** Opens the ledger to write: write-ahead log, synced at every commit, tables up to date. */
export function openToWrite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 1000 });
  try {
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    // What is erased is overwritten, so that it is in no free page either.
    database.exec("PRAGMA secure_delete = ON");
    migrate(database);
    return database;
  } catch (fault) {
    database.close();
    throw fault;
  }
}

function migrate(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  const done = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (done > migrations.length) {
    database.exec("ROLLBACK");
    throw new FlowError("store_unavailable", "The ledger was written by a newer version of this package.", {
      remedy: "Use that version again, or give this one a ledger of its own.",
      retryable: false,
    });
  }
  for (const migration of migrations.slice(done)) database.exec(migration);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
  database.exec("COMMIT");
}
