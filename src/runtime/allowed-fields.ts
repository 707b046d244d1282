import { type LogFieldName, type LogFields, logFieldTypes } from "./logger.ts";

/** Longer texts are no id and no code. */
const maxFieldLength = 200;

/**
 * The fields of `LogFields`, each only where it has its type; everything else a caller hands over is left out, so nothing
 * has to be recognised as personal or secret first.
 */
export function allowedFields(fields: LogFields = {}): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const name of Object.keys(logFieldTypes) as LogFieldName[]) {
    const value: unknown = fields[name];
    if (typeof value !== logFieldTypes[name]) continue;
    kept[name] = typeof value === "string" ? value.slice(0, maxFieldLength) : (value as number);
  }
  return kept;
}
