import { parseRow } from "../parse-row.ts";
import { fitsSearch, searchWindow } from "../request-search.ts";
import type { DecisionRow, DeliveryRow, EventRow, MessageRow, RefundRow, RequestRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { PostgresDatabase } from "./database.ts";
import { addDecision } from "./decisions.ts";
import { messageColumns, messageOf } from "./messages.ts";
import { eventOf, eventRows, refundOf, requestOf } from "./personal.ts";
import { refundRows } from "./refunds.ts";
import { requestRows } from "./requests.ts";

type OperationStore = Pick<Store, "searchRequests" | "tagsOf" | "history" | "held" | "recordDecision">;

const tagsOfId = `
  SELECT tag FROM requests WHERE tag = $1
  UNION SELECT requests.tag FROM (SELECT DISTINCT name, environment FROM accounts) AS known
    JOIN requests ON requests.account = known.name AND requests.environment = known.environment
      AND requests.payment_request_id = $1
  UNION SELECT tag FROM payments WHERE payment_id = $1
  UNION SELECT tag FROM events WHERE id = $1
  UNION SELECT tag FROM refunds WHERE case_id = $1
  UNION SELECT refunds.tag FROM (SELECT DISTINCT name, environment FROM accounts) AS known
    JOIN refunds ON refunds.account = known.name AND refunds.environment = known.environment
      AND refunds.transaction_id = $1`;

/** Those that were looked at, and those that still wait and name the request. */
const messagesOfRequest = `
  SELECT ${messageColumns} FROM request_messages JOIN messages ON messages.id = request_messages.id
  WHERE request_messages.tag = $1
  UNION SELECT * FROM (
    SELECT ${messageColumns} FROM messages
    WHERE state IN ('waiting', 'quarantined') AND position($2 in row) > 0 LIMIT 100) AS waiting`;

const parkedDeliveries = `SELECT row, (
    SELECT count(*) FROM deliveries AS later
    WHERE later.taker_id = parked.taker_id AND later.tag = parked.tag
      AND later.sequence > parked.sequence AND later.state <> 'taken') AS holds
  FROM deliveries AS parked WHERE state = 'parked' ORDER BY next_at DESC LIMIT $1`;

/** What an operator asks the ledger, on PostgreSQL. */
export function postgresOperations(database: PostgresDatabase, { snapshot }: Pick<Store, "snapshot">): OperationStore {
  async function messagesOf(tag: string): Promise<MessageRow[]> {
    const found = await database.all(messagesOfRequest, [tag, JSON.stringify(tag).slice(1, -1)]);
    return found
      .map((row) => messageOf(row) as MessageRow)
      .filter((message) => message.tag === tag)
      .sort((one, other) => one.receivedAt - other.receivedAt);
  }

  return {
    async searchRequests(search) {
      const before = search.before ?? Number.MAX_SAFE_INTEGER;
      const found = await database.all(
        `${requestRows} WHERE requests.place < $1 ORDER BY requests.place DESC LIMIT $2`,
        [before, searchWindow],
      );
      const requests: RequestRow[] = [];
      for (const row of found) {
        const request = requestOf(row) as RequestRow;
        if (fitsSearch(request, search)) requests.push(request);
        if (requests.length === search.limit) return { requests, before: Number(row.place) };
      }
      const last = found.at(-1)?.place;
      return { requests, before: found.length < searchWindow ? null : Number(last) };
    },

    async tagsOf(id) {
      const found = (await database.all(tagsOfId, [id])).map(({ tag }) => tag);
      const message = messageOf(await database.get(`SELECT ${messageColumns} FROM messages WHERE id = $1`, [id]));
      return [...new Set([...found, message?.tag])].filter((tag) => typeof tag === "string");
    },

    async history(tag) {
      const known = await snapshot(tag);
      if (!known) return null;
      const [messages, events, deliveries, decisions] = await Promise.all([
        messagesOf(tag),
        database.all(`${eventRows} WHERE events.tag = $1 ORDER BY events.sequence`, [tag]),
        database.all(
          `SELECT deliveries.row FROM events JOIN deliveries ON deliveries.event_id = events.id
           WHERE events.tag = $1 ORDER BY events.sequence, deliveries.taker_id`,
          [tag],
        ),
        database.all("SELECT row FROM decisions WHERE tag = $1 ORDER BY place", [tag]),
      ]);
      return {
        ...known,
        messages,
        events: events.map((row) => eventOf(row) as EventRow),
        deliveries: deliveries.map((row) => parseRow<DeliveryRow>(row) as DeliveryRow),
        decisions: decisions.map((row) => parseRow<DecisionRow>(row) as DecisionRow),
      };
    },

    async held(limit) {
      const [messages, deliveries, events, refunds] = await Promise.all([
        database.all(
          `SELECT ${messageColumns} FROM held_messages JOIN messages ON messages.id = held_messages.id
           WHERE messages.state IN ('parked', 'quarantined') ORDER BY messages.place DESC LIMIT $1`,
          [limit],
        ),
        database.all(parkedDeliveries, [limit]),
        database.all(`SELECT row, unclaimed FROM events WHERE unclaimed IS NOT NULL ORDER BY place DESC LIMIT $1`, [
          limit,
        ]),
        database.all(`${refundRows} WHERE refunds.stage = 'unknown' ORDER BY refunds.place DESC LIMIT $1`, [limit]),
      ]);
      return {
        messages: messages.map((row) => messageOf(row) as MessageRow),
        deliveries: deliveries.map((row) => ({
          ...(parseRow<DeliveryRow>(row) as DeliveryRow),
          holds: Number(row.holds),
        })),
        events: events.map((row) => eventOf(row) as EventRow),
        refunds: refunds.map((row) => refundOf(row) as RefundRow),
      };
    },

    recordDecision: (decision) => addDecision(database, decision),
  };
}
