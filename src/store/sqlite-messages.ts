import type { MessageRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { indexMessage } from "./sqlite-operations.ts";
import type { Store } from "./store.ts";

type MessageStore = Pick<Store, "recordMessage" | "saveMessage" | "dueMessages" | "heldMessages">;

/** States in which a message is read again by itself. */
const isRead = ({ state }: MessageRow): boolean => state === "waiting" || state === "quarantined";

/** Due again. A quarantine is not ended by a repeat, only by a read that agrees or by a person. */
const repeated = (known: MessageRow, { nextAt }: MessageRow): MessageRow => ({
  ...known,
  state: known.state === "quarantined" ? known.state : "waiting",
  nextAt,
});

/** What came in at the public routes, on SQLite. */
export function sqliteMessages(database: SqliteDatabase): MessageStore {
  const save = (message: MessageRow): void => {
    database.run(
      `INSERT INTO messages (id, next_at, row) VALUES (:id, :next_at, :row)
       ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at, row = excluded.row`,
      { id: message.id, next_at: isRead(message) ? message.nextAt : null, row: JSON.stringify(message) },
    );
  };
  return {
    recordMessage(message) {
      const insert = "INSERT INTO messages (id, next_at, row) VALUES (:id, :next_at, :row) ON CONFLICT (id) DO NOTHING";
      return database.writeOne(() => {
        const columns = { id: message.id, next_at: message.nextAt, row: JSON.stringify(message) };
        if (database.run(insert, columns) === 1) return;
        const known = parseRow<MessageRow>(database.get("SELECT row FROM messages WHERE id = :id", { id: message.id }));
        save(known ? repeated(known, message) : message);
      });
    },
    saveMessage: (message) =>
      database.write(() => {
        save(message);
        indexMessage(database, message);
      }),
    dueMessages: (now, limit) =>
      database.read(() =>
        database.rows<MessageRow>("SELECT row FROM messages WHERE next_at <= :now ORDER BY next_at LIMIT :limit", {
          now,
          limit,
        }),
      ),
    heldMessages: ({ account, environment }, paymentId) =>
      database.read(() =>
        database
          .all(
            `SELECT messages.row FROM held_messages CROSS JOIN messages ON messages.id = held_messages.id
             WHERE held_messages.payment_id = :payment_id`,
            { payment_id: paymentId },
          )
          .map((row) => parseRow<MessageRow>(row) as MessageRow)
          .filter((message) => message.account === account && message.environment === environment),
      ),
  };
}
