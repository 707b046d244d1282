import type { AccountRow } from "./rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";
import { fingerprintOf } from "./token-fingerprint.ts";

type AccountStore = Pick<Store, "openAccount" | "accountByToken" | "pinMerchant" | "setActive" | "isActive">;

/** Accounts, their generations and callback tokens, on SQLite. */
export function sqliteAccounts(database: SqliteDatabase): AccountStore {
  const isActive = (name: string): boolean =>
    database.get("SELECT 1 FROM inactive_accounts WHERE name = :name", { name }) === undefined;
  const read = (row: Record<string, unknown> | undefined): AccountRow | null => {
    if (!row) return null;
    const account = JSON.parse(String(row.row)) as AccountRow;
    return { ...account, isActive: isActive(account.name) };
  };
  const save = (account: AccountRow): void => {
    database.run(
      `INSERT INTO accounts (name, environment, generation, token, row)
       VALUES (:name, :environment, :generation, :token, :row)
       ON CONFLICT (name, generation) DO UPDATE SET row = excluded.row`,
      {
        name: account.name,
        environment: account.environment,
        generation: account.generation,
        token: fingerprintOf(account.callbackToken),
        row: JSON.stringify(account),
      },
    );
  };
  const all = (name: string): AccountRow[] =>
    database
      .all("SELECT row FROM accounts WHERE name = :name ORDER BY generation", { name })
      .map((row) => read(row) as AccountRow);

  const currentOf = (name: string): number | undefined =>
    database.get("SELECT generation FROM current_accounts WHERE name = :name", { name })?.generation as
      | number
      | undefined;
  const makeCurrent = ({ name, generation }: AccountRow): void => {
    database.run(
      `INSERT INTO current_accounts (name, generation) VALUES (:name, :generation)
       ON CONFLICT (name) DO UPDATE SET generation = excluded.generation`,
      { name, generation },
    );
  };

  /** Whether a link made with this generation can still be paid, or may turn out to exist. */
  const hasOpenLink = ({ name, generation }: AccountRow): boolean =>
    database.get(`SELECT 1 FROM requests WHERE account = :name AND generation = :generation AND is_open = 1 LIMIT 1`, {
      name,
      generation,
    }) !== undefined;

  return {
    async openAccount(identity, callbackToken) {
      const find = () =>
        all(identity.name).find(
          (row) => row.environment === identity.environment && row.clientId === identity.clientId,
        );
      const isCurrent = (row: AccountRow) => currentOf(row.name) === row.generation;
      // Asked at every run of a node: only a change is worth a sync of the disk.
      const opened = await database.read(() => {
        const row = find();
        return row && isCurrent(row) ? row : undefined;
      });
      if (opened) return opened;
      return database.write(() => {
        const known = find();
        if (known) makeCurrent(known);
        if (known) return known;
        const account: AccountRow = {
          name: identity.name,
          environment: identity.environment,
          clientId: identity.clientId,
          generation: all(identity.name).length + 1,
          callbackToken,
          merchant: null,
          isActive: isActive(identity.name),
        };
        save(account);
        makeCurrent(account);
        return account;
      });
    },
    accountByToken: (name, callbackToken) =>
      database.read(() => {
        const account = read(
          database.get("SELECT row FROM accounts WHERE name = :name AND token = :token", {
            name,
            token: fingerprintOf(callbackToken),
          }),
        );
        const isCurrent = account !== null && account.generation === currentOf(name);
        return isCurrent || (account && hasOpenLink(account)) ? account : null;
      }),
    pinMerchant(account, merchant) {
      return database.write(() => {
        const { name, generation } = account;
        const row = "SELECT row FROM accounts WHERE name = :name AND generation = :generation";
        const known = read(database.get(row, { name, generation }));
        if (known?.merchant) return known.merchant;
        save({ ...account, merchant });
        return merchant;
      });
    },
    setActive(name, active) {
      const sql = active
        ? "DELETE FROM inactive_accounts WHERE name = :name"
        : "INSERT OR IGNORE INTO inactive_accounts (name) VALUES (:name)";
      return database.write(() => void database.run(sql, { name }));
    },
    isActive: (name) => database.read(() => isActive(name)),
  };
}
