/** Puts stars where a secret was; see `createMask`. */
export interface Mask {
  /** One line of text. */
  text(value: string): string;
  /** A copy of a JSON value. */
  json(value: unknown): unknown;
}

const stars = "***";
const maxDepth = 32;

/**
 * What the gateway says is handed on in errors, and a gateway may quote what it was sent. Masks the given secrets
 * wherever they occur, plain or percent-encoded, and by their keys the three that never leave: the query of `webhook`,
 * the value of `mac`, and any `access_token`.
 */
export function createMask(secrets: readonly (string | undefined)[]): Mask {
  const needles = secrets
    .filter((secret) => secret !== undefined && secret !== "")
    .flatMap((secret) => [secret as string, encodeURIComponent(secret as string)])
    .sort((one, other) => other.length - one.length);
  const text = (value: string) => needles.reduce((masked, needle) => masked.replaceAll(needle, stars), value);

  function json(value: unknown, depth: number): unknown {
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth === maxDepth) return "…";
    if (Array.isArray(value)) return value.map((item) => json(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [text(key), maskByKey(key, item) ?? json(item, depth + 1)]),
    );
  }

  return { text, json: (value) => json(value, 0) };
}

function maskByKey(key: string, value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (key === "mac" || key === "access_token") return stars;
  if (key === "webhook" && value.includes("?")) return `${value.slice(0, value.indexOf("?"))}?${stars}`;
  return undefined;
}

/** The query of a URL that we sent: the webhook's holds a secret, the return address a tag. */
export function queryOf(url: string | undefined): string | undefined {
  return url?.includes("?") ? url.slice(url.indexOf("?") + 1) : undefined;
}
