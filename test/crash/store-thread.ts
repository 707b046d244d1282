/** Runs the ledger's thread with fault points between its statements. The harness bundles it in the thread's place. */
import { DatabaseSync, StatementSync } from "node:sqlite";
import { type CrashStep, reach } from "./fault-points.ts";
import { stepOf } from "./statement-steps.ts";

const steps = new WeakMap<StatementSync, CrashStep>();
const { prepare, exec } = DatabaseSync.prototype;
const { run } = StatementSync.prototype;

DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string, ...rest: []) {
  const statement = prepare.call(this, sql, ...rest);
  const step = stepOf(sql);
  if (step) steps.set(statement, step);
  return statement;
} as typeof prepare;

StatementSync.prototype.run = function (this: StatementSync, ...parameters: Parameters<typeof run>) {
  const result = run.apply(this, parameters);
  const step = steps.get(this);
  if (step) reach(step);
  return result;
} as typeof run;

/** A control of the power-loss test: a ledger that does not wait for the disk. */
const synchronous = process.env.CRASH_SYNCHRONOUS;
if (synchronous) {
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
    exec.call(this, sql.replace(/(synchronous\s*=\s*)\w+/i, `$1${synchronous}`));
  };
}

await import("../../src/store/sqlite-thread.ts");
