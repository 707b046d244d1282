import { parseRow } from "../parse-row.ts";
import type { RequestRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { SweepRow, WatchedPaymentRow } from "../sweep-rows.ts";
import type { PostgresDatabase, Row } from "./database.ts";
import { endLease, leasedTables, type Leases } from "./leases.ts";

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

/** The time alone changes where a watched payment is seen again, so its column is right. */
const watchedOf = (row: Row): WatchedPaymentRow => ({
  ...(parseRow<WatchedPaymentRow>(row) as WatchedPaymentRow),
  nextAt: Number(row.next_at),
});

const watchKey = ({ account, environment, paymentId }: Parameters<Store["endWatch"]>[0]): readonly string[] => [
  account,
  environment,
  paymentId,
];
const isWatch = "account = $1 AND environment = $2 AND payment_id = $3";
const bytewise = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** What was seen of the gateway's lists, on PostgreSQL. */
export function postgresSweep(database: PostgresDatabase, leases: Leases): SweepStore {
  const table = leasedTables.watchedPayments;

  return {
    async unseenMarks({ account, environment }, list, marks) {
      const found = await database.all(
        `SELECT asked.mark FROM unnest($4::text[]) WITH ORDINALITY AS asked (mark, place) WHERE NOT EXISTS (
           SELECT 1 FROM sweep_marks WHERE account = $1 AND environment = $2 AND list = $3 AND mark = asked.mark)
         ORDER BY asked.place`,
        [account, environment, list, marks],
      );
      return found.map(({ mark }) => String(mark));
    },
    saveMarks: ({ account, environment }, list, { marks, seenAt, forgetBefore }) =>
      database.write(async (statements) => {
        await statements.run(
          `INSERT INTO sweep_marks (account, environment, list, mark, seen_at)
           SELECT $1, $2, $3, mark, $5 FROM unnest($4::text[]) AS mark
           ON CONFLICT (account, environment, list, mark) DO UPDATE SET seen_at = excluded.seen_at`,
          [account, environment, list, [...new Set(marks)].sort(bytewise), seenAt],
        );
        await statements.run(
          "DELETE FROM sweep_marks WHERE account = $1 AND environment = $2 AND list = $3 AND seen_at < $4",
          [account, environment, list, forgetBefore],
        );
      }),
    sweep: async ({ account, environment }) =>
      parseRow<SweepRow>(
        await database.get("SELECT row FROM sweeps WHERE account = $1 AND environment = $2", [account, environment]),
      ),
    async saveSweep(sweep) {
      await database.run(
        `INSERT INTO sweeps (account, environment, row) VALUES ($1, $2, $3)
         ON CONFLICT (account, environment) DO UPDATE SET row = excluded.row`,
        [sweep.account, sweep.environment, JSON.stringify(sweep)],
      );
    },
    async latestRequests({ account, environment }, limit) {
      const of = "FROM requests WHERE account = $1 AND environment = $2 ORDER BY place";
      const [first, latest] = await Promise.all([
        database.get(`SELECT created_at ${of} LIMIT 1`, [account, environment]),
        database.list({
          table: "requests",
          find: () => database.all(`SELECT row ${of} DESC LIMIT $3`, [account, environment, limit]),
          parse: (row) => {
            const { createdAt, hasWebhook, stage, status } = parseRow<RequestRow>(row) as RequestRow;
            return { createdAt, hasWebhook, stage, status };
          },
        }),
      ]);
      return { firstCreatedAt: first ? Number(first.created_at) : null, latest };
    },
    watchPayments: (payments) =>
      database.write(async (statements) => {
        const sorted = [...payments].sort((one, other) => bytewise(watchKey(one).join(" "), watchKey(other).join(" ")));
        // One that is watched already keeps its pace, but is looked at now.
        for (const payment of sorted) {
          await statements.run(
            `INSERT INTO watched_payments AS known (account, environment, payment_id, next_at, row)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, environment, payment_id)
             DO UPDATE SET next_at = least(known.next_at, excluded.next_at)`,
            [...watchKey(payment), payment.nextAt, JSON.stringify(payment)],
          );
        }
      }),
    watchedPayments: (now, limit) =>
      database.list({
        table: "watched_payments",
        limit,
        find: (most) => leases.take(table, { where: "next.next_at <= $3", parameters: [now], limit: most }),
        parse: watchedOf,
      }),
    async saveWatched(payment) {
      const key = watchKey(payment);
      await database.run(
        `UPDATE watched_payments SET next_at = $4, row = $5, ${endLease}
         WHERE ${isWatch} AND ($6::bigint IS NULL OR fence = $6)`,
        [...key, payment.nextAt, JSON.stringify(payment), leases.fenceOf(table, key)],
      );
      leases.forget(table, key);
    },
    async endWatch(payment) {
      const key = watchKey(payment);
      await database.run(`DELETE FROM watched_payments WHERE ${isWatch} AND ($4::bigint IS NULL OR fence = $4)`, [
        ...key,
        leases.fenceOf(table, key),
      ]);
      leases.forget(table, key);
    },
  };
}
