import type { SqliteDatabase } from "./sqlite-database.ts";

/**
 * Texts that can be erased from the file without writing it anew. SQLite copies rows when it splits or joins the pages of
 * a table, and `secure_delete` does not overwrite all of those copies. Here it never has a reason to: a text is only ever
 * appended, which adds a page and splits none (`balance_quick` in SQLite's btree.c), and what is erased is overwritten in
 * place by as many bytes (`btreeOverwriteCell`), overflow pages included. What is erased at the old end of the table is
 * dropped, far enough from the first text that is kept that no page of that is joined with another.
 */

/** How many erased texts stay before the first that is kept: more than the four pages that SQLite joins at most. */
const keptErased = 1_000;
/** How many erased texts are dropped in one go, so that nobody waits long for the ledger behind it. */
const droppedAtOnce = 2_000;

/** Appends a JSON object; returns its id. */
export function appendText(database: SqliteDatabase, json: string): number {
  return Number(database.get("INSERT INTO personal_data (data) VALUES (:json) RETURNING id", { json })?.id);
}

/** Overwrites a text with as many zeros. */
export function eraseText(database: SqliteDatabase, id: number): void {
  database.run(
    `UPDATE personal_data SET data = substr(hex(zeroblob(octet_length(data))), 1, octet_length(data)) WHERE id = :id`,
    { id },
  );
}

/** Gives back a part of the room of what was erased first; false once there is no more. */
export function dropErased(database: SqliteDatabase): boolean {
  // An object starts with a brace, which is greater than any digit.
  const oldest = database.get(
    `SELECT min(id) FILTER (WHERE data >= '{') AS kept, max(id) + 1 AS "end" FROM (
       SELECT id, data FROM personal_data ORDER BY rowid ASC LIMIT :limit)`,
    { limit: keptErased + droppedAtOnce },
  );
  const end = Number(oldest?.kept ?? oldest?.end ?? 0) - keptErased;
  return database.run("DELETE FROM personal_data WHERE id < :end", { end }) === droppedAtOnce;
}
