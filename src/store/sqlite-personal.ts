import { appendText, dropErased, eraseText } from "./personal-data.ts";
import {
  joinEvent,
  joinRefund,
  joinRequest,
  type PersonalData,
  type PersonalKind,
  type PersonalPart,
  type PersonalPlace,
  personalOfRequest,
  placeOfRefund,
  refundOfPlace,
  splitEvent as splitEventRow,
  splitRefund as splitRefundRow,
} from "./personal-parts.ts";
import type { EventRow, RefundRow, RequestRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { addDecision } from "./sqlite-decisions.ts";
import type { Store } from "./store.ts";

/** Personal data on SQLite: one table of texts, and one that says by request where they are. */

const find = (database: SqliteDatabase, { tag, kind, id }: PersonalPlace) =>
  database.get(
    `SELECT data_id, data FROM personal JOIN personal_data ON personal_data.id = personal.data_id
     WHERE tag = :tag AND kind = :kind AND personal.id = :id`,
    { tag, kind, id },
  );

/** Keeps the personal part of a row. */
export function putPersonal(database: SqliteDatabase, { tag, kind, id, at, data }: PersonalPart): void {
  const json = JSON.stringify(data);
  const known = find(database, { tag, kind, id });
  if (known?.data === json) return;
  if (known) eraseText(database, Number(known.data_id));
  database.run(
    `INSERT INTO personal (tag, kind, id, at, data_id) VALUES (:tag, :kind, :id, :at, :data_id)
     ON CONFLICT (tag, kind, id) DO UPDATE SET data_id = excluded.data_id`,
    { tag, kind, id, at, data_id: appendText(database, json) },
  );
}

/** The personal part of a row; null where there is none or it was erased. */
export function getPersonal(
  database: SqliteDatabase,
  tag: string,
  kind: PersonalKind,
  id: string,
): PersonalData | null {
  const row = find(database, { tag, kind, id });
  return row ? (JSON.parse(String(row.data)) as PersonalData) : null;
}

/** Writes the part of a request that is erased one day. */
export function keepPersonal(database: SqliteDatabase, request: RequestRow, isNew: boolean): void {
  for (const part of personalOfRequest(request, isNew)) putPersonal(database, part);
}

/** A stored request with its personal part, unless that was erased. */
export function requestOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): RequestRow | null {
  const request = parseRow<RequestRow>(row);
  if (!request || request.isForgotten) return request;
  const part = (kind: PersonalKind) => getPersonal(database, request.tag, kind, "");
  return joinRequest(request, part("input"), part("response"));
}

/** Keeps the personal part of an event; returns what stays. */
export function splitEvent(database: SqliteDatabase, event: EventRow): EventRow {
  const { row, part } = splitEventRow(event);
  if (part) putPersonal(database, part);
  return row;
}

export function eventOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): EventRow | null {
  const stored = parseRow<EventRow>(row);
  return stored && joinEvent(stored, getPersonal(database, stored.tag, "event", stored.id));
}

/** Keeps the personal part of a refund; returns what stays. */
export function splitRefund(database: SqliteDatabase, refund: RefundRow, wasForgotten: boolean): RefundRow {
  const { row, part } = splitRefundRow(refund, wasForgotten);
  if (part) putPersonal(database, part);
  return row;
}

export function refundOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): RefundRow | null {
  const refund = parseRow<RefundRow>(row);
  if (!refund || refund.isForgotten) return refund;
  const { tag, kind, id } = placeOfRefund(refund);
  return joinRefund(refund, getPersonal(database, tag, kind, id));
}

type PersonalStore = Pick<Store, "personalTags" | "erasePersonal" | "scrub">;

/** Forgetting, on SQLite. */
export function sqlitePersonal(database: SqliteDatabase): PersonalStore {
  function erase(tag: string): void {
    const texts = database.all("SELECT data_id FROM personal WHERE tag = :tag", { tag });
    for (const { data_id } of texts) eraseText(database, Number(data_id));
    database.run("DELETE FROM personal WHERE tag = :tag", { tag });
    // A change that was decided before must not bring back what it had read.
    database.run(
      `UPDATE requests SET version = version + 1, conversation = NULL,
         row = json_set(row, '$.version', version + 1, '$.isForgotten', json('true')) WHERE tag = :tag`,
      { tag },
    );
    database.run("UPDATE refunds SET row = json_set(row, '$.isForgotten', json('true')) WHERE tag = :tag", { tag });
    const refund = refundOfPlace(tag);
    if (!refund) return;
    database.run(
      `UPDATE refunds SET row = json_set(row, '$.isForgotten', json('true'))
       WHERE account = :account AND environment = :environment AND transaction_id = :id`,
      { account: refund.account, environment: refund.environment, id: refund.transactionId },
    );
  }

  return {
    personalTags: (after, limit) =>
      database.read(() =>
        database
          .all(`SELECT tag, max(at) AS at FROM personal WHERE tag > :after GROUP BY tag ORDER BY tag LIMIT :limit`, {
            after,
            limit,
          })
          .map(({ tag, at }) => ({ tag: String(tag), lastAt: Number(at) })),
      ),
    erasePersonal: (tags, decisions = []) =>
      database.write(() => {
        for (const tag of tags) erase(tag);
        for (const decision of decisions) addDecision(database, decision);
      }),
    async scrub() {
      while (await database.write(() => dropErased(database)));
      // The tables hold nothing any more; the log still has the pages of before.
      return database.read(() => Number(database.get("PRAGMA wal_checkpoint(TRUNCATE)")?.busy) === 0);
    },
  };
}
