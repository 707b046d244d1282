import { type ConversationCap, capReached, messagesOf } from "../conversation-cap.ts";
import { isOpenLink } from "../open-link.ts";
import { parseRow } from "../parse-row.ts";
import { personalOfRequest, withoutPersonal } from "../personal-parts.ts";
import type { PaymentRow, RefundRow, RequestRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { WaitRow, WaitWithMessage } from "../wait-rows.ts";
import type { PostgresDatabase, Row, Statements } from "./database.ts";
import { leasedTables, type Leases } from "./leases.ts";
import { lockName } from "./lock-name.ts";
import { eventOf, eventRows, putPersonal, refundOf, requestColumns, requestOf, requestParts } from "./personal.ts";
import { refundRows } from "./refunds.ts";
import { createTurns } from "./turns.ts";
import { writeWait } from "./waits.ts";

type RequestStore = Pick<
  Store,
  "addRequest" | "requestByTag" | "requestById" | "snapshot" | "countOpenLinks" | "dueRequests" | "eventById"
>;

export const requestRows = `SELECT requests.row, requests.version, requests.is_forgotten, requests.place, ${requestColumns}
  FROM requests ${requestParts("requests")}`;

/** Changes a request as part of a transaction; false when the row has moved on since. */
export async function updateRequest(statements: Statements, owner: string, request: RequestRow): Promise<boolean> {
  const changed = await statements.run(
    `UPDATE requests SET is_current = $2, payment_request_id = $3, next_read_at = $4, is_open = $5, version = $6,
       row = $7, is_refused = $8, is_forgotten = is_forgotten OR $9,
       lease_owner = CASE WHEN lease_owner = $10 AND next_read_at IS DISTINCT FROM $4 THEN NULL ELSE lease_owner END
     WHERE tag = $1 AND version = $6 - 1`,
    [
      ...[request.tag, request.isCurrent, request.paymentRequestId, request.nextReadAt, isOpenLink(request)],
      ...[request.version, JSON.stringify(withoutPersonal(request)), request.stage === "refused"],
      ...[request.isForgotten === true, owner],
    ],
  );
  return changed > 0;
}

async function insertRequest(statements: Statements, request: RequestRow, conversation: string | null): Promise<void> {
  await statements.run(
    `INSERT INTO requests (tag, account, environment, generation, key, is_current, payment_request_id, next_read_at,
       is_open, version, is_refused, conversation, messages, created_at, row)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      ...[request.tag, request.account, request.environment, request.generation, request.key, request.isCurrent],
      ...[request.paymentRequestId, request.nextReadAt, isOpenLink(request), request.version],
      ...[request.stage === "refused", conversation, messagesOf(request), request.createdAt],
      JSON.stringify(withoutPersonal(request)),
    ],
  );
  await putPersonal(statements, personalOfRequest(request, true));
}

const byKey = async (
  statements: Statements,
  { account, generation, key }: Pick<RequestRow, "account" | "generation" | "key">,
  lock = "",
) =>
  requestOf(
    await statements.get(
      `${requestRows} WHERE requests.account = $1 AND requests.generation = $2 AND requests.key = $3
         AND requests.is_current ${lock}`,
      [account, generation, key],
    ),
  );

/** Whether the conversation has no room for one more link; nobody else adds to it until the transaction ends. */
async function fullOf(statements: Statements, request: RequestRow, cap: ConversationCap | undefined) {
  if (!cap) return null;
  await lockName(statements, "conversation", [cap.conversation]);
  const found = await statements.all(
    `SELECT created_at AS at, messages FROM requests
     WHERE conversation = $1 AND created_at > $2 AND NOT is_refused ORDER BY created_at`,
    [cap.conversation, request.createdAt - cap.windowMs],
  );
  const uses = found.map(({ at, messages }) => ({ at: Number(at), messages: Number(messages) }));
  return capReached(uses, messagesOf(request), cap);
}

interface NewRequest {
  readonly request: RequestRow;
  readonly wait: WaitWithMessage | undefined;
  readonly cap: ConversationCap | undefined;
}

/** Everything of one request in one statement, so that it is of one moment. */
const snapshotParts = `
  SELECT 'request' AS part, 0::bigint AS place, found.row, found.version, found.is_forgotten, found.input_data,
    found.response_data, NULL AS refund_data FROM (${requestRows} WHERE requests.tag = $1) AS found
  UNION ALL SELECT 'wait', 0, row, NULL, NULL, NULL, NULL, NULL FROM waits WHERE tag = $1
  UNION ALL SELECT 'payment', place, row, NULL, NULL, NULL, NULL, NULL FROM payments WHERE tag = $1
  UNION ALL SELECT 'refund', found.place, found.row, NULL, found.is_forgotten, NULL, NULL, found.refund_data
    FROM (${refundRows.replace("SELECT ", "SELECT refunds.place, ")} WHERE refunds.tag = $1) AS found
  ORDER BY part, place`;

/** Links that were asked for, and what they are found by, on PostgreSQL. */
export function postgresRequests(database: PostgresDatabase, leases: Leases): RequestStore {
  const turns = createTurns();

  async function add(statements: Statements, { request, wait, cap }: NewRequest) {
    await lockName(statements, "key", [request.account, request.generation, request.key]);
    const known = await byKey(statements, request, "FOR UPDATE OF requests");
    const isReplaced = known?.tag === request.replaces && known?.stage !== "open";
    if (known && !isReplaced) return { request: known, isNew: false };
    const full = await fullOf(statements, request, cap);
    if (full) return { request, isNew: false, full };
    if (known) {
      const replaced = { ...known, isCurrent: false, replacedBy: request.tag, version: known.version + 1 };
      await updateRequest(statements, leases.owner, replaced);
    }
    await insertRequest(statements, request, cap?.conversation ?? null);
    if (wait) await writeWait(statements, wait, request);
    return { request, isNew: true };
  }

  return {
    addRequest: (request, wait, cap) =>
      turns.take(`${request.account} ${request.generation} ${request.key}`, () =>
        database.write((statements, wake) => {
          // A new link may change how often the lists are read.
          wake("reconcile");
          return add(statements, { request, wait, cap });
        }),
      ),
    requestByTag: async (tag) => requestOf(await database.get(`${requestRows} WHERE requests.tag = $1`, [tag])),
    requestById: async ({ account, environment }, id) =>
      requestOf(
        await database.get(
          `${requestRows} WHERE requests.account = $1 AND requests.environment = $2 AND requests.payment_request_id = $3`,
          [account, environment, id],
        ),
      ),
    async snapshot(tag) {
      const found = await database.all(snapshotParts, [tag]);
      const of = (part: string): Row[] => found.filter((row) => row.part === part);
      const request = requestOf(of("request")[0]);
      if (!request) return null;
      const wait = parseRow<WaitRow>(of("wait")[0]);
      return {
        request,
        ...(wait ? { wait } : {}),
        payments: of("payment").map((row) => parseRow<PaymentRow>(row) as PaymentRow),
        refunds: of("refund").map((row) => refundOf(row) as RefundRow),
      };
    },
    countOpenLinks: async () =>
      Number((await database.get("SELECT count(*) AS count FROM requests WHERE is_open"))?.count),
    dueRequests: ({ account, environment }, now, limit) =>
      database.list({
        table: "requests",
        limit,
        find: (most) =>
          leases.take(leasedTables.requests, {
            where: "next.account = $3 AND next.environment = $4 AND next.next_read_at <= $5",
            parameters: [account, environment, now],
            limit: most,
            join: requestParts("leased"),
            columns: requestColumns,
          }),
        parse: (row) => requestOf(row) as RequestRow,
      }),
    eventById: async (id) => eventOf(await database.get(`${eventRows} WHERE events.id = $1`, [id])),
  };
}
