import { environmentOf } from "../accounts.ts";
import type { Host } from "../runtime/host.ts";
import { isMacValid } from "./mac.ts";
import type { SaltAlarm } from "./salt-alarm.ts";
import type { TokenOwner } from "./token-book.ts";

export interface AuthenticateOptions {
  readonly host: Pick<Host, "accounts">;
  readonly ownerOf: (name: string, token: string) => Promise<TokenOwner | null>;
  readonly alarm: SaltAlarm;
}

/** As many signatures as this are computed for every message, so that the time tells nothing of the account. */
const computedSalts = 2;

/**
 * Whose message this is; null for an unknown account, a wrong token and a wrong signature, which nobody outside can tell
 * apart: each costs one look-up and two signatures.
 */
export async function authenticate(
  { host, ownerOf, alarm }: AuthenticateOptions,
  name: string,
  { token, fields }: { readonly token: string; readonly fields: ReadonlyMap<string, string> },
): Promise<TokenOwner | null> {
  const owner = await ownerOf(name, token);
  const account = host.accounts().find((candidate) => candidate.name === name);
  const salts = account?.privateSalts ?? [];
  const isSigned = isMacValid(fields, salts, computedSalts);
  if (!owner || !account || owner.environment !== environmentOf(account.baseUrl)) return null;
  if (salts.length === 0) return owner;
  if (isSigned) alarm.right(account);
  else alarm.wrong(account);
  return isSigned ? owner : null;
}
