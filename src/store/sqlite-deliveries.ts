import type { DeliveryRow, TakerRow } from "./rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

type DeliveryStore = Pick<Store, "takers" | "saveTaker" | "forgetTaker" | "dueDeliveries" | "saveDelivery">;

/** Stores a delivery as part of a transaction that is already open. */
export function writeDelivery(database: SqliteDatabase, delivery: DeliveryRow): void {
  database.run(
    `INSERT INTO deliveries (event_id, taker_id, tag, sequence, state, next_at, row)
     VALUES (:event_id, :taker_id, :tag, :sequence, :state, :next_at, :row)
     ON CONFLICT (event_id, taker_id)
     DO UPDATE SET state = excluded.state, next_at = excluded.next_at, row = excluded.row`,
    {
      event_id: delivery.eventId,
      taker_id: delivery.takerId,
      tag: delivery.tag,
      sequence: delivery.sequence,
      state: delivery.state,
      next_at: delivery.nextAt,
      row: JSON.stringify(delivery),
    },
  );
}

/** Takers and what is on its way to them, on SQLite. */
export function sqliteDeliveries(database: SqliteDatabase): DeliveryStore {
  return {
    takers: () =>
      database.read(() => database.all("SELECT row FROM takers").map((row) => JSON.parse(String(row.row)) as TakerRow)),
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
        database.run("DELETE FROM takers WHERE id = :id", { id });
        database.run("DELETE FROM deliveries WHERE taker_id = :id AND state <> 'taken'", { id });
      }),
    dueDeliveries: (now, limit) =>
      database.read(() =>
        database
          .all(
            `SELECT row FROM deliveries AS next
             WHERE state = 'waiting' AND next_at <= :now AND NOT EXISTS (
               SELECT 1 FROM deliveries AS earlier
               WHERE earlier.taker_id = next.taker_id AND earlier.tag = next.tag
                 AND earlier.sequence < next.sequence AND earlier.state <> 'taken')
             ORDER BY next_at LIMIT :limit`,
            { now, limit },
          )
          .map((row) => JSON.parse(String(row.row)) as DeliveryRow),
      ),
    saveDelivery: (delivery) =>
      database.write(
        () =>
          // Never inserts: the taker may have been forgotten while the attempt was under way.
          void database.run(
            `UPDATE deliveries SET state = :state, next_at = :next_at, row = :row
             WHERE event_id = :event_id AND taker_id = :taker_id`,
            {
              event_id: delivery.eventId,
              taker_id: delivery.takerId,
              state: delivery.state,
              next_at: delivery.nextAt,
              row: JSON.stringify(delivery),
            },
          ),
      ),
  };
}
