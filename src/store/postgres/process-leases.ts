import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { FlowError } from "../../runtime/errors.ts";
import type { Statements } from "./database.ts";

/** Names that one process at a time may have, until it gives them up or is not heard of for a while. */
export interface ProcessLeases {
  /** Takes a name, or keeps it; false while another process has it. */
  take(name: string): Promise<boolean>;
  /** Takes a name as soon as nobody has it, in this process or another. Returns what gives it up. */
  wait(name: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface ProcessLeaseOptions {
  /** How long a process that is not heard of keeps its names, in milliseconds. */
  readonly leaseMs?: number;
}

/** Longer than a restart of the database, and than the pauses of a busy process. */
const defaultLeaseMs = 30_000;
/** Longer than any call to the gateway with all its attempts. */
const patienceMs = 180_000;
const shortestPauseMs = 20;
const longestPauseMs = 250;

/** Leases by the database's clock, kept while this process lives. They outlive a restart of the database. */
export function createProcessLeases(
  database: Statements,
  { leaseMs = defaultLeaseMs }: ProcessLeaseOptions = {},
): ProcessLeases {
  const process = randomUUID();
  /** Names by their owner: this process, or one piece of its work. */
  const held = new Map<string, Set<string>>([[process, new Set()]]);
  let isClosed = false;

  async function take(name: string, owner: string): Promise<boolean> {
    const row = await database.get(
      `INSERT INTO process_leases AS known (name, owner, until) VALUES ($1, $2, now() + $3 * interval '1 ms')
       ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
       WHERE known.owner = excluded.owner OR known.until <= now() RETURNING name`,
      [name, owner, leaseMs],
    );
    if (row) held.set(owner, (held.get(owner) ?? new Set()).add(name));
    return row !== undefined;
  }

  async function renew(): Promise<void> {
    const pairs = [...held].flatMap(([owner, names]) => [...names].map((name) => ({ owner, name })));
    if (pairs.length === 0 || isClosed) return;
    await database.run(
      `UPDATE process_leases AS known SET until = now() + $3 * interval '1 ms'
       FROM (SELECT * FROM unnest($1::text[], $2::text[]) AS pair (owner, name)) AS mine
       WHERE known.owner = mine.owner AND known.name = mine.name`,
      [pairs.map(({ owner }) => owner), pairs.map(({ name }) => name), leaseMs],
    );
  }

  const renewing = setInterval(() => void renew().catch(() => {}), leaseMs / 6);
  renewing.unref();

  return {
    take: (name) => take(name, process),
    async wait(name) {
      const owner = randomUUID();
      const until = Date.now() + patienceMs;
      for (let pauseMs = shortestPauseMs; !(await take(name, owner)); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        if (isClosed || Date.now() > until) throw tooBusy();
        await pause(pauseMs * (0.5 + Math.random()));
      }
      return async () => {
        // From now on it is not renewed, so that it ends by itself where this cannot be written.
        held.delete(owner);
        await database.run("DELETE FROM process_leases WHERE name = $1 AND owner = $2", [name, owner]);
      };
    },
    async close() {
      isClosed = true;
      clearInterval(renewing);
      const owners = [...held.keys()];
      held.clear();
      await database.run("DELETE FROM process_leases WHERE owner = ANY($1)", [owners]).catch(() => {});
    },
  };
}

function tooBusy(): FlowError {
  return new FlowError("store_unavailable", "Another process has been working on the same operation for too long.", {
    remedy: "Run it again in a minute.",
  });
}
