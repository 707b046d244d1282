import type { CrashStep } from "./fault-points.ts";

/** The step that is reached when a statement of the ledger has run inside its transaction. */
export const stepOf = (sql: string): CrashStep | null =>
  /^\s*INSERT INTO messages\b/i.test(sql)
    ? "written"
    : /^\s*INSERT[\w\s]* INTO events\b/i.test(sql)
      ? "settling"
      : null;
