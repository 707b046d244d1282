import type { MessageRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

type MessageStore = Pick<Store, "recordMessage" | "saveMessage" | "dueMessages">;

/** What came in at the public routes, on SQLite. */
export function sqliteMessages(database: SqliteDatabase): MessageStore {
  const save = (message: MessageRow): void => {
    database.run(
      `INSERT INTO messages (id, next_at, row) VALUES (:id, :next_at, :row)
       ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at, row = excluded.row`,
      { id: message.id, next_at: message.state === "waiting" ? message.nextAt : null, row: JSON.stringify(message) },
    );
  };
  return {
    recordMessage(message) {
      return database.write(() => {
        const known = parseRow<MessageRow>(database.get("SELECT row FROM messages WHERE id = :id", { id: message.id }));
        save(known ? { ...known, state: "waiting", nextAt: message.nextAt } : message);
      });
    },
    saveMessage: (message) => database.write(() => save(message)),
    dueMessages: (now, limit) =>
      database.read(() =>
        database
          .all("SELECT row FROM messages WHERE next_at <= :now ORDER BY next_at LIMIT :limit", { now, limit })
          .map((row) => parseRow<MessageRow>(row) as MessageRow),
      ),
  };
}
