import { canonicalJson } from "../runtime/canonical-json.ts";

/** The first field in which two inputs, plain JSON, differ; null when they are equal. A missing field differs from any value. */
export function differingField(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string | null {
  const fields = new Set([...Object.keys(now), ...Object.keys(before)]);
  for (const field of fields) {
    if (canonicalJson(before[field]) !== canonicalJson(now[field])) return field;
  }
  return null;
}
