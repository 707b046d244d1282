import { createHash } from "node:crypto";
import type { Statements } from "./database.ts";

/** Makes transactions about one thing wait for each other, also where no row stands for it yet. Ends with the transaction. */
export async function lockName(statements: Statements, kind: string, name: readonly unknown[]): Promise<void> {
  const hash = createHash("sha256")
    .update(JSON.stringify([kind, ...name]))
    .digest();
  await statements.run("SELECT pg_advisory_xact_lock($1)", [String(hash.readBigInt64BE())]);
}
