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

export interface TokenBook {
  /** Whose a callback token is; null for one that is unknown or was taken back. */
  ownerOf(name: string, token: string): Promise<TokenOwner | null>;
  /** The generation that an account is in now: what was remembered of its others is asked for again, each time. */
  isNow(account: TokenOwner): void;
}

/**
 * How long a token that the ledger knew is not asked for again. One that another process takes back works this long at
 * most; this process knows at once.
 */
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
}): TokenBook {
  let known: readonly Entry[] = [];
  const generations = new Map<string, string>();
  const isPast = (owner: TokenOwner) => (generations.get(owner.name) ?? nameOf(owner)) !== nameOf(owner);

  async function ownerOf(name: string, token: string): Promise<TokenOwner | null> {
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
    // Good until the last link made with it is closed, which may be any moment.
    if (isPast(owner)) return owner;
    const others = known.filter((entry) => isCurrent(entry) && !entry.fingerprint.equals(fingerprint));
    known = [...others, { fingerprint, owner, until: now + knownMs }].slice(-maxKnown);
    return owner;
  }

  return {
    ownerOf,
    isNow(account) {
      if (generations.get(account.name) === nameOf(account)) return;
      generations.set(account.name, nameOf(account));
      known = known.filter(({ owner }) => !isPast(owner));
    },
  };
}

const nameOf = ({ environment, generation }: TokenOwner): string => `${environment} ${generation}`;
