import type { SweepRow, WatchedPaymentRow } from "./sweep-rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

type SweepStore = Pick<
  Store,
  | "unseenMarks"
  | "saveMarks"
  | "sweep"
  | "saveSweep"
  | "latestRequests"
  | "watchPayments"
  | "watchedPayments"
  | "saveWatched"
  | "endWatch"
>;

/** What was seen of the gateway's lists, on SQLite. */
export function sqliteSweep(database: SqliteDatabase): SweepStore {
  const write = (payment: WatchedPaymentRow, onConflict: string): void => {
    database.run(
      `INSERT INTO watched_payments (account, environment, payment_id, next_at, row)
       VALUES (:account, :environment, :payment_id, :next_at, :row)
       ON CONFLICT (account, environment, payment_id) ${onConflict}`,
      {
        account: payment.account,
        environment: payment.environment,
        payment_id: payment.paymentId,
        next_at: payment.nextAt,
        row: JSON.stringify(payment),
      },
    );
  };
  return {
    unseenMarks: ({ account, environment }, list, marks) =>
      database.read(() =>
        database
          .all(
            `SELECT asked.value AS mark FROM json_each(:marks) AS asked WHERE NOT EXISTS (
               SELECT 1 FROM sweep_marks WHERE account = :account AND environment = :environment AND list = :list
                 AND mark = asked.value)`,
            { account, environment, list, marks: JSON.stringify(marks) },
          )
          .map((row) => String(row.mark)),
      ),
    saveMarks: ({ account, environment }, list, { marks, seenAt, forgetBefore }) =>
      database.write(() => {
        const of = { account, environment, list };
        database.run(
          `INSERT INTO sweep_marks (account, environment, list, mark, seen_at)
           SELECT :account, :environment, :list, value, :seen_at FROM json_each(:marks) WHERE true
           ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at`,
          { ...of, marks: JSON.stringify(marks), seen_at: seenAt },
        );
        database.run(
          `DELETE FROM sweep_marks WHERE account = :account AND environment = :environment AND list = :list
             AND seen_at < :before`,
          { ...of, before: forgetBefore },
        );
      }),
    sweep: ({ account, environment }) =>
      database.read(() =>
        parseRow<SweepRow>(
          database.get("SELECT row FROM sweeps WHERE account = :account AND environment = :environment", {
            account,
            environment,
          }),
        ),
      ),
    saveSweep: (sweep) =>
      database.write(
        () =>
          void database.run(
            `INSERT INTO sweeps (account, environment, row) VALUES (:account, :environment, :row)
             ON CONFLICT (account, environment) DO UPDATE SET row = excluded.row`,
            { account: sweep.account, environment: sweep.environment, row: JSON.stringify(sweep) },
          ),
      ),
    latestRequests: ({ account, environment }, limit) =>
      database.read(() => {
        const of = { account, environment };
        const rows = (order: "ASC" | "DESC", most: number) =>
          database
            .all(
              `SELECT json_extract(row, '$.createdAt') AS createdAt, json_extract(row, '$.hasWebhook') AS hasWebhook,
                 json_extract(row, '$.stage') AS stage, json_extract(row, '$.status') AS status
               FROM requests WHERE account = :account AND environment = :environment ORDER BY rowid ${order} LIMIT :most`,
              { ...of, most },
            )
            .map(({ createdAt, hasWebhook, stage, status }) => ({
              createdAt: Number(createdAt),
              hasWebhook: hasWebhook === 1,
              stage: String(stage),
              status: String(status),
            }));
        return { firstCreatedAt: rows("ASC", 1)[0]?.createdAt ?? null, latest: rows("DESC", limit) };
      }),
    watchPayments: (payments) =>
      database.write(() => {
        // One that is watched already keeps its pace, but is looked at now.
        for (const payment of payments) {
          write(
            payment,
            "DO UPDATE SET next_at = min(next_at, excluded.next_at), row = json_set(row, '$.nextAt', min(next_at, excluded.next_at))",
          );
        }
      }),
    watchedPayments: (now, limit) =>
      database.read(() =>
        database.rows<WatchedPaymentRow>(
          "SELECT row FROM watched_payments WHERE next_at <= :now ORDER BY next_at LIMIT :limit",
          { now, limit },
        ),
      ),
    saveWatched: (payment) =>
      database.write(
        () =>
          void database.run(
            `UPDATE watched_payments SET next_at = :next_at, row = :row
             WHERE account = :account AND environment = :environment AND payment_id = :payment_id`,
            {
              account: payment.account,
              environment: payment.environment,
              payment_id: payment.paymentId,
              next_at: payment.nextAt,
              row: JSON.stringify(payment),
            },
          ),
      ),
    endWatch: ({ account, environment, paymentId }) =>
      database.write(
        () =>
          void database.run(
            `DELETE FROM watched_payments
             WHERE account = :account AND environment = :environment AND payment_id = :payment_id`,
            { account, environment, payment_id: paymentId },
          ),
      ),
  };
}
