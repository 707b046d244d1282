import type { RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";

/** Whether a link was made in place of this one, or this one in place of another: both may exist and be paid. */
export function hasReplacement({ replaces, replacedBy }: RequestRow): boolean {
  return replaces !== undefined || replacedBy !== undefined;
}

/** Whether the customer has paid another link of the same operation: one that this one replaces or is replaced by. */
export async function isPaidElsewhere(store: Pick<Store, "snapshot">, request: RequestRow): Promise<boolean> {
  const looked = new Set([request.tag]);
  const next = [request.replaces, request.replacedBy];
  for (const tag of next) {
    if (tag === undefined || looked.has(tag)) continue;
    looked.add(tag);
    const other = await store.snapshot(tag);
    if (!other) continue;
    if (other.payments.some(({ state }) => state === "paid")) return true;
    next.push(other.request.replaces, other.request.replacedBy);
  }
  return false;
}
