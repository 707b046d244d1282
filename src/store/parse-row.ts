import { damagedRow } from "./store-fault.ts";

/**
 * Parses the `row` column; null for no row.
 * @throws {FlowError} `store_unavailable` for a damaged one
 */
export function parseRow<T>(row: Record<string, unknown> | undefined): T | null {
  if (!row) return null;
  let value: unknown;
  try {
    value = JSON.parse(String(row.row));
  } catch (fault) {
    throw damagedRow(fault);
  }
  if (typeof value !== "object" || value === null) throw damagedRow(undefined);
  return value as T;
}
