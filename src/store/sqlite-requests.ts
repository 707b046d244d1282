import { type ConversationCap, type ConversationUse, capReached, messagesOf } from "./conversation-cap.ts";
import { isOpenLink } from "./open-link.ts";
import { withoutPersonal } from "./personal-parts.ts";
import type { EventRow, PaymentRow, RefundRow, RequestRow } from "./rows.ts";
import { addDelivery, markUnclaimed } from "./sqlite-deliveries.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { addDecision } from "./sqlite-decisions.ts";
import { eventOf, keepPersonal, refundOf, requestOf, splitEvent } from "./sqlite-personal.ts";
import { areRefundsAsBefore, writeRefund } from "./sqlite-refunds.ts";
import { readWait, writeWait } from "./sqlite-waits.ts";
import type { Store } from "./store.ts";

type RequestStore = Pick<
  Store,
  | "addRequest"
  | "requestByTag"
  | "requestById"
  | "snapshot"
  | "countOpenLinks"
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
  is_open: isOpenLink(request) ? 1 : 0,
  version: request.version,
  row: JSON.stringify(request),
});

/** The links that a conversation got in the window that ends now, the oldest first. */
function conversationUses(
  database: SqliteDatabase,
  { conversation, windowMs }: ConversationCap,
  now: number,
): readonly ConversationUse[] {
  const found = database.all(
    `SELECT created_at AS at,
       (json_extract(row, '$.input.sendEmail') IS 1) + (json_extract(row, '$.input.sendSms') IS 1) AS messages
     FROM requests
     WHERE conversation = :conversation AND created_at > :since AND json_extract(row, '$.stage') <> 'refused'
     ORDER BY created_at`,
    { conversation, since: now - windowMs },
  );
  return found.map(({ at, messages }) => ({ at: Number(at), messages: Number(messages) }));
}

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
  /** False when the row has moved on since. */
  const update = (request: RequestRow): boolean => {
    const { tag, is_current, payment_request_id, next_read_at, is_open, version, row } = columns(
      withoutPersonal(request),
    );
    const changed = database.run(
      `UPDATE requests SET is_current = :is_current, payment_request_id = :payment_request_id,
         next_read_at = :next_read_at, is_open = :is_open, version = :version, row = :row
       WHERE tag = :tag AND version = :version - 1`,
      { tag, is_current, payment_request_id, next_read_at, is_open, version, row },
    );
    return changed > 0;
  };
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
    addRequest(request, wait, cap) {
      return database.write(() => {
        const known = byKey(request);
        const isReplaced = known?.tag === request.replaces && known?.stage !== "open";
        if (known && !isReplaced) return { request: known, isNew: false };
        const full = cap
          ? capReached(conversationUses(database, cap, request.createdAt), messagesOf(request), cap)
          : null;
        if (full) return { request, isNew: false, full };
        if (known) update({ ...known, isCurrent: false, replacedBy: request.tag, version: known.version + 1 });
        database.run(
          `INSERT INTO requests (tag, account, environment, generation, key, is_current, payment_request_id, next_read_at,
             is_open, version, row, conversation, created_at)
           VALUES (:tag, :account, :environment, :generation, :key, :is_current, :payment_request_id, :next_read_at,
             :is_open, :version, :row, :conversation, :created_at)`,
          {
            ...columns(withoutPersonal(request)),
            conversation: cap?.conversation ?? null,
            created_at: request.createdAt,
          },
        );
        keepPersonal(database, request, true);
        if (wait) writeWait(database, wait, request);
        return { request, isNew: true };
      });
    },
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
        const wait = readWait(database, tag);
        return {
          request,
          ...(wait ? { wait } : {}),
          payments: database
            .all("SELECT row FROM payments WHERE tag = :tag ORDER BY rowid", { tag })
            .map((row) => parseRow<PaymentRow>(row) as PaymentRow),
          refunds: database
            .all("SELECT row FROM refunds WHERE tag = :tag ORDER BY rowid", { tag })
            .map((row) => refundOf(database, row) as RefundRow),
        };
      }),
    countOpenLinks: () =>
      database.read(() => Number(database.get("SELECT COUNT(*) AS count FROM requests WHERE is_open = 1")?.count)),
    dueRequests: ({ account, environment }, now, limit) =>
      database.read(() =>
        database.rows(
          `SELECT row FROM requests WHERE account = :account AND environment = :environment AND next_read_at <= :now
           ORDER BY next_read_at LIMIT :limit`,
          { account, environment, now, limit },
          (row) => requestOf(database, row) as RequestRow,
        ),
      ),
    commit(change) {
      return database.write(() => {
        const { request } = change;
        if (!areRefundsAsBefore(database, change.refundsBefore ?? [])) return false;
        // Before anything else is written: one that was forgotten meanwhile must get nothing back.
        if (!update(request)) return false;
        keepPersonal(database, request, false);
        for (const payment of change.payments ?? []) savePayment(payment);
        for (const refund of change.refunds ?? []) writeRefund(database, refund);
        if (change.wait) writeWait(database, change.wait, request);
        const told = (change.events ?? []).filter((event) => !addEvent(event)).map((event) => event.id);
        const fresh = (change.deliveries ?? []).filter(({ eventId }) => !told.includes(eventId));
        const left = fresh.filter((delivery) => !addDelivery(database, delivery));
        for (const { eventId } of left) markUnclaimed(database, eventId);
        if (change.decision) addDecision(database, change.decision);
        return true;
      });
    },
    eventById: (id) => database.read(() => eventById(id)),
  };
}
