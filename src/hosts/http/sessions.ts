import { createHash, randomBytes } from "node:crypto";
import type { ApiCaller } from "./api-keys.ts";

/** How long somebody stays signed in, in milliseconds. */
export const sessionMs = 8 * 3_600_000;
const maxSessions = 1_000;

/** The people signed in to the operator page. In memory only: a restart signs everybody out. */
export interface Sessions {
  /** Starts one and returns its secret, for the cookie. */
  open(caller: ApiCaller): string;
  find(secret: string | undefined): ApiCaller | null;
  close(secret: string | undefined): void;
}

export function createSessions(now: () => number = Date.now): Sessions {
  const held = new Map<string, { readonly caller: ApiCaller; readonly until: number }>();
  // Only the digest is kept, and looked up by: its timing tells nothing of a secret.
  const digest = (secret: string) => createHash("sha256").update(secret).digest("base64");

  function sweep(): void {
    for (const [id, { until }] of held) if (until <= now()) held.delete(id);
    while (held.size >= maxSessions) held.delete(held.keys().next().value as string);
  }

  return {
    open(caller) {
      sweep();
      const secret = randomBytes(32).toString("base64url");
      held.set(digest(secret), { caller, until: now() + sessionMs });
      return secret;
    },
    find(secret) {
      const session = secret === undefined ? undefined : held.get(digest(secret));
      return session && session.until > now() ? session.caller : null;
    },
    close(secret) {
      if (secret !== undefined) held.delete(digest(secret));
    },
  };
}
