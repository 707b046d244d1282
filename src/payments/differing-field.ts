import { isDeepStrictEqual } from "node:util";

/** The first field in which two inputs differ; null when they are equal. A missing field differs from any value. */
export function differingField(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string | null {
  const fields = new Set([...Object.keys(now), ...Object.keys(before)]);
  for (const field of fields) {
    if (!isDeepStrictEqual(before[field], now[field])) return field;
  }
  return null;
}
