import pg from "pg";
import { reach } from "./fault-points.ts";
import { stepOf } from "./statement-steps.ts";

type Query = (this: pg.Client, ...parameters: unknown[]) => unknown;

/** Puts fault points between the statements that this process sends to PostgreSQL. */
export function watchStatements(): void {
  const client = pg.Client.prototype as unknown as { query: Query };
  const { query } = client;
  client.query = function (...parameters) {
    const [given] = parameters;
    const sql = typeof given === "string" ? given : (given as { readonly text?: string } | undefined)?.text;
    const result = query.apply(this, parameters);
    const step = sql === undefined ? null : stepOf(sql);
    if (!step || !(result instanceof Promise)) return result;
    return result.then((answer: unknown) => {
      reach(step);
      return answer;
    });
  };
}
