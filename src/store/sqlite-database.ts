import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { FlowError } from "../runtime/errors.ts";
import { type FileLock, lockFile } from "./file-lock.ts";
import { createRowReader } from "./row-reader.ts";
import { openToWrite, prepareFile } from "./sqlite-file.ts";
import { isPassing, storeFault } from "./store-fault.ts";

export { parseRow } from "./parse-row.ts";

type Parameters = Record<string, SQLInputValue>;

/** An open SQLite file: prepared statements, group commit, and every fault of the file as one typed error. */
export interface SqliteDatabase {
  /** Runs a statement that changes something; the number of changed rows. */
  run(sql: string, parameters?: Parameters): number;
  get(sql: string, parameters?: Parameters): Record<string, unknown> | undefined;
  all(sql: string, parameters?: Parameters): Record<string, unknown>[];
  /**
   * A list, each row parsed: its `row` column unless said otherwise. A damaged row is left out and counted, so that it stops nothing but itself; where
   * there is a `:limit`, as many good ones are found as it says.
   */
  rows<T>(sql: string, parameters?: Parameters, parse?: (row: Record<string, unknown>) => T): T[];
  /** How many damaged rows the lists have met, by table. */
  damaged(): Readonly<Record<string, number>>;
  /**
   * Does `work` as a whole or not at all; on disk when this resolves. Work that is asked for together shares one commit,
   * so that one sync of the disk serves many.
   */
  write<T>(work: () => T): Promise<T>;
  /** The same for work that changes something in one statement at most, which needs no savepoint to be whole. */
  writeOne<T>(work: () => T): Promise<T>;
  read<T>(work: () => T): Promise<T>;
  close(): void;
}

export interface DatabaseOptions {
  /** Opens the file; for tests that break it. */
  readonly connect?: (file: string) => DatabaseSync;
  readonly now?: () => number;
}

interface Pending {
  readonly hasSavepoint: boolean;
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (fault: unknown) => void;
}

/** How much work one commit may serve; more of it waits for the next one. */
const maxGroup = 1000;
/** How long a file that could not be opened again is left alone. */
const reopenMs = 1_000;

/**
 * Opens the ledger as its one owner, readable by nobody else on the machine. Where there is no room, or another process
 * has SQLite's lock, the work fails and the file stays open. Any other fault of a commit closes it; the next use opens it
 * anew and checks it, so that whatever the fault was, its end needs no restart.
 * @throws {FlowError} `store_unavailable` when the file cannot be had
 */
export function openDatabase(file: string, options: DatabaseOptions = {}): SqliteDatabase {
  const { connect = openToWrite, now = Date.now } = options;
  const isFile = file !== ":memory:";
  const pending: Pending[] = [];
  const statements = new Map<string, StatementSync>();
  let lock: FileLock | null = null;
  let connection: DatabaseSync | null = null;
  let isClosed = false;
  let flushing: NodeJS.Immediate | null = null;
  let mustCheck = false;
  let restUntil = 0;
  /** What tells the file from another one that takes its place. */
  let inode: number | undefined;

  function open(): DatabaseSync {
    if (isClosed) throw new FlowError("store_unavailable", "The ledger is closed.");
    if (connection) return connection;
    if (now() < restUntil) throw new FlowError("store_unavailable", "The ledger failed a moment ago.");
    try {
      connection = openFile();
      if (mustCheck) check(connection);
      mustCheck = false;
      return connection;
    } catch (fault) {
      drop();
      restUntil = now() + reopenMs;
      throw fault;
    }
  }

  function openFile(): DatabaseSync {
    if (!isFile) return connect(file);
    if (inode !== undefined && inodeOf(file) === undefined) throw new Error("The file of the ledger is gone.");
    prepareFile(file);
    if (!lock) {
      prepareFile(`${file}.lock`);
      lock = lockFile(`${file}.lock`);
    }
    const opened = connect(file);
    inode = inodeOf(file);
    return opened;
  }

  function unlock(): void {
    lock?.release();
  }

  function drop(): void {
    statements.clear();
    try {
      connection?.close();
    } catch {
      // It is given up either way.
    }
    connection = null;
  }

  /** After a fault: back to before the group, or with a new connection if this one cannot say so. */
  function recover(fault: unknown): void {
    try {
      if (connection?.isTransaction) connection.exec("ROLLBACK");
      if (isPassing(fault)) return;
    } catch {
      // The file is closed below.
    }
    mustCheck ||= connection !== null;
    drop();
  }

  function prepare(sql: string): StatementSync {
    let statement = statements.get(sql);
    if (!statement) {
      statement = open().prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function all(sql: string, parameters: Parameters = {}): Record<string, unknown>[] {
    return prepare(sql).all(parameters);
  }

  /** One savepoint each: what fails is undone alone, and the others of the group go on. */
  function doOne(database: DatabaseSync, { work, reject, hasSavepoint }: Pending): { readonly result: unknown } | null {
    if (hasSavepoint) prepare("SAVEPOINT one").run();
    try {
      const result = work();
      if (hasSavepoint) prepare("RELEASE one").run();
      return { result };
    } catch (fault) {
      // Without a transaction SQLite has undone the others as well.
      if (!database.isTransaction) throw fault;
      if (hasSavepoint) database.exec("ROLLBACK TO one; RELEASE one");
      reject(storeFault(fault));
      return null;
    }
  }

  function flush(): void {
    flushing = null;
    const group = pending.splice(0, maxGroup);
    if (pending.length > 0) flushing = setImmediate(flush);
    if (group.length === 0) return;
    try {
      const database = open();
      if (isFile && inodeOf(file) !== inode) throw new Error("The file of the ledger was taken away.");
      database.exec("BEGIN IMMEDIATE");
      const done = group.map((one) => ({ one, outcome: doOne(database, one) }));
      database.exec("COMMIT");
      for (const { one, outcome } of done) if (outcome) one.resolve(outcome.result as never);
    } catch (fault) {
      recover(fault);
      for (const { reject } of group) reject(storeFault(fault));
    }
  }

  function add<T>(work: () => T, hasSavepoint: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      pending.push({ work, hasSavepoint, resolve: resolve as Pending["resolve"], reject });
      flushing ??= setImmediate(flush);
    });
  }

  try {
    open();
  } catch (fault) {
    unlock();
    throw storeFault(fault);
  }
  return {
    run: (sql, parameters = {}) => Number(prepare(sql).run(parameters).changes),
    get: (sql, parameters = {}) => prepare(sql).get(parameters),
    all,
    ...createRowReader(all),
    write: (work) => add(work, true),
    writeOne: (work) => add(work, false),
    async read(work) {
      try {
        open();
        return work();
      } catch (fault) {
        if (isFileFault(fault)) recover(fault);
        throw storeFault(fault);
      }
    },
    close() {
      if (isClosed) return;
      while (pending.length > 0) flush();
      if (flushing) clearImmediate(flushing);
      isClosed = true;
      drop();
      unlock();
    },
  };
}

function check(database: DatabaseSync): void {
  const verdict = database.prepare("PRAGMA quick_check(1)").get();
  if (Object.values(verdict ?? {})[0] !== "ok") throw new Error("The ledger is damaged.");
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

/** SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN: what reading shows of a file that fails. */
function isFileFault(fault: unknown): boolean {
  return [10, 11, 14, 26].includes(Number((fault as { errcode?: number } | null)?.errcode) & 0xff);
}
