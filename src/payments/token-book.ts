import { hash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../runtime/clock.ts";
import type { AccountRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";

/** What never changes about the account behind a callback token. */
export type TokenOwner = Pick<AccountRow, "name" | "environment" | "generation">;

interface Entry {
  readonly fingerprint: Buffer;
  readonly owner: TokenOwner;
  readonly until: number;
}

/** How long a token that the ledger knew is not asked for again; one that is taken back works this long at most. */
const knownMs = 5_000;
/** Accounts times the generations that are in use. */
const maxKnown = 64;

/** Asks the ledger whose a callback token is, and remembers it for a moment, so that a webhook costs one trip there. */
export function createTokenBook({
  store,
  clock,
}: {
  readonly store: Pick<Store, "accountByToken">;
  readonly clock: Clock;
}) {
  let known: readonly Entry[] = [];
  return async (name: string, token: string): Promise<TokenOwner | null> => {
    const fingerprint = hash("sha256", token, "buffer");
    const now = clock.now();
    const isCurrent = ({ until }: Entry) => until > now && until <= now + knownMs;
    for (const entry of known) {
      if (entry.owner.name === name && isCurrent(entry) && timingSafeEqual(entry.fingerprint, fingerprint)) {
        return entry.owner;
      }
    }
    const row = await store.accountByToken(name, token);
    if (!row) return null;
    const owner = { name: row.name, environment: row.environment, generation: row.generation };
    const others = known.filter((entry) => isCurrent(entry) && !entry.fingerprint.equals(fingerprint));
    known = [...others, { fingerprint, owner, until: now + knownMs }].slice(-maxKnown);
    return owner;
  };
}
