import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { appendText, dropErased, eraseText } from "./personal-data.ts";
import type { EventRow, RefundRow, RequestRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { addDecision } from "./sqlite-decisions.ts";
import type { Store } from "./store.ts";

/**
 * Names, mails, phones, conversations and the gateway's own words, apart from the ids, amounts and states that stay: one
 * table of texts, and one that says by request where they are. Rows are taken apart when they are written and put together
 * when they are read.
 */

type Kind = "input" | "response" | "event" | "refund" | "wait";
type Data = Readonly<Record<string, unknown>>;

const personalFields: readonly string[] = ["customerName", "customerEmail", "customerMobileNumber"];
const nobody: PaymentStatusEvent["customer"] = { name: null, email: null, mobileNumber: null };

interface Place {
  readonly tag: string;
  readonly kind: Kind;
  readonly id: string;
}

const find = (database: SqliteDatabase, { tag, kind, id }: Place) =>
  database.get(
    `SELECT data_id, data FROM personal JOIN personal_data ON personal_data.id = personal.data_id
     WHERE tag = :tag AND kind = :kind AND personal.id = :id`,
    { tag, kind, id },
  );

/** Keeps the personal part of a row. */
export function putPersonal(database: SqliteDatabase, { tag, kind, id }: Place, at: number, data: Data): void {
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
export function getPersonal(database: SqliteDatabase, tag: string, kind: Kind, id: string): Data | null {
  const row = find(database, { tag, kind, id });
  return row ? (JSON.parse(String(row.data)) as Data) : null;
}

const pick = (input: Data, isPersonal: (field: string) => boolean): Data =>
  Object.fromEntries(Object.entries(input).filter(([field]) => isPersonal(field)));
const isPersonalField = (field: string) => personalFields.includes(field);

/** Writes the part of a request that is erased one day, the reply only once it is there. */
export function keepPersonal(database: SqliteDatabase, request: RequestRow, isNew: boolean): void {
  if (request.isForgotten) return;
  const { tag, createdAt: at } = request;
  const data = { input: pick(request.input, isPersonalField), correlation: request.correlation };
  if (isNew) putPersonal(database, { tag, kind: "input", id: "" }, at, data);
  // The reply comes with the first event and never changes.
  if (request.response && request.sequence <= 1)
    putPersonal(database, { tag, kind: "response", id: "" }, at, request.response);
}

/** The part of a request that stays. */
export function withoutPersonal(request: RequestRow): RequestRow {
  return {
    ...request,
    input: pick(request.input, (field) => !isPersonalField(field)),
    correlation: null,
    response: null,
  };
}

/** A stored request with its personal part, unless that was erased. */
export function requestOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): RequestRow | null {
  const request = parseRow<RequestRow>(row);
  if (!request || request.isForgotten) return request;
  const { input, correlation } = getPersonal(database, request.tag, "input", "") ?? {};
  return {
    ...request,
    input: { ...request.input, ...(input as Data | undefined) },
    correlation: correlation ?? null,
    response: getPersonal(database, request.tag, "response", ""),
  };
}

export function splitEvent(database: SqliteDatabase, row: EventRow): EventRow {
  const { customer, correlation, raw, failure } = row.event;
  // Rows of other tests and versions may lack them.
  if (customer === undefined) return row;
  const at = row.createdAt ?? Date.parse(row.event.observedAt);
  putPersonal(database, { tag: row.tag, kind: "event", id: row.id }, at, { customer, correlation, raw, failure });
  return { ...row, event: { ...row.event, customer: nobody, correlation: null, raw: {}, failure: null } };
}

export function eventOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): EventRow | null {
  const stored = parseRow<EventRow>(row);
  const data = stored && getPersonal(database, stored.tag, "event", stored.id);
  return data ? { ...stored, event: { ...stored.event, ...data } as PaymentStatusEvent } : stored;
}

/** Where the personal part of a refund is kept whose payment is of no link of ours. */
const tagOfRefund = ({ tag, account, environment, transactionId }: RefundRow): string =>
  tag ?? `refund ${account} ${environment} ${transactionId}`;

export function splitRefund(database: SqliteDatabase, refund: RefundRow, wasForgotten: boolean): RefundRow {
  const { description, ...input } = refund.input;
  const isForgotten = wasForgotten || refund.isForgotten === true;
  if (!isForgotten && (description !== undefined || refund.response !== null)) {
    const key = { tag: tagOfRefund(refund), kind: "refund", id: refund.transactionId } as const;
    putPersonal(database, key, refund.createdAt, { description, response: refund.response });
  }
  return { ...refund, input, response: null, ...(isForgotten ? { isForgotten } : {}) };
}

export function refundOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): RefundRow | null {
  const refund = parseRow<RefundRow>(row);
  if (!refund || refund.isForgotten) return refund;
  const { description, response } = getPersonal(database, tagOfRefund(refund), "refund", refund.transactionId) ?? {};
  return {
    ...refund,
    input: description === undefined ? refund.input : { ...refund.input, description },
    response: (response as RefundRow["response"]) ?? null,
  };
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
    const [, account, environment, ...id] = tag.startsWith("refund ") ? tag.split(" ") : [];
    if (account === undefined || environment === undefined) return;
    database.run(
      `UPDATE refunds SET row = json_set(row, '$.isForgotten', json('true'))
       WHERE account = :account AND environment = :environment AND transaction_id = :id`,
      { account, environment, id: id.join(" ") },
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
