import { join } from "node:path";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";

export const storeKinds = ["sqlite", "postgres"] as const;
export type StoreKind = (typeof storeKinds)[number];

/** The ledger of one chapter, which lives on over the kills. */
export interface Ledger {
  /** Path of a file, or `postgres://…`. */
  readonly address: string;
  /** Ends the database server at once and brings it back; null where there is none. */
  readonly crashServer: (() => Promise<void>) | null;
  close(): Promise<void>;
}

/** Where chapters get their ledgers from, each a new one. */
export interface Ledgers {
  readonly kind: StoreKind;
  /** `folder` is the chapter's own. */
  open(folder: string): Promise<Ledger>;
  close(): Promise<void>;
}

export const ledgersOf = (kind: StoreKind): Ledgers => (kind === "sqlite" ? sqliteLedgers() : postgresLedgers());

function sqliteLedgers(): Ledgers {
  return {
    kind: "sqlite",
    open: async (folder) => ({ address: join(folder, "ledger.db"), crashServer: null, close: async () => {} }),
    close: async () => {},
  };
}

/** A server has one chapter at a time, so that its crashes are that chapter's own; it starts slowly, so it is used again. */
function postgresLedgers(): Ledgers {
  const all: PostgresServer[] = [];
  const idle: PostgresServer[] = [];

  async function start(): Promise<PostgresServer> {
    const server = await startPostgres();
    all.push(server);
    return server;
  }

  return {
    kind: "postgres",
    async open() {
      const server = idle.pop() ?? (await start());
      return {
        address: await server.createDatabase(),
        async crashServer() {
          await server.crash();
          await server.start();
        },
        close: async () => void idle.push(server),
      };
    },
    async close() {
      for (const server of all) await server.stop();
    },
  };
}
