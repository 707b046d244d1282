import { createHmac } from "node:crypto";

/**
 * The `mac` of a webhook: values sorted by key without regard to case, joined by `|`, HMAC-SHA1 under the private
 * salt, lower-case hex. Source: Instamojo's support article on the message authentication code.
 */
export function signWebhook(fields: Readonly<Record<string, string>>, salt: string): string {
  const message = Object.entries(fields)
    .filter(([key]) => key !== "mac")
    .map(([key, value]) => [key.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, value]) => value)
    .join("|");
  return createHmac("sha1", salt).update(message, "utf8").digest("hex");
}
