import { furthestAttemptMs } from "./furthest-attempt.ts";
import type { DeliveryRow, EventRow, TakerRow } from "./rows.ts";
import { parseRow, type SqliteDatabase } from "./sqlite-database.ts";
import { unclaimedCause } from "./sqlite-schema.ts";
import type { Store } from "./store.ts";

type DeliveryStore = Pick<
  Store,
  "takers" | "saveTaker" | "forgetTaker" | "dueDeliveries" | "saveDelivery" | "redeliver" | "undelivered"
>;

/**
 * Adds a delivery as part of a transaction that is already open; false when its taker was forgotten since the change was
 * decided.
 */
export function addDelivery(database: SqliteDatabase, delivery: DeliveryRow): boolean {
  const added = database.run(
    `INSERT INTO deliveries (event_id, taker_id, tag, sequence, state, next_at, row)
     SELECT :event_id, :taker_id, :tag, :sequence, :state, :next_at, :row
     WHERE EXISTS (SELECT 1 FROM takers WHERE id = :taker_id)`,
    { ...stateOf(delivery), tag: delivery.tag, sequence: delivery.sequence },
  );
  return added > 0;
}

/** Says of an event that it is for nobody, unless it has a delivery, taken or not. */
export function markUnclaimed(database: SqliteDatabase, eventId: string): void {
  database.run(
    `UPDATE events SET row = json_set(row, '$.unclaimed', 'no-taker')
     WHERE id = :id AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = :id)`,
    { id: eventId },
  );
}

const stateOf = (delivery: DeliveryRow) => ({
  event_id: delivery.eventId,
  taker_id: delivery.takerId,
  state: delivery.state,
  next_at: delivery.nextAt,
  row: JSON.stringify(delivery),
});

function updateDelivery(database: SqliteDatabase, delivery: DeliveryRow): void {
  database.run(
    `UPDATE deliveries SET state = :state, next_at = :next_at, row = :row
     WHERE event_id = :event_id AND taker_id = :taker_id`,
    stateOf(delivery),
  );
}

const parseDelivery = (row: Record<string, unknown>) => parseRow<DeliveryRow>(row) as DeliveryRow;

/** Takers and what is on its way to them, on SQLite. */
export function sqliteDeliveries(database: SqliteDatabase): DeliveryStore {
  const countIn = (state: DeliveryRow["state"]) =>
    Number(database.get(`SELECT COUNT(*) AS count FROM deliveries WHERE state = '${state}'`)?.count);

  /** What a taker has not taken of a request, the first one first. */
  const owed = ({ takerId, tag }: Pick<DeliveryRow, "takerId" | "tag">) =>
    database
      .all(
        `SELECT row FROM deliveries WHERE taker_id = :taker_id AND tag = :tag AND state <> 'taken' ORDER BY sequence`,
        { taker_id: takerId, tag },
      )
      .map(parseDelivery);

  /** Those of them that wait for nothing earlier of their request. */
  function firstOnes(when: string, { at, limit, takerId }: { at: number; limit: number; takerId: string | undefined }) {
    return database.rows<DeliveryRow>(
      `SELECT row FROM deliveries AS next
       WHERE state = 'waiting' AND ${when} ${takerId === undefined ? "" : "AND taker_id = :taker_id"}
       AND NOT EXISTS (
         SELECT 1 FROM deliveries AS earlier
         WHERE earlier.taker_id = next.taker_id AND earlier.tag = next.tag
           AND earlier.sequence < next.sequence AND earlier.state <> 'taken')
       ORDER BY next_at LIMIT :limit`,
      { at, limit, ...(takerId === undefined ? {} : { taker_id: takerId }) },
    );
  }

  return {
    takers: () => database.read(() => database.rows<TakerRow>("SELECT row FROM takers")),
    saveTaker: (taker) =>
      database.write(
        () =>
          void database.run(
            "INSERT INTO takers (id, row) VALUES (:id, :row) ON CONFLICT (id) DO UPDATE SET row = excluded.row",
            { id: taker.id, row: JSON.stringify(taker) },
          ),
      ),
    forgetTaker: (id) =>
      database.write(() => {
        const open = database.all("SELECT row FROM deliveries WHERE taker_id = :id AND state <> 'taken'", { id });
        database.run("DELETE FROM takers WHERE id = :id", { id });
        database.run("DELETE FROM deliveries WHERE taker_id = :id AND state <> 'taken'", { id });
        for (const delivery of open) markUnclaimed(database, parseDelivery(delivery).eventId);
      }),
    dueDeliveries: (now, limit, takerId) =>
      database.read(() => {
        const due = firstOnes("next_at <= :at", { at: now, limit, takerId });
        const left = limit - due.length;
        if (left <= 0) return due;
        return [...due, ...firstOnes("next_at > :at", { at: now + furthestAttemptMs, limit: left, takerId })];
      }),
    // Never inserts: the taker may have been forgotten while the attempt was under way.
    saveDelivery: (delivery) => database.write(() => updateDelivery(database, delivery)),

    redeliver: (eventId, wanting, now) =>
      database.write(() => {
        const event = parseRow<EventRow>(database.get("SELECT row FROM events WHERE id = :id", { id: eventId }));
        if (!event) return null;
        const ofEvent = () =>
          database.all("SELECT row FROM deliveries WHERE event_id = :id", { id: eventId }).map(parseDelivery);
        const known = ofEvent();
        if (known.length === 0) {
          const { tag, sequence } = event;
          const added = wanting.filter((takerId) =>
            addDelivery(database, { eventId, takerId, tag, sequence, state: "waiting", attempts: 0, nextAt: now }),
          );
          if (added.length > 0)
            database.run("UPDATE events SET row = json_remove(row, '$.unclaimed') WHERE id = :id", { id: eventId });
        }
        for (const delivery of known) {
          const chain = delivery.state === "taken" ? [delivery, ...owed(delivery)] : owed(delivery);
          for (const { eventId: id, takerId, tag, sequence } of chain)
            updateDelivery(database, {
              eventId: id,
              takerId,
              tag,
              sequence,
              state: "waiting",
              attempts: 0,
              nextAt: now,
            });
        }
        return ofEvent();
      }),
    undelivered: (limit) =>
      database.read(() => ({
        waiting: countIn("waiting"),
        parked: countIn("parked"),
        unclaimed: {
          "no-taker": 0,
          inactive: 0,
          ...Object.fromEntries(
            database
              .all(
                `SELECT ${unclaimedCause} AS cause, COUNT(*) AS count FROM events
                 WHERE ${unclaimedCause} IS NOT NULL GROUP BY 1`,
              )
              .map(({ cause, count }) => [cause, Number(count)]),
          ),
        },
        chains: database
          .all("SELECT row FROM deliveries WHERE state = 'parked' ORDER BY next_at DESC LIMIT :limit", { limit })
          .map(parseDelivery)
          .map((parked) => ({ parked, held: owed(parked).filter(({ sequence }) => sequence > parked.sequence) })),
      })),
  };
}
