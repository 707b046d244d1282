/** The thread of the ledger, on a file that fails as the shared number says. Started by `openFaultyLedger`. */
import { DatabaseSync, StatementSync } from "node:sqlite";
import { workerData } from "node:worker_threads";

const fault = new Int32Array(workerData.fault as SharedArrayBuffer);
const is = (kind: "full" | "read-only" | "no-sync" | "unreadable") =>
  (workerData.kinds as readonly string[]).indexOf(kind) === Atomics.load(fault, 0);

/** An error as `node:sqlite` throws it. */
const ioError = (detail: number) => Object.assign(new Error("disk I/O error"), { errcode: 10 | (detail << 8) });

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  if (sql.startsWith("BEGIN")) {
    // SQLite itself then says that there is no page left, or that the file may not be written.
    exec.call(this, `PRAGMA max_page_count = ${is("full") ? 1 : 1_000_000}`);
    exec.call(this, `PRAGMA query_only = ${is("read-only") ? "ON" : "OFF"}`);
  }
  // SQLITE_IOERR_FSYNC
  if (sql === "COMMIT" && is("no-sync")) throw ioError(4);
  exec.call(this, sql);
};

for (const method of ["all", "get"] as const) {
  const read = StatementSync.prototype[method] as (...parameters: unknown[]) => unknown;
  const failing = function (this: StatementSync, ...parameters: unknown[]): unknown {
    // SQLITE_IOERR_READ
    if (is("unreadable")) throw ioError(1);
    return read.apply(this, parameters);
  };
  Object.assign(StatementSync.prototype, { [method]: failing });
}

await import("../../src/store/sqlite-thread.ts");
