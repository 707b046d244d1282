import type { ClientBase, Pool, PoolClient } from "pg";
import type { WakeKind } from "../../runtime/coordination.ts";
import { FlowError } from "../../runtime/errors.ts";
import { parseRow } from "../parse-row.ts";
import { goodRows } from "../row-reader.ts";
import { loadPg } from "./load-peers.ts";
import { isRefusal, isRepeatable, postgresFault } from "./postgres-fault.ts";
import { statementsOf, transact, Undone } from "./transaction.ts";
import type { WakeUps } from "./wake-ups.ts";

export type Row = Record<string, unknown>;

/** A statement that is sent so often that each connection keeps it prepared, under its name. */
export interface PreparedSql {
  readonly name: string;
  readonly text: string;
}

/** What statements are sent to: the open transaction, or the database itself, where each is one of its own. */
export interface Statements {
  all(sql: string | PreparedSql, parameters?: readonly unknown[]): Promise<Row[]>;
  get(sql: string, parameters?: readonly unknown[]): Promise<Row | undefined>;
  /** Runs a statement that changes something; the number of changed rows. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
}

/** The tables of the ledger in PostgreSQL: every fault as one typed error, every change durable when it resolves. */
export interface PostgresDatabase extends Statements {
  /**
   * Does `work` as a whole or not at all, again where PostgreSQL undid it for the sake of another transaction: it must
   * do nothing but its statements. Throwing `undone(result)` stores nothing and resolves to `result`. `wake` has another
   * process look for what the transaction gives it to do.
   */
  write<T>(work: (statements: Statements, wake: (kind: WakeKind) => void) => Promise<T>): Promise<T>;
  /** Has another process look for what was given it to do before, beside any transaction. */
  wake(kind: WakeKind): Promise<void>;
  /**
   * A list, each row parsed. A damaged row is left out and counted under the name of its table, and as many good ones
   * are found as `limit` says.
   */
  list<T>(options: ListOptions<T>): Promise<T[]>;
  /** How many damaged rows the lists have met, by table. */
  damaged(): Readonly<Record<string, number>>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface ListOptions<T> {
  readonly table: string;
  readonly limit?: number;
  /** At most `limit` rows. */
  readonly find: (limit: number) => Promise<Row[]>;
  readonly parse?: (row: Row) => T;
}

const maxConnections = 10;
/** How many calls may wait for a connection; more are refused at once, so that a slow server costs no memory. */
const maxWaiting = 4_096;
const connectTimeoutMs = 5_000;
/** How long one statement may take, on the server and as seen from here. */
const statementTimeoutMs = 30_000;
const answerTimeoutMs = 35_000;
const closeTimeoutMs = 10_000;
const maxAttempts = 5;
/** How long a server that could not be reached is left alone, so that a busy host does not spend itself on trying. */
const restMs = 200;

const settings = `
  SET search_path = instamojo, pg_temp;
  SET synchronous_commit = on;
  SET default_transaction_isolation = 'read committed';
  SET statement_timeout = ${statementTimeoutMs};
  SET lock_timeout = 10000;
  SET idle_in_transaction_session_timeout = 60000;
  SET client_min_messages = warning`;

export interface PostgresOptions {
  readonly connections?: number;
  /** Tells other processes of what there is to do; nobody is told unless given. */
  readonly wakeUps?: Pick<WakeUps, "add" | "announce"> | undefined;
}

/** Connects as soon as there is something to do, and again after the server was away. */
export async function openPostgres(
  url: string,
  { connections = maxConnections, wakeUps }: PostgresOptions = {},
): Promise<PostgresDatabase> {
  const pg = await loadPg();
  const int8 = 20;
  const pool: Pool = new pg.Pool({
    connectionString: url,
    fallback_application_name: "instamojo-flow",
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
    types: {
      // Times, sequences and places, all far below 2^53. Amounts are inside the rows.
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format as "text"),
    } as never,
    onConnect: ((client: ClientBase) => client.query(settings)) as never,
  });
  // A connection that breaks while it rests is replaced; one that breaks at work fails that work.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const damaged = new Map<string, number>();
  let closing: Promise<void> | null = null;
  let rest: { readonly until: number; readonly fault: FlowError } | null = null;

  async function connect(): Promise<PoolClient> {
    if (closing) throw new FlowError("store_unavailable", "The ledger is closed.");
    if (pool.waitingCount >= maxWaiting) throw tooMany();
    if (rest && performance.now() < rest.until) throw rest.fault;
    try {
      return await pool.connect();
    } catch (thrown) {
      const fault = postgresFault(thrown);
      const isOnlyBusy = pool.totalCount >= connections;
      if (!isOnlyBusy) rest = { until: performance.now() + restMs, fault };
      throw fault;
    }
  }

  /** Again where PostgreSQL undid it for the sake of another transaction. */
  async function repeated<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(await connect());
      } catch (fault) {
        if (fault instanceof Undone) return fault.result as T;
        if (!isRepeatable(fault) || attempt >= maxAttempts) throw postgresFault(fault);
      }
    }
  }

  /** One statement, which is a transaction of its own. */
  function alone<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return repeated(async (client) => {
      let isBroken = true;
      try {
        const result = await work(statementsOf(client));
        isBroken = false;
        return result;
      } catch (fault) {
        isBroken = !isRefusal(fault);
        throw fault;
      } finally {
        client.release(isBroken);
      }
    });
  }

  function write<T>(work: (statements: Statements, wake: (kind: WakeKind) => void) => Promise<T>): Promise<T> {
    return repeated(async (client) => {
      const kinds = new Set<WakeKind>();
      const result = await transact(client, async (statements) => {
        const done = await work(statements, (kind) => kinds.add(kind));
        for (const kind of kinds) await wakeUps?.add(statements, kind);
        return done;
      });
      for (const kind of kinds) wakeUps?.announce(kind);
      return result;
    });
  }

  async function list<T>({ table, limit = Number.POSITIVE_INFINITY, find, parse }: ListOptions<T>): Promise<T[]> {
    const parsed = parse ?? ((row: Row) => parseRow<T>(row) as T);
    for (let skipped = 0; ; ) {
      const found = await find(limit + skipped);
      const rows = goodRows(found, parsed);
      const bad = found.length - rows.length;
      if (bad > 0) damaged.set(table, Math.max(damaged.get(table) ?? 0, bad));
      if (bad === skipped || found.length < limit + skipped) return rows;
      skipped = bad;
    }
  }

  async function close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeTimeoutMs);
    });
    await Promise.race([pool.end(), tooLong]);
    clearTimeout(timer);
  }

  return {
    all: (sql, parameters) => alone((one) => one.all(sql, parameters)),
    get: (sql, parameters) => alone((one) => one.get(sql, parameters)),
    run: (sql, parameters) => alone((one) => one.run(sql, parameters)),
    write,
    async wake(kind) {
      if (wakeUps) await write(async (_statements, wake) => wake(kind));
    },
    list,
    damaged: () => Object.fromEntries(damaged),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function tooMany(): FlowError {
  return new FlowError("store_unavailable", "The ledger is too slow for what is asked of it now.", {
    remedy: "Try again in a moment; if it stays, look at the PostgreSQL server.",
  });
}
