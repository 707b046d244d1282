import type {
  AccountHealth,
  AccountRow,
  DecisionRow,
  DeliveryRow,
  EventRow,
  HeldRows,
  MessageRow,
  RefundRow,
  RequestRow,
} from "./rows.ts";
import { countWindow, fitsSearch, newestMessages, searchWindow } from "./request-search.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { addDecision } from "./sqlite-decisions.ts";
import type { Store } from "./store.ts";
import { eventOf, requestOf } from "./sqlite-personal.ts";
import { sqliteRequests } from "./sqlite-requests.ts";
import { unclaimedCause } from "./sqlite-schema.ts";

type OperationStore = Pick<
  Store,
  "searchRequests" | "tagsOf" | "history" | "messageById" | "held" | "health" | "recordDecision"
>;

/** Makes a message findable by its request and, while it is held, by that; part of a transaction that is open. */
export function indexMessage(database: SqliteDatabase, { id, paymentId, tag, state }: MessageRow): void {
  if (tag !== null) database.run("INSERT OR IGNORE INTO request_messages (tag, id) VALUES (:tag, :id)", { tag, id });
  const isHeld = state === "parked" || state === "quarantined";
  if (!isHeld) database.run("DELETE FROM held_messages WHERE id = :id", { id });
  else database.run("INSERT OR IGNORE INTO held_messages (id, payment_id) VALUES (:id, :paymentId)", { id, paymentId });
}

const isHeldState = "json_extract(messages.row, '$.state') IN ('parked', 'quarantined')";

const parkedDeliveries = `SELECT row, (
    SELECT COUNT(*) FROM deliveries AS later
    WHERE later.taker_id = parked.taker_id AND later.tag = parked.tag
      AND later.sequence > parked.sequence AND later.state <> 'taken') AS holds
  FROM deliveries AS parked WHERE state = 'parked' ORDER BY next_at DESC LIMIT :limit`;

