import type pg from "pg";
import type { PgBoss } from "pg-boss";
import { FlowError } from "../../runtime/errors.ts";

/** The driver, which is loaded only where a ledger lives in PostgreSQL. */
export function loadPg(): Promise<typeof pg> {
  return orMissing("pg", async () => (await import("pg")).default);
}

/** The job queue, which is loaded only where several processes share a ledger. */
export function loadPgBoss(): Promise<typeof PgBoss> {
  return orMissing("pg-boss", async () => (await import("pg-boss")).PgBoss);
}

async function orMissing<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new FlowError("store_unavailable", `A ledger in PostgreSQL needs a package that is not installed: ${name}.`, {
      cause,
      remedy: `Install it with: npm install ${name}`,
      retryable: false,
    });
  }
}
