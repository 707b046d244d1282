import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { FlowError } from "../runtime/errors.ts";
import { migrations } from "./sqlite-schema.ts";

type Parameters = Record<string, SQLInputValue>;

/** An open SQLite file: prepared statements, transactions, and every fault of the file as one typed error. */
export interface SqliteDatabase {
  /** Runs a statement that changes something; the number of changed rows. */
  run(sql: string, parameters?: Parameters): number;
  get(sql: string, parameters?: Parameters): Record<string, unknown> | undefined;
  all(sql: string, parameters?: Parameters): Record<string, unknown>[];
  /** Does `work` in one transaction that is on disk when this resolves; undone when `work` throws. */
  write<T>(work: () => T): Promise<T>;
  read<T>(work: () => T): Promise<T>;
  close(): void;
}

/**
 * Opens the ledger file for this process alone, readable by its owner only, and brings its tables up to date.
 * Synced at every commit. Throws FlowError `store_unavailable` when the file cannot be had.
 */
export function openDatabase(file: string): SqliteDatabase {
  const database = unavailableOnFault(() => openFile(file));
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const transaction = <T>(work: () => T): T => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (fault) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw fault;
    }
  };
  return {
    run: (sql, parameters = {}) => Number(prepare(sql).run(parameters).changes),
    get: (sql, parameters = {}) => prepare(sql).get(parameters),
    all: (sql, parameters = {}) => prepare(sql).all(parameters),
    write: async (work) => unavailableOnFault(() => transaction(work)),
    read: async (work) => unavailableOnFault(work),
    close() {
      if (database.isOpen) database.close();
    },
  };
}

/** Parses the `row` column; null for no row. */
export function parseRow<T>(row: Record<string, unknown> | undefined): T | null {
  return row ? (JSON.parse(String(row.row)) as T) : null;
}

function openFile(file: string): DatabaseSync {
  if (file !== ":memory:") {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
  }
  const database = new DatabaseSync(file, { timeout: 1000 });
  try {
    // One owner: the lock is the operating system's and goes with the process.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    migrate(database);
    return database;
  } catch (fault) {
    database.close();
    throw fault;
  }
}

function migrate(database: DatabaseSync): void {
  database.exec("BEGIN EXCLUSIVE");
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

/** SQLITE_BUSY and SQLITE_LOCKED; the upper bits of a result code only say more about them. */
const lockCodes: readonly number[] = [5, 6];

function unavailableOnFault<T>(work: () => T): T {
  try {
    return work();
  } catch (fault) {
    if (fault instanceof FlowError) throw fault;
    const isLocked = lockCodes.includes(Number((fault as { errcode?: number } | null)?.errcode) & 0xff);
    throw new FlowError(
      "store_unavailable",
      isLocked ? "The ledger is in use by another process." : "The ledger could not be read or written.",
      {
        cause: fault,
        ...(isLocked ? { remedy: "Stop the other process, or give this one a ledger of its own." } : {}),
      },
    );
  }
}
