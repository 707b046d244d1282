import type { Client } from "pg";
import { type WakeKind, wakeKinds } from "../../runtime/coordination.ts";
import { loadPg } from "./load-peers.ts";

/**
 * Tells other processes at once that there is something new, beside the transaction that stores it: PostgreSQL lets
 * transactions that notify commit only one after the other, each with its sync of the disk.
 */
export interface Announcer {
  announce(kind: WakeKind): void;
  close(): Promise<void>;
}

const channel = "instamojo_wake";
const reconnectMs = 1_000;

/** Announces over one connection. Many announcements of one kind at the same time are one. */
export function createAnnouncer(url: string): Announcer {
  const due = new Set<WakeKind>();
  let client: Client | null = null;
  let working: Promise<void> | null = null;

  async function connected(): Promise<Client> {
    if (client) return client;
    const { Client: PgClient } = await loadPg();
    const made = new PgClient({ connectionString: url, application_name: "instamojo-flow announcer", keepAlive: true });
    const forget = () => {
      if (client === made) client = null;
    };
    made.on("error", forget);
    made.on("end", forget);
    await made.connect();
    client = made;
    return made;
  }

  async function work(): Promise<void> {
    while (due.size > 0) {
      const kinds = [...due];
      due.clear();
      const to = await connected();
      await to.query(`SELECT pg_notify('${channel}', kind) FROM unnest($1::text[]) AS kind`, [kinds]);
    }
  }

  return {
    announce(kind) {
      due.add(kind);
      // One that is lost is found by looking.
      working ??= work()
        .catch(() => due.clear())
        .finally(() => {
          working = null;
        });
    },
    async close() {
      await working;
      await client?.end().catch(() => {});
    },
  };
}

/** Calls `onKind` for each announcement; with null when some may have been missed. Returns what ends it. */
export function listenForAnnouncements(url: string, onKind: (kind: WakeKind | null) => void): () => Promise<void> {
  let isClosed = false;
  let client: Client | null = null;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const { Client: PgClient } = await loadPg();
    const made = new PgClient({ connectionString: url, application_name: "instamojo-flow listener", keepAlive: true });
    client = made;
    made.on("error", () => {});
    made.on("end", again);
    made.on("notification", ({ payload }) => onKind(wakeKinds.find((kind) => kind === payload) ?? null));
    await made.connect();
    await made.query(`LISTEN ${channel}`);
    onKind(null);
  }

  function again(): void {
    if (isClosed) return;
    clearTimeout(retry);
    retry = setTimeout(start, reconnectMs);
    retry.unref();
  }

  function start(): void {
    connect().catch(again);
  }

  start();
  return async () => {
    isClosed = true;
    clearTimeout(retry);
    await client?.end().catch(() => {});
  };
}
