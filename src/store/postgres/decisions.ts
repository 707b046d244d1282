import { createHash } from "node:crypto";
import type { DecisionRow } from "../rows.ts";
import type { Statements } from "./database.ts";

/** Records what a person decided, once. */
export async function addDecision(statements: Statements, decision: DecisionRow): Promise<void> {
  const row = JSON.stringify(decision);
  await statements.run("INSERT INTO decisions (digest, tag, row) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [
    createHash("sha256").update(row).digest("hex"),
    decision.tag,
    row,
  ]);
}
