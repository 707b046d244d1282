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
  RequestSearch,
} from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";
import { eventOf, requestOf } from "./sqlite-personal.ts";
import { sqliteRequests } from "./sqlite-requests.ts";

type OperationStore = Pick<
  Store,
  "searchRequests" | "tagsOf" | "history" | "messageById" | "held" | "health" | "recordDecision"
>;

/** How many requests one search looks at, so that nobody waits long for the ledger behind it. */
const searchWindow = 2_000;
/** How many of the newest messages are looked at for the last one of each account. */
const newestMessages = 2_000;

/** Makes a message findable by its request and, while it is held, by that; part of a transaction that is open. */
export function indexMessage(database: SqliteDatabase, { id, tag, state }: MessageRow): void {
  if (tag !== null) database.run("INSERT OR IGNORE INTO request_messages (tag, id) VALUES (:tag, :id)", { tag, id });
  const isHeld = state === "parked" || state === "quarantined";
  const sql = isHeld
    ? "INSERT OR IGNORE INTO held_messages (id) VALUES (:id)"
    : "DELETE FROM held_messages WHERE id = :id";
  database.run(sql, { id });
}

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
          if (fits(parseRow<RequestRow>(row) as RequestRow, search))
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
        const messages = rows<MessageRow>(
          `SELECT messages.row FROM held_messages JOIN messages ON messages.id = held_messages.id
           ORDER BY messages.rowid DESC`,
        );
        return {
          messages: messages.filter(({ state }) => state === "parked" || state === "quarantined").slice(0, limit),
          deliveries: rows("SELECT row FROM deliveries WHERE state = 'parked' ORDER BY next_at DESC LIMIT :limit", {
            limit,
          }),
          events: rows(
            `SELECT row FROM events WHERE json_extract(row, '$.unclaimed') IS NOT NULL ORDER BY +rowid DESC LIMIT :limit`,
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
        const newest = rows<MessageRow>("SELECT row FROM messages ORDER BY rowid DESC LIMIT :limit", {
          limit: newestMessages,
        });
        const held = rows<MessageRow>(
          "SELECT messages.row FROM held_messages JOIN messages ON messages.id = held_messages.id",
        );
        const waiting = countsOf(
          database.all(
            `SELECT json_extract(row, '$.account') AS account, COUNT(*) AS count
             FROM messages WHERE next_at IS NOT NULL AND json_extract(row, '$.state') = 'waiting' GROUP BY 1`,
          ),
        );
        return accounts.map(
          (account): AccountHealth => ({
            account: { ...account, isActive: !inactive.includes(account.name) },
            lastMessageAt: newest.find((message) => message.account === account.name)?.receivedAt ?? null,
            waitingMessages: waiting.get(account.name) ?? 0,
            heldMessages: held.filter(
              ({ account: name, state }) => name === account.name && (state === "parked" || state === "quarantined"),
            ).length,
          }),
        );
      }),

    recordDecision: (decision) =>
      database.write(
        () =>
          void database.run("INSERT INTO decisions (tag, row) VALUES (:tag, :row)", {
            tag: decision.tag,
            row: JSON.stringify(decision),
          }),
      ),
  };
}

function fits(request: RequestRow, { account, status, text }: RequestSearch): boolean {
  if (account !== undefined && request.account !== account) return false;
  if (status !== undefined && request.status !== status) return false;
  if (text === undefined || text === "") return true;
  const words = [request.paymentRequestId, request.reference, request.input.purpose, request.tag];
  return words.some((word) => typeof word === "string" && word.toLowerCase().includes(text.toLowerCase()));
}

function countsOf(rows: readonly Record<string, unknown>[]): ReadonlyMap<string, number> {
  return new Map(rows.map(({ account, count }) => [String(account), Number(count)]));
}
