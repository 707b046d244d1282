import { createHash } from "node:crypto";
import type { Coordination, TurnRate, WakeKind } from "../../runtime/coordination.ts";
import type { Statements } from "./database.ts";
import { createProcessLeases, type ProcessLeaseOptions } from "./process-leases.ts";

export interface CoordinationOptions extends ProcessLeaseOptions {
  /** Where other processes say that there is something to do. */
  readonly listen?: ((onWake: (kind: WakeKind) => void) => Promise<void>) | undefined;
}

/** Coordinates processes through the tables beside their ledger. The database stays open when it is closed. */
export function createCoordination(database: Statements, options: CoordinationOptions = {}): Coordination {
  const leases = createProcessLeases(database, options);

  return {
    async exclusively(name, work) {
      const giveUp = await leases.wait(nameOf("turn", name));
      try {
        return await work();
      } finally {
        // What was done counts, whatever becomes of the lease: it ends by itself.
        await giveUp().catch(() => {});
      }
    },
    isChosen: (task) => leases.take(nameOf("task", task)),
    takeTurns: (name, wanted, rate) => takeTurns(database, nameOf("turns", name), { wanted, ...rate }),
    async note(name) {
      const row = await database.get("SELECT text FROM process_notes WHERE name = $1", [nameOf("note", name)]);
      return row === undefined ? null : String(row.text);
    },
    async saveNote(name, text) {
      await database.run(
        "INSERT INTO process_notes (name, text) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET text = excluded.text",
        [nameOf("note", name), text],
      );
    },
    listen: async (onWake) => options.listen?.(onWake),
    close: () => leases.close(),
  };
}

/** Keys hold order numbers: only their digest is stored. */
function nameOf(kind: string, name: string): string {
  return `${kind} ${createHash("sha256").update(name).digest("hex")}`;
}

const ready = `LEAST($4::float8, known.level + GREATEST(0, extract(epoch FROM now() - known.filled_at)) * $3::float8)`;
const granted = `GREATEST(0, LEAST($2::float8, floor(${ready})))`;

/** One bucket for all processes, filled by the database's clock. */
async function takeTurns(
  database: Statements,
  name: string,
  { wanted, perSecond, burst }: TurnRate & { readonly wanted: number },
): Promise<number> {
  const row = await database.get(
    `INSERT INTO read_turns AS known (name, level, granted, filled_at)
     VALUES ($1, $4::float8 - LEAST($2::float8, $4::float8) + 0 * $3::float8, LEAST($2::float8, $4::float8), now())
     ON CONFLICT (name) DO UPDATE SET level = ${ready} - ${granted}, granted = ${granted},
       filled_at = GREATEST(known.filled_at, now())
     RETURNING granted`,
    [name, wanted, perSecond, burst],
  );
  return Number(row?.granted ?? 0);
}
