import { furthestAttemptMs } from "../furthest-attempt.ts";
import { parseRow } from "../parse-row.ts";
import type { DeliveryRow, TakerRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { PostgresDatabase, Row, Statements } from "./database.ts";
import { endLease, isFree, leasedTables, type Leases } from "./leases.ts";

type DeliveryStore = Pick<
  Store,
  "takers" | "saveTaker" | "forgetTaker" | "dueDeliveries" | "saveDelivery" | "redeliver" | "undelivered"
>;

/** Adds a delivery as part of a transaction; false when its taker was forgotten since the change was decided. */
export async function addDelivery(statements: Statements, delivery: DeliveryRow): Promise<boolean> {
  const { eventId, takerId, tag, sequence, state, nextAt } = delivery;
  // The taker stays until the transaction ends.
  const added = await statements.run(
    `INSERT INTO deliveries (event_id, taker_id, tag, sequence, state, next_at, row)
     SELECT $1, $2, $3, $4, $5, $6, $7 FROM (SELECT id FROM takers WHERE id = $2 FOR KEY SHARE) AS known`,
    [eventId, takerId, tag, sequence, state, nextAt, JSON.stringify(delivery)],
  );
  return added > 0;
}

/** Says of events that they are for nobody, unless they have a delivery, taken or not. */
export async function markUnclaimed(statements: Statements, eventIds: readonly string[]): Promise<void> {
  await statements.run(
    `UPDATE events SET unclaimed = 'no-taker' WHERE id = ANY ($1)
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id)`,
    [eventIds],
  );
}

/** Plans a delivery anew; an attempt that is under way cannot say how it ended any more. */
async function planAnew(statements: Statements, delivery: DeliveryRow, now: number): Promise<void> {
  const { eventId, takerId, tag, sequence } = delivery;
  const row = { eventId, takerId, tag, sequence, state: "waiting", attempts: 0, nextAt: now };
  await statements.run(
    `UPDATE deliveries SET state = 'waiting', next_at = $3, row = $4, fence = fence + 1
     WHERE event_id = $1 AND taker_id = $2`,
    [eventId, takerId, now, JSON.stringify(row)],
  );
}

const parseDelivery = (row: Row) => parseRow<DeliveryRow>(row) as DeliveryRow;

const ofEvent = async (statements: Statements, eventId: string, lock = ""): Promise<DeliveryRow[]> =>
  (await statements.all(`SELECT row FROM deliveries WHERE event_id = $1 ORDER BY taker_id ${lock}`, [eventId])).map(
    parseDelivery,
  );

/** What a taker has not taken of a request, the first one first. */
const owed = async (statements: Statements, { takerId, tag }: DeliveryRow, lock = ""): Promise<DeliveryRow[]> =>
  (
    await statements.all(
      `SELECT row FROM deliveries WHERE taker_id = $1 AND tag = $2 AND state <> 'taken' ORDER BY sequence ${lock}`,
      [takerId, tag],
    )
  ).map(parseDelivery);

/**
 * Waits for nothing earlier of its request, and nothing of its request is on its way to this taker from another process:
 * a redelivery can put an earlier event before the one that is under way.
 */
const isNext = `
  next.state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS other
    WHERE other.taker_id = next.taker_id AND other.tag = next.tag AND other.state <> 'taken'
      AND (other.sequence < next.sequence OR NOT ${isFree("other", "$1")}))`;

/** Takers and what is on its way to them, on PostgreSQL. */
export function postgresDeliveries(database: PostgresDatabase, leases: Leases): DeliveryStore {
  const due = (when: string, { at, limit, takerId }: { at: number; limit: number; takerId: string | undefined }) =>
    database.list({
      table: "deliveries",
      limit,
      find: (most) =>
        leases.take(leasedTables.deliveries, {
          where: `${isNext} AND ${when} ${takerId === undefined ? "" : "AND next.taker_id = $4"}`,
          parameters: [at, ...(takerId === undefined ? [] : [takerId])],
          limit: most,
        }),
      parse: parseDelivery,
    });

  async function undelivered(): Promise<
    Pick<Awaited<ReturnType<Store["undelivered"]>>, "waiting" | "parked" | "unclaimed">
  > {
    const states = await database.all(
      `SELECT state, count(*) AS count FROM deliveries WHERE state = 'waiting' GROUP BY 1
       UNION ALL SELECT state, count(*) FROM deliveries WHERE state = 'parked' GROUP BY 1`,
    );
    const causes = await database.all(
      "SELECT unclaimed, count(*) AS count FROM events WHERE unclaimed IS NOT NULL GROUP BY 1",
    );
    const countIn = (state: string) => Number(states.find((row) => row.state === state)?.count ?? 0);
    return {
      waiting: countIn("waiting"),
      parked: countIn("parked"),
      unclaimed: {
        "no-taker": 0,
        inactive: 0,
        ...Object.fromEntries(causes.map(({ unclaimed, count }) => [unclaimed, Number(count)])),
      },
    };
  }

  return {
    takers: () => database.list<TakerRow>({ table: "takers", find: () => database.all("SELECT row FROM takers") }),
    async saveTaker(taker) {
      await database.run(
        "INSERT INTO takers (id, row) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET row = excluded.row",
        [taker.id, JSON.stringify(taker)],
      );
    },
    forgetTaker: (id) =>
      database.write(async (statements) => {
        await statements.run("DELETE FROM takers WHERE id = $1", [id]);
        const open = await statements.all(
          "DELETE FROM deliveries WHERE taker_id = $1 AND state <> 'taken' RETURNING event_id",
          [id],
        );
        await markUnclaimed(statements, open.map((row) => String(row.event_id)).sort());
      }),
    async dueDeliveries(now, limit, takerId) {
      const first = await due("next.next_at <= $3", { at: now, limit, takerId });
      const left = limit - first.length;
      if (left <= 0) return first;
      return [...first, ...(await due("next.next_at > $3", { at: now + furthestAttemptMs, limit: left, takerId }))];
    },
    // Never inserts: the taker may have been forgotten while the attempt was under way.
    async saveDelivery(delivery) {
      const { eventId, takerId, state, nextAt } = delivery;
      const key = [eventId, takerId];
      const fence = leases.fenceOf(leasedTables.deliveries, key);
      await database.run(
        `UPDATE deliveries SET state = $3, next_at = $4, row = $5, ${endLease}
         WHERE event_id = $1 AND taker_id = $2
           AND CASE WHEN $6::bigint IS NULL THEN ${isFree("deliveries", "$7")} ELSE fence = $6 END`,
        [...key, state, nextAt, JSON.stringify(delivery), fence, leases.owner],
      );
      leases.forget(leasedTables.deliveries, key);
    },

    redeliver: (eventId, wanting, now) =>
      database.write(async (statements, wake) => {
        wake("deliver");
        const event = await statements.get("SELECT tag, sequence FROM events WHERE id = $1 FOR NO KEY UPDATE", [
          eventId,
        ]);
        if (!event) return null;
        const known = await ofEvent(statements, eventId, "FOR UPDATE");
        for (const takerId of known.length === 0 ? wanting : []) {
          const [tag, sequence] = [String(event.tag), Number(event.sequence)];
          const planned = { eventId, takerId, tag, sequence, state: "waiting", attempts: 0, nextAt: now } as const;
          if (await addDelivery(statements, planned))
            await statements.run("UPDATE events SET unclaimed = NULL WHERE id = $1", [eventId]);
        }
        for (const delivery of known) {
          const chain = await owed(statements, delivery, "FOR UPDATE");
          if (delivery.state === "taken") chain.unshift(delivery);
          for (const one of chain) await planAnew(statements, one, now);
        }
        return ofEvent(statements, eventId);
      }),
    async undelivered(limit) {
      const parked = await database.all(
        "SELECT row FROM deliveries WHERE state = 'parked' ORDER BY next_at DESC LIMIT $1",
        [limit],
      );
      const chains = parked.map(parseDelivery).map(async (delivery) => ({
        parked: delivery,
        held: (await owed(database, delivery)).filter(({ sequence }) => sequence > delivery.sequence),
      }));
      return { ...(await undelivered()), chains: await Promise.all(chains) };
    },
  };
}
