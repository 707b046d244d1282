import type { DecisionRow } from "./rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

/** Records what a person decided as part of a transaction that is open. */
export function addDecision(database: SqliteDatabase, decision: DecisionRow): void {
  database.run("INSERT INTO decisions (tag, row) VALUES (:tag, :row)", {
    tag: decision.tag,
    row: JSON.stringify(decision),
  });
}
