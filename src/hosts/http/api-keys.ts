import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { ApiKey, Scope } from "../../../schemas/http-settings.ts";
import { ApiError } from "./http-error.ts";

/** Who calls: a key without anything by which it could be used. */
export type ApiCaller = Pick<ApiKey, "id" | "scopes" | "accounts">;

/** A new key, to be given to its caller and kept nowhere else, and what the configuration holds of it. */
export function newApiKey(id: string): { readonly key: string; readonly sha256: string; readonly id: string } {
  const key = `imf_${randomBytes(32).toString("base64url")}`;
  return { id, key, sha256: createHash("sha256").update(key).digest("hex") };
}

/** A new secret for a delivery target, in the form of Standard Webhooks. */
export function newDeliverySecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/**
 * Finds who presents a key. Every known digest is compared, each in constant time, so the answer's time says nothing of
 * the keys; keys are 256 random bits, so a plain SHA-256 is enough to keep them.
 */
export function createKeyRing(keys: readonly ApiKey[]): (presented: string) => ApiCaller | null {
  const known = keys.map(({ sha256, id, scopes, accounts }) => ({
    digest: Buffer.from(sha256, "hex"),
    caller: { id, scopes, ...(accounts ? { accounts } : {}) },
  }));
  return (presented) => {
    const digest = createHash("sha256").update(presented).digest();
    let found: ApiCaller | null = null;
    for (const { digest: own, caller } of known) if (timingSafeEqual(own, digest)) found = caller;
    return found;
  };
}

/** The key of an `Authorization: Bearer` header, or null. */
export function bearerOf(header: string | undefined): string | null {
  return /^bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? "")?.[1] ?? null;
}

/** Refuses a call without a known key. */
export function requireCaller(caller: ApiCaller | null): ApiCaller {
  if (caller) return caller;
  throw new ApiError("unauthorized", "An API key is needed.");
}

/** Refuses a call without a known key, and a caller without the scope. */
export function requireScope(given: ApiCaller | null, scope: Scope): ApiCaller {
  const caller = requireCaller(given);
  if (caller.scopes.includes(scope)) return caller;
  throw new ApiError("scope_missing", `This needs a key with the scope ${scope}.`);
}

/** Refuses an account that the caller's key is not for. */
export function requireAccount({ accounts }: ApiCaller, account: string): void {
  if (!accounts || accounts.includes(account)) return;
  throw new ApiError("account_forbidden", "This key is not for this account.");
}
