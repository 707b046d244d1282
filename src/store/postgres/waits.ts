import { parseRow } from "../parse-row.ts";
import type { RequestRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { WaitRow, WaitWithMessage } from "../wait-rows.ts";
import type { PostgresDatabase, Statements } from "./database.ts";
import { putPersonal } from "./personal.ts";

/**
 * Stores a wait as part of a transaction. Its message goes to the personal data of its request, and nowhere once that was
 * erased.
 */
export async function writeWait(
  statements: Statements,
  wait: WaitRow | WaitWithMessage,
  { createdAt, isForgotten }: Pick<RequestRow, "createdAt" | "isForgotten">,
): Promise<void> {
  const { message, ...row } = { message: undefined, ...wait };
  await statements.run(
    "INSERT INTO waits (tag, row) VALUES ($1, $2) ON CONFLICT (tag) DO UPDATE SET row = excluded.row",
    [row.tag, JSON.stringify(row)],
  );
  if (message && !isForgotten) {
    await putPersonal(statements, [{ tag: row.tag, kind: "wait", id: "", at: createdAt, data: message }]);
  }
}

/** Runs that wait for the end of a link, on PostgreSQL. */
export function postgresWaits(database: PostgresDatabase): Pick<Store, "waitByTag"> {
  return {
    async waitByTag(tag) {
      const found = await database.get(
        `SELECT waits.row, personal.data FROM waits
         LEFT JOIN personal ON personal.tag = waits.tag AND personal.kind = 'wait' AND personal.id = ''
         WHERE waits.tag = $1`,
        [tag],
      );
      const wait = parseRow<WaitRow>(found);
      return wait && { ...wait, message: found?.data ? (JSON.parse(String(found.data)) as never) : null };
    },
  };
}
