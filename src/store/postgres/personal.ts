import {
  joinEvent,
  joinRefund,
  joinRequest,
  type PersonalData,
  type PersonalPart,
  refundOfPlace,
} from "../personal-parts.ts";
import { parseRow } from "../parse-row.ts";
import type { EventRow, RefundRow, RequestRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { PostgresDatabase, Row, Statements } from "./database.ts";
import { addDecision } from "./decisions.ts";

/** Keeps the personal parts of rows. */
export async function putPersonal(statements: Statements, parts: readonly PersonalPart[]): Promise<void> {
  for (const { tag, kind, id, at, data } of parts) {
    await statements.run(
      `INSERT INTO personal (tag, kind, id, at, data) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tag, kind, id) DO UPDATE SET data = excluded.data WHERE personal.data <> excluded.data`,
      [tag, kind, id, at, JSON.stringify(data)],
    );
  }
}

const dataOf = (text: unknown): PersonalData | null =>
  typeof text === "string" ? (JSON.parse(text) as PersonalData) : null;

/** Joins the personal parts of requests; `of` is what the table is called. */
export const requestParts = (of: string): string => `
  LEFT JOIN personal AS input ON input.tag = ${of}.tag AND input.kind = 'input' AND input.id = ''
  LEFT JOIN personal AS response ON response.tag = ${of}.tag AND response.kind = 'response' AND response.id = ''`;
export const requestColumns = "input.data AS input_data, response.data AS response_data";

/** A stored request with its personal parts, unless they were erased. */
export function requestOf(row: Row | undefined): RequestRow | null {
  const stored = parseRow<RequestRow>(row);
  if (!stored) return null;
  const request = { ...stored, version: Number(row?.version) };
  if (row?.is_forgotten === true) return { ...request, isForgotten: true };
  return joinRequest(request, dataOf(row?.input_data), dataOf(row?.response_data));
}

export const refundParts = (of: string): string => `
  LEFT JOIN personal ON personal.tag = ${of}.personal_tag AND personal.kind = 'refund'
    AND personal.id = ${of}.transaction_id`;
export const refundColumns = "personal.data AS refund_data";

export function refundOf(row: Row | undefined): RefundRow | null {
  const refund = parseRow<RefundRow>(row);
  if (!refund) return null;
  return row?.is_forgotten === true ? { ...refund, isForgotten: true } : joinRefund(refund, dataOf(row?.refund_data));
}

export const eventRows = `
  SELECT events.row, events.unclaimed, personal.data AS event_data FROM events
  LEFT JOIN personal ON personal.tag = events.tag AND personal.kind = 'event' AND personal.id = events.id`;

export function eventOf(row: Row | undefined): EventRow | null {
  const stored = parseRow<EventRow>(row);
  if (!stored) return null;
  const event = joinEvent(stored, dataOf(row?.event_data));
  return row?.unclaimed ? { ...event, unclaimed: row.unclaimed as NonNullable<EventRow["unclaimed"]> } : event;
}

/** Ends all transactions that may still see what was erased before this one. */
const olderTransactions = `
  SELECT count(*) AS count FROM pg_stat_activity
  WHERE pid <> pg_backend_pid() AND datname = current_database()
    AND (age(backend_xmin) > age($1::text::xid) OR age(backend_xid) > age($1::text::xid))`;
const looks = 5;
const lookMs = 50;

type PersonalStore = Pick<Store, "personalTags" | "erasePersonal" | "scrub">;

/** Forgetting, on PostgreSQL. */
export function postgresPersonal(database: PostgresDatabase): PersonalStore {
  async function erase(statements: Statements, tag: string): Promise<void> {
    // A change that was decided before must not bring back what it had read.
    await statements.run(
      "UPDATE requests SET version = version + 1, conversation = NULL, is_forgotten = true WHERE tag = $1",
      [tag],
    );
    await statements.run("UPDATE refunds SET is_forgotten = true WHERE tag = $1", [tag]);
    const refund = refundOfPlace(tag);
    if (refund) {
      const { account, environment, transactionId } = refund;
      await statements.run(
        "UPDATE refunds SET is_forgotten = true WHERE account = $1 AND environment = $2 AND transaction_id = $3",
        [account, environment, transactionId],
      );
    }
    await statements.run("DELETE FROM personal WHERE tag = $1", [tag]);
  }

  async function isHeldUp(): Promise<boolean> {
    const mark = (await database.get("SELECT pg_current_xact_id()::xid::text AS id"))?.id;
    for (let look = 0; look < looks; look += 1) {
      if (Number((await database.get(olderTransactions, [mark]))?.count) === 0) return false;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    return true;
  }

  return {
    personalTags: async (after, limit) => {
      const sql = "SELECT tag, max(at) AS at FROM personal WHERE tag > $1 GROUP BY tag ORDER BY tag LIMIT $2";
      return (await database.all(sql, [after, limit])).map(({ tag, at }) => ({ tag: String(tag), lastAt: Number(at) }));
    },
    erasePersonal: (tags, decisions = []) =>
      database.write(async (statements) => {
        for (const tag of [...tags].sort()) await erase(statements, tag);
        for (const decision of decisions) await addDecision(statements, decision);
      }),
    /**
     * PostgreSQL keeps a deleted row in its page until a vacuum takes it out, which it cannot while any transaction may
     * still see it. After that no statement can read it. Its bytes can remain in the free room of a page until that is
     * used again, and in write-ahead log, replicas and backups as long as those are kept: the operator's to set.
     */
    async scrub() {
      if (await isHeldUp()) return false;
      await database.run("VACUUM personal");
      return true;
    },
  };
}
