import { placeOfRefund, splitRefund } from "../personal-parts.ts";
import { isReserving, type RefundRow } from "../rows.ts";
import type { Reservation, Store } from "../store.ts";
import type { PostgresDatabase, Statements } from "./database.ts";
import { addDecision } from "./decisions.ts";
import { leasedTables, type Leases } from "./leases.ts";
import { lockName } from "./lock-name.ts";
import { putPersonal, refundColumns, refundOf, refundParts } from "./personal.ts";
import { createTurns } from "./turns.ts";

type RefundStore = Pick<
  Store,
  "reserveRefund" | "refundByTransaction" | "refundsOfPayment" | "saveRefund" | "changeRefund" | "dueRefunds"
>;
type AccountOf = Pick<RefundRow, "account" | "environment">;

export const refundRows = `SELECT refunds.row, refunds.is_forgotten, ${refundColumns}
  FROM refunds ${refundParts("refunds")}`;

/** Stores a refund as part of a transaction. A lease ends when the time of its next read is set anew. */
export async function writeRefund(statements: Statements, owner: string, refund: RefundRow): Promise<void> {
  const { account, environment, transactionId, paymentId, tag, stage, caseId, nextReadAt } = refund;
  const { row } = splitRefund(refund, false);
  const stored = await statements.get(
    `INSERT INTO refunds (account, environment, transaction_id, payment_id, tag, personal_tag, stage, case_id,
       next_read_at, is_forgotten, row)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (account, environment, transaction_id) DO UPDATE SET payment_id = excluded.payment_id,
       tag = excluded.tag, personal_tag = excluded.personal_tag, stage = excluded.stage, case_id = excluded.case_id,
       next_read_at = excluded.next_read_at, is_forgotten = refunds.is_forgotten OR excluded.is_forgotten,
       row = excluded.row, lease_owner = CASE WHEN refunds.lease_owner = $12
         AND refunds.next_read_at IS DISTINCT FROM excluded.next_read_at THEN NULL ELSE refunds.lease_owner END
     RETURNING is_forgotten`,
    [
      ...[account, environment, transactionId, paymentId, tag, placeOfRefund(refund).tag, stage, caseId],
      ...[nextReadAt, refund.isForgotten === true, JSON.stringify(row), owner],
    ],
  );
  const { part } = splitRefund(refund, stored?.is_forgotten === true);
  if (part) await putPersonal(statements, [part]);
}

/** Whether the stored refunds are at the stage and case that these were read with; they stay so until the transaction ends. */
export async function areRefundsAsBefore(statements: Statements, before: readonly RefundRow[]): Promise<boolean> {
  for (const refund of before) {
    const { account, environment, transactionId } = refund;
    const stored = await statements.get(
      `SELECT stage, case_id FROM refunds WHERE account = $1 AND environment = $2 AND transaction_id = $3 FOR UPDATE`,
      [account, environment, transactionId],
    );
    if (stored?.stage !== refund.stage || stored.case_id !== refund.caseId) return false;
  }
  return true;
}

const byTransaction = async (statements: Statements, { account, environment }: AccountOf, transactionId: string) =>
  refundOf(
    await statements.get(
      `${refundRows} WHERE refunds.account = $1 AND refunds.environment = $2 AND refunds.transaction_id = $3`,
      [account, environment, transactionId],
    ),
  );

// By the payment whatever the account is called: renaming one must not free what is reserved.
const ofPayment = async (statements: Statements, { environment }: Pick<RefundRow, "environment">, paymentId: string) =>
  (
    await statements.all(
      `${refundRows} WHERE refunds.payment_id = $1 AND refunds.environment = $2 ORDER BY refunds.place`,
      [paymentId, environment],
    )
  ).map((row) => refundOf(row) as RefundRow);

/** Refunds: their intents, reservations and cases, on PostgreSQL. */
export function postgresRefunds(database: PostgresDatabase, leases: Leases): RefundStore {
  const turns = createTurns();

  async function reserve(statements: Statements, refund: RefundRow, availablePaise: number): Promise<Reservation> {
    // One after the other per id and per payment, whichever process asks.
    await lockName(statements, "refund", [refund.account, refund.environment, refund.transactionId]);
    await lockName(statements, "refunds of payment", [refund.environment, refund.paymentId]);
    const known = await byTransaction(statements, refund, refund.transactionId);
    if (known && known.stage !== "refused") return { kind: "exists", refund: known };
    const reservedPaise = (await ofPayment(statements, refund, refund.paymentId))
      .filter(isReserving)
      .reduce((sum, other) => sum + other.amountPaise, 0);
    if (refund.amountPaise > availablePaise - reservedPaise) return { kind: "exceeds", reservedPaise };
    await writeRefund(statements, leases.owner, refund);
    return { kind: "reserved", refund };
  }

  return {
    reserveRefund: (refund, options) =>
      turns.take(`${refund.environment} ${refund.paymentId}`, () =>
        database.write((statements) => reserve(statements, refund, options.availablePaise)),
      ),
    refundByTransaction: (account, id) => byTransaction(database, account, id),
    refundsOfPayment: (world, paymentId) => ofPayment(database, world, paymentId),
    saveRefund: (refund) => database.write((statements) => writeRefund(statements, leases.owner, refund)),
    changeRefund: (before, changes, decision) =>
      database.write(async (statements) => {
        if (!(await areRefundsAsBefore(statements, [before]))) return null;
        const changed = {
          ...((await byTransaction(statements, before, before.transactionId)) as RefundRow),
          ...changes,
        };
        await writeRefund(statements, leases.owner, changed);
        if (decision) await addDecision(statements, decision);
        return changed;
      }),
    dueRefunds: (now, limit) =>
      database.list({
        table: "refunds",
        limit,
        find: (most) =>
          leases.take(leasedTables.refunds, {
            where: "next.next_read_at <= $3",
            parameters: [now],
            limit: most,
            join: refundParts("leased"),
            columns: refundColumns,
          }),
        parse: (row) => refundOf(row) as RefundRow,
      }),
  };
}
