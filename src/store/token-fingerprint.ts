import { createHash } from "node:crypto";

/** Tokens are looked up by their hash, so that the time of a lookup says nothing about the token. */
export function fingerprintOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
