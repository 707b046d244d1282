import { FlowError } from "../../runtime/errors.ts";
import type { PostgresDatabase, Statements } from "./database.ts";
import { migrations } from "./schema.ts";

/** Names the lock under which one process at a time changes the tables. */
const migrationLock = 0x696d_6f6a;

/**
 * Brings the tables up to date, in one transaction and one process at a time.
 * @throws {FlowError} `store_unavailable` where a newer version of this package wrote the ledger
 */
export function migrate(database: PostgresDatabase): Promise<void> {
  return database.write(async (statements) => {
    await statements.run("SET LOCAL statement_timeout = 0");
    await statements.run("SET LOCAL lock_timeout = 0");
    await statements.run("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    const done = await versionOf(statements);
    if (done > migrations.length) throw newerVersion();
    for (const migration of migrations.slice(done)) await statements.run(migration);
    if (done < migrations.length) await statements.run("UPDATE ledger_version SET version = $1", [migrations.length]);
  });
}

async function versionOf(statements: Statements): Promise<number> {
  const known = await statements.get("SELECT to_regclass('instamojo.ledger_version') IS NOT NULL AS is_there");
  if (known?.is_there !== true) {
    // Who may only use the ledger needs no right to make one.
    await statements.run("CREATE SCHEMA IF NOT EXISTS instamojo");
    await statements.run("CREATE TABLE ledger_version (version bigint NOT NULL)");
    await statements.run("INSERT INTO ledger_version (version) VALUES (0)");
  }
  return Number((await statements.get("SELECT version FROM ledger_version"))?.version);
}

function newerVersion(): FlowError {
  return new FlowError("store_unavailable", "The ledger was written by a newer version of this package.", {
    remedy: "Use that version again, or give this one a ledger of its own.",
    retryable: false,
  });
}
