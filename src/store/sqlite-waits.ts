import type { RequestRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { getPersonal, putPersonal } from "./sqlite-personal.ts";
import type { Store } from "./store.ts";
import type { WaitRow, WaitWithMessage } from "./wait-rows.ts";

/**
 * Stores a wait as part of a transaction that is already open. Its message goes to the personal data of its request, and
 * nowhere once that was erased.
 */
export function writeWait(
  database: SqliteDatabase,
  wait: WaitRow | WaitWithMessage,
  { createdAt, isForgotten }: Pick<RequestRow, "createdAt" | "isForgotten">,
): void {
  const { message, ...row } = { message: undefined, ...wait };
  database.run("INSERT INTO waits (tag, row) VALUES (:tag, :row) ON CONFLICT (tag) DO UPDATE SET row = excluded.row", {
    tag: row.tag,
    row: JSON.stringify(row),
  });
  if (message && !isForgotten) {
    putPersonal(database, { tag: row.tag, kind: "wait", id: "", at: createdAt, data: message });
  }
}

/** A wait without its message. */
export function readWait(database: SqliteDatabase, tag: string): WaitRow | null {
  return parseRow<WaitRow>(database.get("SELECT row FROM waits WHERE tag = :tag", { tag }));
}

/** Runs that wait for the end of a link, on SQLite. */
export function sqliteWaits(database: SqliteDatabase): Pick<Store, "waitByTag"> {
  return {
    waitByTag: (tag) =>
      database.read(() => {
        const wait = readWait(database, tag);
        return wait && { ...wait, message: getPersonal(database, tag, "wait", "") };
      }),
  };
}
