import type { PoolClient } from "pg";
import { FlowError } from "../../runtime/errors.ts";
import type { PreparedSql, Row, Statements } from "./database.ts";
import { isRefusal, lostCommit } from "./postgres-fault.ts";

/** Thrown where nothing of a transaction is to be stored; see `undone`. */
export class Undone {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** Thrown inside `write`: nothing of the transaction is stored, and the write resolves to `result`. */
export function undone(result: unknown): unknown {
  return new Undone(result);
}

/** One transaction on a connection, which is given back, or given up where its state is not known. */
export async function transact<T>(client: PoolClient, work: (statements: Statements) => Promise<T>): Promise<T> {
  let isBroken = true;
  try {
    await client.query("BEGIN");
    const result = await work(statementsOf(client));
    await commit(client);
    isBroken = false;
    return result;
  } catch (fault) {
    if (fault instanceof Undone || isRefusal(fault)) {
      isBroken = await client.query("ROLLBACK").then(
        () => false,
        () => true,
      );
    }
    throw fault;
  } finally {
    client.release(isBroken);
  }
}

async function commit(client: PoolClient): Promise<void> {
  try {
    const { command } = await client.query("COMMIT");
    // What PostgreSQL answers where a statement of the transaction had failed.
    if (command !== "COMMIT") throw new FlowError("store_unavailable", "The change was not stored.");
  } catch (fault) {
    throw isRefusal(fault) || fault instanceof FlowError ? fault : lostCommit(fault);
  }
}

/** A connection as something to send statements to. */
export function statementsOf(client: PoolClient): Statements {
  const query = (sql: string | PreparedSql, parameters: readonly unknown[] = []) =>
    typeof sql === "string"
      ? client.query(sql, parameters.map(storable))
      : client.query({ ...sql, values: parameters.map(storable) });
  return {
    all: async (sql, parameters) => (await query(sql, parameters)).rows as Row[],
    get: async (sql, parameters) => (await query(sql, parameters)).rows[0] as Row | undefined,
    run: async (sql, parameters) => (await query(sql, parameters)).rowCount ?? 0,
  };
}

/** PostgreSQL has no zero character in a text; JSON never holds one as it is. */
function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable);
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
}
