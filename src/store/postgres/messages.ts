import { parseRow } from "../parse-row.ts";
import type { MessageRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { PostgresDatabase, Row, Statements } from "./database.ts";
import { endLease, leasedTables, type Leases } from "./leases.ts";
import type { MessageBatches } from "./message-batches.ts";

type MessageStore = Pick<Store, "recordMessage" | "saveMessage" | "dueMessages" | "heldMessages" | "messageById">;

export const messageColumns = "messages.row, messages.state, messages.next_at";

/** A repeat changes the state and the time alone, so their columns are right. */
export function messageOf(row: Row | undefined): MessageRow | null {
  const message = parseRow<MessageRow>(row);
  return message && { ...message, state: row?.state as MessageRow["state"], nextAt: Number(row?.next_at) };
}

/** Makes a message findable by its request and, while it is held, by that. */
async function indexMessage(statements: Statements, { id, paymentId, tag, state }: MessageRow): Promise<void> {
  if (tag !== null)
    await statements.run("INSERT INTO request_messages (tag, id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [tag, id]);
  const isHeld = state === "parked" || state === "quarantined";
  if (!isHeld) await statements.run("DELETE FROM held_messages WHERE id = $1", [id]);
  else
    await statements.run("INSERT INTO held_messages (id, payment_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      id,
      paymentId,
    ]);
}

/** What came in at the public routes, on PostgreSQL. */
export function postgresMessages(
  database: PostgresDatabase,
  leases: Leases,
  batches: Pick<MessageBatches, "record">,
): MessageStore {
  /** False when another process has taken the work over since this one was given it. */
  async function save(statements: Statements, message: MessageRow): Promise<boolean> {
    const { id, account, state, nextAt, receivedAt } = message;
    // Without a lease it is a person's word or news about a payment, and whoever works on the row must read it again.
    const changed = await statements.run(
      `INSERT INTO messages (id, account, state, next_at, received_at, row) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, next_at = excluded.next_at, row = excluded.row,
         fence = CASE WHEN $7::bigint IS NULL THEN messages.fence + 1 ELSE messages.fence END, ${endLease}
       WHERE $7::bigint IS NULL OR messages.fence = $7`,
      [id, account, state, nextAt, receivedAt, JSON.stringify(message), leases.fenceOf(leasedTables.messages, [id])],
    );
    return changed > 0;
  }

  return {
    recordMessage: (message) => batches.record(message),
    async saveMessage(message) {
      await database.write(async (statements) => {
        if (await save(statements, message)) await indexMessage(statements, message);
      });
      leases.forget(leasedTables.messages, [message.id]);
    },
    dueMessages: (now, limit) =>
      database.list({
        table: "messages",
        limit,
        find: (most) =>
          leases.take(leasedTables.messages, {
            where: "next.next_at <= $3 AND next.state IN ('waiting', 'quarantined')",
            parameters: [now],
            limit: most,
          }),
        parse: (row) => messageOf(row) as MessageRow,
      }),
    async heldMessages({ account, environment }, paymentId) {
      const found = await database.all(
        `SELECT ${messageColumns} FROM held_messages JOIN messages ON messages.id = held_messages.id
         WHERE held_messages.payment_id = $1`,
        [paymentId],
      );
      return found
        .map((row) => messageOf(row) as MessageRow)
        .filter((message) => message.account === account && message.environment === environment);
    },
    messageById: async (id) =>
      messageOf(await database.get(`SELECT ${messageColumns} FROM messages WHERE id = $1`, [id])),
  };
}
