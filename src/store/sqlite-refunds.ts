import { isReserving, type RefundRow } from "./rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import { addDecision } from "./sqlite-decisions.ts";
import { refundOf, splitRefund } from "./sqlite-personal.ts";
import type { Store } from "./store.ts";

type RefundStore = Pick<
  Store,
  "reserveRefund" | "refundByTransaction" | "refundsOfPayment" | "saveRefund" | "changeRefund" | "dueRefunds"
>;

/** Stores a refund as part of a transaction that is already open. */
export function writeRefund(database: SqliteDatabase, refund: RefundRow): void {
  const wasForgotten = storedRefund(database, refund, refund.transactionId)?.isForgotten === true;
  database.run(
    `INSERT INTO refunds (account, environment, transaction_id, payment_id, tag, next_read_at, row)
     VALUES (:account, :environment, :transaction_id, :payment_id, :tag, :next_read_at, :row)
     ON CONFLICT (account, environment, transaction_id)
     DO UPDATE SET payment_id = excluded.payment_id, tag = excluded.tag, next_read_at = excluded.next_read_at,
       row = excluded.row`,
    {
      account: refund.account,
      environment: refund.environment,
      transaction_id: refund.transactionId,
      payment_id: refund.paymentId,
      tag: refund.tag,
      next_read_at: refund.nextReadAt,
      row: JSON.stringify(splitRefund(database, refund, wasForgotten)),
    },
  );
}

/** Whether the stored refunds are at the stage and case that these were read with. */
export function areRefundsAsBefore(database: SqliteDatabase, before: readonly RefundRow[]): boolean {
  return before.every((refund) => {
    const stored = storedRefund(database, refund, refund.transactionId);
    return stored?.stage === refund.stage && stored.caseId === refund.caseId;
  });
}

function storedRefund(
  database: SqliteDatabase,
  account: Pick<RefundRow, "account" | "environment">,
  transactionId: string,
): RefundRow | null {
  return refundOf(
    database,
    database.get(
      "SELECT row FROM refunds WHERE account = :account AND environment = :environment AND transaction_id = :id",
      { account: account.account, environment: account.environment, id: transactionId },
    ),
  );
}

/** Refunds: their intents, reservations and cases, on SQLite. */
export function sqliteRefunds(database: SqliteDatabase): RefundStore {
  const byTransaction = (account: Pick<RefundRow, "account" | "environment">, transactionId: string) =>
    storedRefund(database, account, transactionId);
  // By the payment whatever the account is called: renaming one must not free what is reserved.
  const ofPayment = ({ environment }: Pick<RefundRow, "environment">, paymentId: string) =>
    database
      .all("SELECT row FROM refunds WHERE payment_id = :paymentId AND environment = :environment ORDER BY rowid", {
        environment,
        paymentId,
      })
      .map((row) => refundOf(database, row) as RefundRow);

  return {
    reserveRefund(refund, { availablePaise }) {
      return database.write(() => {
        const known = byTransaction(refund, refund.transactionId);
        if (known && known.stage !== "refused") return { kind: "exists", refund: known };
        const reservedPaise = ofPayment(refund, refund.paymentId)
          .filter(isReserving)
          .reduce((sum, other) => sum + other.amountPaise, 0);
        if (refund.amountPaise > availablePaise - reservedPaise) return { kind: "exceeds", reservedPaise };
        writeRefund(database, refund);
        return { kind: "reserved", refund };
      });
    },
    refundByTransaction: (account, id) => database.read(() => byTransaction(account, id)),
    refundsOfPayment: (account, paymentId) => database.read(() => ofPayment(account, paymentId)),
    saveRefund: (refund) => database.write(() => writeRefund(database, refund)),
    changeRefund: (before, changes, decision) =>
      database.write(() => {
        if (!areRefundsAsBefore(database, [before])) return null;
        const changed = { ...(byTransaction(before, before.transactionId) as RefundRow), ...changes };
        writeRefund(database, changed);
        if (decision) addDecision(database, decision);
        return changed;
      }),
    dueRefunds: (now, limit) =>
      database.read(() =>
        database.rows(
          "SELECT row FROM refunds WHERE next_read_at <= :now ORDER BY next_read_at LIMIT :limit",
          { now, limit },
          (row) => refundOf(database, row) as RefundRow,
        ),
      ),
  };
}
