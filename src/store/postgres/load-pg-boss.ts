import type { PgBoss } from "pg-boss";
import { FlowError } from "../../runtime/errors.ts";

/** The job queue, which is loaded only where several processes share a ledger. */
export async function loadPgBoss(): Promise<typeof PgBoss> {
  try {
    return (await import("pg-boss")).PgBoss;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new FlowError("store_unavailable", "A ledger in PostgreSQL needs a package that is not installed: pg-boss.", {
      cause,
      remedy: "Install it with: npm install pg-boss",
      retryable: false,
    });
  }
}
