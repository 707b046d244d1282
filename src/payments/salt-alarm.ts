import type { Account } from "../../schemas/account.ts";
import { digest } from "./callbacks.ts";

type Salted = Pick<Account, "name" | "privateSalts">;

/**
 * Notices that the private salt of an account is probably wrong: messages come that know its callback token, and their
 * signature fits none of its salts. Kept in memory; a message that fits, or other salts, start anew.
 */
export interface SaltAlarm {
  /** A message with the right token and a wrong signature came. */
  wrong(account: Salted): void;
  /** A message with the right token and a right signature came. */
  right(account: Salted): void;
  /** Whether the private salt looks wrong: three such messages, and no good one since. */
  looksWrong(account: Salted): boolean;
}

const enough = 3;

export function createSaltAlarm(): SaltAlarm {
  const counts = new Map<string, { readonly salts: string; readonly count: number }>();
  const saltsOf = ({ privateSalts = [] }: Salted) => digest(...privateSalts);
  const countOf = (account: Salted): number => {
    const known = counts.get(account.name);
    return known?.salts === saltsOf(account) ? known.count : 0;
  };
  return {
    wrong: (account) => void counts.set(account.name, { salts: saltsOf(account), count: countOf(account) + 1 }),
    right: (account) => void counts.delete(account.name),
    looksWrong: (account) => countOf(account) >= enough,
  };
}
