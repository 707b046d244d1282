import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { EventRow, RefundRow, RequestRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

/**
 * Names, mails, phones, conversations and the gateway's own words, apart from the ids, amounts and states that stay: one
 * table, keyed by request. Rows are taken apart when they are written and put together when they are read.
 */

type Kind = "input" | "response" | "event" | "refund";
type Data = Readonly<Record<string, unknown>>;

const personalFields: readonly string[] = ["customerName", "customerEmail", "customerMobileNumber"];
const nobody: PaymentStatusEvent["customer"] = { name: null, email: null, mobileNumber: null };

function put(database: SqliteDatabase, key: { tag: string; kind: Kind; id: string }, at: number, data: Data): void {
  const { tag, kind, id } = key;
  database.run(
    `INSERT INTO personal (tag, kind, id, at, data) VALUES (:tag, :kind, :id, :at, :data)
     ON CONFLICT (tag, kind, id) DO UPDATE SET data = excluded.data`,
    { tag, kind, id, at, data: JSON.stringify(data) },
  );
}

function get(database: SqliteDatabase, tag: string, kind: Kind, id: string): Data | null {
  const row = database.get("SELECT data FROM personal WHERE tag = :tag AND kind = :kind AND id = :id", {
    tag,
    kind,
    id,
  });
  return row ? (JSON.parse(String(row.data)) as Data) : null;
}

const pick = (input: Data, isPersonal: (field: string) => boolean): Data =>
  Object.fromEntries(Object.entries(input).filter(([field]) => isPersonal(field)));
const isPersonalField = (field: string) => personalFields.includes(field);

/** The part of a request that stays; the other part is written beside it, the reply only once it is there. */
export function splitRequest(database: SqliteDatabase, request: RequestRow, isNew: boolean): RequestRow {
  const { tag, createdAt: at } = request;
  if (!request.isForgotten) {
    const data = { input: pick(request.input, isPersonalField), correlation: request.correlation };
    if (isNew) put(database, { tag, kind: "input", id: "" }, at, data);
    // The reply comes with the first event and never changes.
    if (request.response && request.sequence <= 1)
      put(database, { tag, kind: "response", id: "" }, at, request.response);
  }
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
  const { input, correlation } = get(database, request.tag, "input", "") ?? {};
  return {
    ...request,
    input: { ...request.input, ...(input as Data | undefined) },
    correlation: correlation ?? null,
    response: get(database, request.tag, "response", ""),
  };
}

export function splitEvent(database: SqliteDatabase, row: EventRow): EventRow {
  const { customer, correlation, raw, failure } = row.event;
  // Rows of other tests and versions may lack them.
  if (customer === undefined) return row;
  const at = row.createdAt ?? Date.parse(row.event.observedAt);
  put(database, { tag: row.tag, kind: "event", id: row.id }, at, { customer, correlation, raw, failure });
  return { ...row, event: { ...row.event, customer: nobody, correlation: null, raw: {}, failure: null } };
}

export function eventOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): EventRow | null {
  const stored = parseRow<EventRow>(row);
  const data = stored && get(database, stored.tag, "event", stored.id);
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
    put(database, key, refund.createdAt, { description, response: refund.response });
  }
  return { ...refund, input, response: null, ...(isForgotten ? { isForgotten } : {}) };
}

export function refundOf(database: SqliteDatabase, row: Record<string, unknown> | undefined): RefundRow | null {
  const refund = parseRow<RefundRow>(row);
  if (!refund || refund.isForgotten) return refund;
  const { description, response } = get(database, tagOfRefund(refund), "refund", refund.transactionId) ?? {};
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
    database.run("DELETE FROM personal WHERE tag = :tag", { tag });
    // A change that was decided before must not bring back what it had read.
    database.run(
      `UPDATE requests SET version = version + 1,
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
    erasePersonal: (tags) =>
      database.write(() => {
        for (const tag of tags) erase(tag);
      }),
    scrub: () =>
      database.read(() => {
        // A page that was split or merged keeps stale copies of rows in its free space, which no deletion overwrites:
        // only writing the file anew is sure to leave nothing.
        database.run("VACUUM");
        const result = database.get("PRAGMA wal_checkpoint(TRUNCATE)");
        return Number(result?.busy) === 0;
      }),
  };
}
