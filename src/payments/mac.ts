import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The signature of a webhook: all values but that of `mac`, sorted by key without regard to case, joined with `|`,
 * HMAC-SHA1 with the private salt over UTF-8, lower-case hex. Source: support article "How do I use the MAC".
 */
export function computeMac(fields: ReadonlyMap<string, string>, salt: string): string {
  const message = [...fields]
    .filter(([key]) => key !== "mac")
    .map(([key, value]) => [key.toLowerCase(), value] as const)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([, value]) => value)
    .join("|");
  return createHmac("sha1", salt).update(message, "utf8").digest("hex");
}

/** Whether one of the salts made the `mac` of these fields. Compares in constant time and always tries every salt. */
export function isMacValid(fields: ReadonlyMap<string, string>, salts: readonly string[]): boolean {
  const received = Buffer.from(fields.get("mac") ?? "", "utf8");
  let isValid = false;
  for (const salt of salts) {
    if (salt === "") continue;
    const expected = Buffer.from(computeMac(fields, salt), "utf8");
    if (expected.length === received.length && timingSafeEqual(expected, received)) isValid = true;
  }
  return isValid;
}
