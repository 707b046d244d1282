import type { EventRow, PaymentRow, RefundRow, RequestRow } from "./rows.ts";
import { addDelivery, markUnclaimed } from "./sqlite-deliveries.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { eventOf, refundOf, requestOf, splitEvent, splitRequest } from "./sqlite-personal.ts";
import { areRefundsAsBefore, writeRefund } from "./sqlite-refunds.ts";
import type { Store } from "./store.ts";

type RequestStore = Pick<
  Store,
  | "addRequest"
  | "requestByKey"
  | "requestByTag"
  | "requestById"
  | "snapshot"
  | "countWatched"
  | "dueRequests"
  | "commit"
  | "eventById"
>;

const columns = (request: RequestRow) => ({
  tag: request.tag,
  account: request.account,
  environment: request.environment,
  generation: request.generation,
  key: request.key,
  is_current: request.isCurrent ? 1 : 0,
  payment_request_id: request.paymentRequestId,
  next_read_at: request.nextReadAt,
  version: request.version,
  row: JSON.stringify(request),
});

/** Links that were asked for, their payments and events, on SQLite. */
export function sqliteRequests(database: SqliteDatabase): RequestStore {
  const byKey = (request: Pick<RequestRow, "account" | "generation" | "key">) =>
    requestOf(
      database,
      database.get(
        "SELECT row FROM requests WHERE account = :account AND generation = :generation AND key = :key AND is_current = 1",
        { account: request.account, generation: request.generation, key: request.key },
      ),
    );
  const byTag = (tag: string) =>
    requestOf(database, database.get("SELECT row FROM requests WHERE tag = :tag", { tag }));
  const eventById = (id: string) => eventOf(database, database.get("SELECT row FROM events WHERE id = :id", { id }));

  const savePayment = (payment: PaymentRow) =>
    database.run(
      `INSERT INTO payments (payment_id, tag, row) VALUES (:payment_id, :tag, :row)
       ON CONFLICT (tag, payment_id) DO UPDATE SET row = excluded.row`,
      { payment_id: payment.paymentId, tag: payment.tag, row: JSON.stringify(payment) },
    );
  /** False for an event that was told before: it keeps its words, and what became of its deliveries. */
  const addEvent = (event: EventRow): boolean => {
    const known = eventById(event.id);
    if (known && known.tag !== event.tag) throw new Error("An event id belongs to another request.");
    if (known) return false;
    database.run("INSERT INTO events (id, tag, sequence, row) VALUES (:id, :tag, :sequence, :row)", {
      id: event.id,
      tag: event.tag,
      sequence: event.sequence,
      row: JSON.stringify(splitEvent(database, event)),
    });
    return true;
  };

  return {
    addRequest(request) {
      return database.write(() => {
        const known = byKey(request);
        if (known) return { request: known, isNew: false };
        database.run(
          `INSERT INTO requests (tag, account, environment, generation, key, is_current, payment_request_id, next_read_at, version, row)
           VALUES (:tag, :account, :environment, :generation, :key, :is_current, :payment_request_id, :next_read_at, :version, :row)`,
          columns(splitRequest(database, request, true)),
        );
        return { request, isNew: true };
      });
    },
    requestByKey: ({ name, generation }, key) => database.read(() => byKey({ account: name, generation, key })),
    requestByTag: (tag) => database.read(() => byTag(tag)),
    requestById: ({ account, environment }, id) =>
      database.read(() =>
        requestOf(
          database,
          database.get(
            "SELECT row FROM requests WHERE account = :account AND environment = :environment AND payment_request_id = :id",
            { account, environment, id },
          ),
        ),
      ),
    snapshot: (tag) =>
      database.read(() => {
        const request = byTag(tag);
        if (!request) return null;
        return {
          request,
          payments: database
            .all("SELECT row FROM payments WHERE tag = :tag ORDER BY rowid", { tag })
            .map((row) => parseRow<PaymentRow>(row) as PaymentRow),
          refunds: database
            .all("SELECT row FROM refunds WHERE tag = :tag ORDER BY rowid", { tag })
            .map((row) => refundOf(database, row) as RefundRow),
        };
      }),
    countWatched: () =>
      database.read(() =>
        Number(database.get("SELECT COUNT(*) AS count FROM requests WHERE next_read_at IS NOT NULL")?.count),
      ),
    dueRequests: (now, limit, account) =>
      database.read(() =>
        account
          ? database.rows(
              `SELECT row FROM requests WHERE account = :account AND environment = :environment AND next_read_at <= :now
               ORDER BY next_read_at LIMIT :limit`,
              { account: account.account, environment: account.environment, now, limit },
              (row) => requestOf(database, row) as RequestRow,
            )
          : database.rows(
              "SELECT row FROM requests WHERE next_read_at <= :now ORDER BY next_read_at LIMIT :limit",
              { now, limit },
              (row) => requestOf(database, row) as RequestRow,
            ),
      ),
    commit(change) {
      return database.write(() => {
        const { request } = change;
        if (!areRefundsAsBefore(database, change.refundsBefore ?? [])) return false;
        const { tag, is_current, payment_request_id, next_read_at, version, row } = columns(
          splitRequest(database, request, false),
        );
        const changed = database.run(
          `UPDATE requests SET is_current = :is_current, payment_request_id = :payment_request_id,
             next_read_at = :next_read_at, version = :version, row = :row
           WHERE tag = :tag AND version = :version - 1`,
          { tag, is_current, payment_request_id, next_read_at, version, row },
        );
        if (changed === 0) return false;
        for (const payment of change.payments ?? []) savePayment(payment);
        for (const refund of change.refunds ?? []) writeRefund(database, refund);
        const told = (change.events ?? []).filter((event) => !addEvent(event)).map((event) => event.id);
        const fresh = (change.deliveries ?? []).filter(({ eventId }) => !told.includes(eventId));
        const left = fresh.filter((delivery) => !addDelivery(database, delivery));
        for (const { eventId } of left) markUnclaimed(database, eventId);
        return true;
      });
    },
    eventById: (id) => database.read(() => eventById(id)),
  };
}
