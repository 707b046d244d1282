import { append, bytesOf, forEachEntry, hmacSha1, isSameBytes, lowerCase, mapGet, sort } from "./captured.ts";

/**
 * The signature of a webhook: all values but that of `mac`, sorted by key without regard to case, joined with `|`,
 * HMAC-SHA1 with the private salt over UTF-8, lower-case hex. Source: support article "How do I use the MAC".
 */
export function computeMac(fields: ReadonlyMap<string, string>, salt: string): string {
  const pairs: { readonly key: string; readonly value: string }[] = [];
  forEachEntry(fields, (value, key) => {
    if (key !== "mac") append(pairs, { key: lowerCase(key), value });
  });
  sort(pairs, (left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  let message = "";
  for (let index = 0; index < pairs.length; index += 1) message += (index === 0 ? "" : "|") + pairs[index]?.value;
  return hmacSha1(salt, message);
}

/** Whether one of the salts made the `mac` of these fields. Compares in constant time and always tries every salt. */
export function isMacValid(fields: ReadonlyMap<string, string>, salts: readonly string[]): boolean {
  const received = bytesOf(mapGet(fields, "mac") ?? "", "utf8");
  let isValid = false;
  for (let index = 0; index < salts.length; index += 1) {
    const salt = salts[index];
    if (salt === undefined || salt === "") continue;
    const expected = bytesOf(computeMac(fields, salt), "utf8");
    if (expected.length === received.length && isSameBytes(expected, received)) isValid = true;
  }
  return isValid;
}
