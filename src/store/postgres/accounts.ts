import { parseRow } from "../parse-row.ts";
import type { AccountRow } from "../rows.ts";
import type { Store } from "../store.ts";
import { fingerprintOf } from "../token-fingerprint.ts";
import type { PostgresDatabase, Row, Statements } from "./database.ts";
import { lockName } from "./lock-name.ts";
import { createTurns } from "./turns.ts";

type AccountStore = Pick<Store, "openAccount" | "accountByToken" | "pinMerchant" | "setActive" | "isActive">;

const accountRows = `
  SELECT accounts.row, accounts.generation = current.generation AS is_current, inactive.name IS NULL AS is_active
  FROM accounts LEFT JOIN current_accounts AS current ON current.name = accounts.name
    LEFT JOIN inactive_accounts AS inactive ON inactive.name = accounts.name`;

const accountOf = (row: Row | undefined): AccountRow | null => {
  const account = parseRow<AccountRow>(row);
  return account && { ...account, isActive: row?.is_active === true };
};

/** Accounts, their generations and callback tokens, on PostgreSQL. */
export function postgresAccounts(database: PostgresDatabase): AccountStore {
  async function find(statements: Statements, { name, environment, clientId }: Parameters<Store["openAccount"]>[0]) {
    const rows = await statements.all(`${accountRows} WHERE accounts.name = $1 ORDER BY accounts.generation`, [name]);
    const known = rows
      .map((row) => ({ account: accountOf(row) as AccountRow, isCurrent: row.is_current === true }))
      .find(({ account }) => account.environment === environment && account.clientId === clientId);
    return { known, generations: rows.length };
  }

  const makeCurrent = (statements: Statements, { name, generation }: AccountRow) =>
    statements.run(
      `INSERT INTO current_accounts (name, generation) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET generation = excluded.generation`,
      [name, generation],
    );

  const turns = createTurns();

  const isActive = async (statements: Statements, name: string): Promise<boolean> =>
    (await statements.get("SELECT 1 FROM inactive_accounts WHERE name = $1", [name])) === undefined;

  return {
    async openAccount(identity, callbackToken) {
      // Asked at every run of a node: only a change is worth a transaction.
      const opened = (await find(database, identity)).known;
      if (opened?.isCurrent) return opened.account;
      return database.write(async (statements) => {
        await lockName(statements, "account", [identity.name]);
        const { known, generations } = await find(statements, identity);
        if (known) await makeCurrent(statements, known.account);
        if (known) return known.account;
        const { name, environment, clientId } = identity;
        const account: AccountRow = {
          name,
          environment,
          clientId,
          generation: generations + 1,
          callbackToken,
          merchant: null,
          isActive: await isActive(statements, name),
        };
        await statements.run(
          "INSERT INTO accounts (name, environment, generation, token, row) VALUES ($1, $2, $3, $4, $5)",
          [name, environment, account.generation, fingerprintOf(callbackToken), JSON.stringify(account)],
        );
        await makeCurrent(statements, account);
        return account;
      });
    },
    // An earlier generation is known while a link made with it can still be paid, or may turn out to exist.
    accountByToken: async (name, callbackToken) =>
      accountOf(
        await database.get(
          `${accountRows} WHERE accounts.name = $1 AND accounts.token = $2 AND (
             accounts.generation = current.generation
             OR EXISTS (SELECT 1 FROM requests WHERE account = $1 AND generation = accounts.generation AND is_open))`,
          [name, fingerprintOf(callbackToken)],
        ),
      ),
    pinMerchant: ({ name, generation }, merchant) =>
      turns.take(`${name} ${generation}`, () =>
        database.write(async (statements) => {
          const one = "WHERE name = $1 AND generation = $2";
          const found = await statements.get(`SELECT row FROM accounts ${one} FOR UPDATE`, [name, generation]);
          const known = parseRow<AccountRow>(found);
          if (!known || known.merchant) return known?.merchant ?? merchant;
          const pinned = JSON.stringify({ ...known, merchant });
          await statements.run(`UPDATE accounts SET row = $3 ${one}`, [name, generation, pinned]);
          return merchant;
        }),
      ),
    async setActive(name, active) {
      const sql = active
        ? "DELETE FROM inactive_accounts WHERE name = $1"
        : "INSERT INTO inactive_accounts (name) VALUES ($1) ON CONFLICT DO NOTHING";
      await database.run(sql, [name]);
    },
    isActive: (name) => isActive(database, name),
  };
}
