import { type IExecuteFunctions, type INodeExecutionData, sleep } from "n8n-workflow";
import { rememberedEvents } from "./message-limits.ts";

/** The queues of this process, by trigger: n8n reads its list of processed items, adds to it and writes it back. */
const queues = new Map<string, Promise<unknown>>();

/** How long another worker may take to write back a list that it read before ours was written. */
const settleMs = 100;

type Store = Pick<IExecuteFunctions["helpers"], "checkProcessedAndRecord">;

/**
 * The items whose event was not started before, and remembers them in n8n's list of processed items. n8n's list is one
 * row that is read, added to and written back: runs of one process stand in line here; where another worker wrote over
 * what was added, it is added once more. Two workers that get the same event within the same milliseconds both start.
 */
export async function firstTimeOnly(
  items: readonly INodeExecutionData[],
  { place, store }: { readonly place: string; readonly store: Store },
): Promise<INodeExecutionData[]> {
  const ids = items.map(({ json }) => json.id).filter((id) => typeof id === "string");
  if (ids.length === 0) return [...items];
  const record = () =>
    inLine(place, () => store.checkProcessedAndRecord(ids, "node", { mode: "entries", maxEntries: rememberedEvents }));
  const found = await record();
  const fresh = new Set(found.new.map(String));
  if (fresh.size > 0) {
    await sleep(settleMs);
    await record();
  }
  return items.filter(({ json }) => typeof json.id !== "string" || fresh.delete(json.id));
}

function inLine<T>(place: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(place) ?? Promise.resolve();
  const mine = before.then(work, work);
  const done = mine
    .catch(() => {})
    .then(() => {
      if (queues.get(place) === done) queues.delete(place);
    });
  queues.set(place, done);
  return mine;
}
