import { parseRow } from "../parse-row.ts";
import { countWindow, newestMessages } from "../request-search.ts";
import type { AccountHealth, AccountRow } from "../rows.ts";
import type { Store } from "../store.ts";
import type { PostgresDatabase } from "./database.ts";

/** How the accounts are doing, on PostgreSQL; looking costs the same at any size. */
export function postgresHealth(database: PostgresDatabase): Pick<Store, "health"> {
  async function numbers(sql: string, most: number): Promise<ReadonlyMap<string, number>> {
    const rows = await database.all(sql, [most]);
    return new Map(rows.map(({ account, number }) => [String(account), Number(number)]));
  }

  return {
    async health() {
      const [accounts, newest, held, waiting] = await Promise.all([
        database.all(
          `SELECT latest.row, inactive_accounts.name IS NULL AS is_active FROM accounts AS latest
           LEFT JOIN inactive_accounts ON inactive_accounts.name = latest.name
           WHERE generation = (SELECT max(generation) FROM accounts WHERE name = latest.name) ORDER BY place`,
        ),
        numbers(
          `SELECT account, max(received_at) AS number
           FROM (SELECT account, received_at FROM messages ORDER BY place DESC LIMIT $1) AS newest GROUP BY 1`,
          newestMessages,
        ),
        numbers(
          `SELECT messages.account, count(*) AS number FROM (SELECT id FROM held_messages LIMIT $1) AS held
           JOIN messages ON messages.id = held.id AND messages.state IN ('parked', 'quarantined') GROUP BY 1`,
          countWindow,
        ),
        numbers(
          `SELECT account, count(*) AS number
           FROM (SELECT account, state FROM messages WHERE state IN ('waiting', 'quarantined') LIMIT $1) AS waiting
           WHERE state = 'waiting' GROUP BY 1`,
          countWindow,
        ),
      ]);
      return accounts.map((row): AccountHealth => {
        const account = parseRow<AccountRow>(row) as AccountRow;
        return {
          account: { ...account, isActive: row.is_active === true },
          lastMessageAt: newest.get(account.name) ?? null,
          waitingMessages: waiting.get(account.name) ?? 0,
          heldMessages: held.get(account.name) ?? 0,
        };
      });
    },
  };
}
