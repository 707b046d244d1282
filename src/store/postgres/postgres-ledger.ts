import type { Coordination } from "../../runtime/coordination.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { Store } from "../store.ts";
import { createCoordination } from "./coordination.ts";
import { openPostgres } from "./database.ts";
import { openPostgresStore } from "./postgres-store.ts";
import type { ProcessLeaseOptions } from "./process-leases.ts";
import { openWakeUps } from "./wake-ups.ts";

export interface PostgresLedgerOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly logger: Logger;
  /** How long due work that was handed out is nobody else's, in milliseconds. */
  readonly leaseMs?: number | undefined;
  /** How long a process that is not heard of keeps what falls to it. */
  readonly processLeaseMs?: ProcessLeaseOptions["leaseMs"] | undefined;
}

/** A ledger that several processes work on, and what they share besides. */
export interface PostgresLedger {
  readonly store: Store;
  readonly coordination: Coordination;
}

/** Turns and notes are one short statement each. */
const coordinationConnections = 4;

/** @throws {FlowError} `store_unavailable` when the database cannot be had, or a package is missing */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<PostgresLedger> {
  const { url, logger, leaseMs, processLeaseMs } = options;
  const wakeUps = await openWakeUps(url, logger);
  const store = await openPostgresStore({ url, wakeUps, ...(leaseMs === undefined ? {} : { leaseMs }) }).catch(
    async (fault: unknown) => {
      await wakeUps.close();
      throw fault;
    },
  );
  const database = await openPostgres(url, { connections: coordinationConnections });
  const coordination = createCoordination(database, {
    listen: (onWake) => wakeUps.listen(onWake),
    ...(processLeaseMs === undefined ? {} : { leaseMs: processLeaseMs }),
  });
  return {
    store: {
      ...store,
      async close() {
        await store.close();
        await wakeUps.close();
      },
    },
    coordination: {
      ...coordination,
      async close() {
        await coordination.close();
        await database.close();
      },
    },
  };
}
