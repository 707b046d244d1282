import { createHmac } from "node:crypto";

/**
 * The signature of a webhook by the recipe of the gateway's support article, written apart from the code under test:
 * values but that of `mac`, sorted by key in small letters, joined by `|`.
 */
export function webhookSignature(fields: Iterable<readonly [string, string]>, salt: string): string {
  const sorted = [...fields]
    .filter(([key]) => key !== "mac")
    .map(([key, value]) => ({ key: key.toLowerCase(), value }))
    .sort((left, right) => Number(left.key > right.key) - Number(left.key < right.key));
  return createHmac("sha1", salt)
    .update(Buffer.from(sorted.map(({ value }) => value).join("|"), "utf8"))
    .digest("hex");
}
