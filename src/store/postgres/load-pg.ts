import type pg from "pg";
import { FlowError } from "../../runtime/errors.ts";

/** The driver, which is loaded only where a ledger lives in PostgreSQL. */
export async function loadPg(): Promise<typeof pg> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new FlowError("store_unavailable", "A ledger in PostgreSQL needs a package that is not installed: pg.", {
      cause,
      remedy: "Install it with: npm install pg",
      retryable: false,
    });
  }
}