/** What an operator asks the ledger, on SQLite. */
export function sqliteOperations(database: SqliteDatabase): OperationStore {
  const rows = <T>(sql: string, parameters: Parameters<SqliteDatabase["all"]>[1] = {}): T[] =>
    database.all(sql, parameters).map((row) => parseRow<T>(row) as T);
  const { snapshot } = sqliteRequests(database);

  return {
    searchRequests: (search) =>
      database.read(() => {
        const before = search.before ?? Number.MAX_SAFE_INTEGER;
        const found = database.all(
          "SELECT rowid AS place, row FROM requests WHERE rowid < :before ORDER BY rowid DESC LIMIT :window",
          { before, window: searchWindow },
        );
        const requests: RequestRow[] = [];
        for (const row of found) {
          if (fitsSearch(parseRow<RequestRow>(row) as RequestRow, search))
            requests.push(requestOf(database, row) as RequestRow);
          if (requests.length === search.limit) return { requests, before: Number(row.place) };
        }
        const last = found.at(-1)?.place;
        return { requests, before: found.length < searchWindow ? null : Number(last) };
      }),

    tagsOf: (id) =>
      database.read(() => {
        const found = database.all(
          `SELECT tag FROM requests WHERE tag = :id
           UNION SELECT requests.tag FROM (SELECT DISTINCT name, environment FROM accounts) AS known
             CROSS JOIN requests ON requests.account = known.name AND requests.environment = known.environment
               AND requests.payment_request_id = :id
           UNION SELECT tag FROM payments WHERE payment_id = :id
           UNION SELECT tag FROM events WHERE id = :id
           UNION SELECT tag FROM refunds WHERE json_extract(row, '$.caseId') = :id
           UNION SELECT refunds.tag FROM (SELECT DISTINCT name, environment FROM accounts) AS known
             CROSS JOIN refunds ON refunds.account = known.name AND refunds.environment = known.environment
               AND refunds.transaction_id = :id
           UNION SELECT json_extract(row, '$.tag') AS tag FROM messages WHERE id = :id`,
          { id },
        );
        return found.map(({ tag }) => tag).filter((tag) => typeof tag === "string");
      }),

    async history(tag) {
      const known = await snapshot(tag);
      if (!known) return null;
      return database.read(() => {
        const ids = database.all("SELECT id FROM request_messages WHERE tag = :tag", { tag });
        const looked = ids.flatMap(({ id }) =>
          rows<MessageRow>("SELECT row FROM messages WHERE id = :id", { id: String(id) }),
        );
        const waiting = rows<MessageRow>(
          "SELECT row FROM messages WHERE next_at IS NOT NULL AND json_extract(row, '$.tag') = :tag LIMIT 100",
          { tag },
        );
        const isNew = (message: MessageRow) => !looked.some((other) => other.id === message.id);
        return {
          ...known,
          messages: [...looked, ...waiting.filter(isNew)].sort((one, other) => one.receivedAt - other.receivedAt),
          events: database
            .all("SELECT row FROM events WHERE tag = :tag ORDER BY sequence", { tag })
            .map((row) => eventOf(database, row) as EventRow),
          deliveries: rows<DeliveryRow>(
            `SELECT deliveries.row FROM events JOIN deliveries ON deliveries.event_id = events.id
             WHERE events.tag = :tag ORDER BY events.sequence, deliveries.taker_id`,
            { tag },
          ),
          decisions: rows<DecisionRow>("SELECT row FROM decisions WHERE tag = :tag ORDER BY id", { tag }),
        };
      });
    },

    messageById: (id) =>
      database.read(() => parseRow<MessageRow>(database.get("SELECT row FROM messages WHERE id = :id", { id }))),

    // The plus keeps SQLite to the small partial indexes; in the order of rowid it would walk the whole table.
    held: (limit) =>
      database.read((): HeldRows => {
        return {
          messages: rows<MessageRow>(
            `SELECT messages.row FROM (SELECT id FROM held_messages ORDER BY id DESC LIMIT :countWindow) AS held
             CROSS JOIN messages ON messages.id = held.id AND ${isHeldState}
             ORDER BY messages.rowid DESC LIMIT :limit`,
            { countWindow, limit },
          ),
          deliveries: database.all(parkedDeliveries, { limit }).map((row) => ({
            ...(parseRow<DeliveryRow>(row) as DeliveryRow),
            holds: Number(row.holds),
          })),
          events: rows(
            `SELECT row FROM (
               SELECT * FROM (SELECT rowid AS place, row FROM events
                 WHERE ${unclaimedCause} = 'no-taker' ORDER BY rowid DESC LIMIT :limit)
               UNION ALL SELECT * FROM (SELECT rowid AS place, row FROM events
                 WHERE ${unclaimedCause} = 'inactive' ORDER BY rowid DESC LIMIT :limit))
             ORDER BY place DESC LIMIT :limit`,
            { limit },
          ),
          refunds: rows<RefundRow>(
            "SELECT row FROM refunds WHERE json_extract(row, '$.stage') = 'unknown' ORDER BY +rowid DESC LIMIT :limit",
            { limit },
          ),
        };
      }),

    health: () =>
      database.read(() => {
        const inactive = database.all("SELECT name FROM inactive_accounts").map(({ name }) => name);
        const accounts = rows<AccountRow>(
          `SELECT row FROM accounts AS latest WHERE generation =
             (SELECT MAX(generation) FROM accounts WHERE name = latest.name) ORDER BY rowid`,
        );
        const newest = numbersOf(
          database.all(
            `SELECT json_extract(row, '$.account') AS account, MAX(json_extract(row, '$.receivedAt')) AS number
             FROM (SELECT row FROM messages ORDER BY rowid DESC LIMIT :newestMessages) GROUP BY 1`,
            { newestMessages },
          ),
        );
        const held = numbersOf(
          database.all(
            `SELECT json_extract(messages.row, '$.account') AS account, COUNT(*) AS number
             FROM (SELECT id FROM held_messages LIMIT :countWindow) AS held
             CROSS JOIN messages ON messages.id = held.id AND ${isHeldState} GROUP BY 1`,
            { countWindow },
          ),
        );
        const waiting = numbersOf(
          database.all(
            `SELECT json_extract(row, '$.account') AS account, COUNT(*) AS number
             FROM (SELECT row FROM messages WHERE next_at IS NOT NULL LIMIT :countWindow)
             WHERE json_extract(row, '$.state') = 'waiting' GROUP BY 1`,
            { countWindow },
          ),
        );
        return accounts.map(
          (account): AccountHealth => ({
            account: { ...account, isActive: !inactive.includes(account.name) },
            lastMessageAt: newest.get(account.name) ?? null,
            waitingMessages: waiting.get(account.name) ?? 0,
            heldMessages: held.get(account.name) ?? 0,
          }),
        );
      }),

    recordDecision: (decision) => database.write(() => addDecision(database, decision)),
  };
}

function numbersOf(rows: readonly Record<string, unknown>[]): ReadonlyMap<string, number> {
  return new Map(rows.map(({ account, number }) => [String(account), Number(number)]));
}
