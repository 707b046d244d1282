import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { rememberedEvents } from "./message-limits.ts";

/** The queues of this process, by trigger: n8n reads its list of processed items, adds to it and writes it back. */
const queues = new Map<string, Promise<unknown>>();

/** How long another worker may take to write back a list that it read before ours was written. */
const settleMs = 100;

/** How often it is looked whether another worker did so. */
const maxLooks = 5;

type Store = Pick<IExecuteFunctions["helpers"], "checkProcessedAndRecord">;

export interface FirstTimeOptions {
  /** Names the trigger. */
  readonly place: string;
  readonly store: Store;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told when the list could not be kept. */
  readonly warn: (text: string) => void;
}

/**
 * The items whose event was not started before, and remembers them in n8n's list of processed items. n8n's list is one
 * row that is read, added to and written back: runs of one process stand in line here; where another worker wrote over
 * what was added, it is added once more. An event may still start twice: where two workers get it at the same moment,
 * where a slow one writes over it later, and where the list cannot be used. It is never kept from starting at all.
 */
export async function firstTimeOnly(
  items: readonly INodeExecutionData[],
  { place, store, sleep, warn }: FirstTimeOptions,
): Promise<INodeExecutionData[]> {
  const ids = items.map(({ json }) => json.id).filter((id) => typeof id === "string");
  if (ids.length === 0) return [...items];
  const record = () =>
    inLine(place, () => store.checkProcessedAndRecord(ids, "node", { mode: "entries", maxEntries: rememberedEvents }));
  // A list that failed says nothing of what it holds, and may have stored the event all the same.
  const found = await record().catch(() => null);
  const fresh = new Set(found ? found.new.map(String) : ids);
  if (fresh.size > 0 && !(await isKept(record, sleep))) {
    warn("The list of processed items cannot be kept: an event may start twice.");
  }
  return items.filter(({ json }) => typeof json.id !== "string" || fresh.delete(json.id));
}

/** Records until the list that is read back holds it: each time that it did not, another worker had written over it. */
async function isKept(
  record: () => ReturnType<Store["checkProcessedAndRecord"]>,
  sleep: FirstTimeOptions["sleep"],
): Promise<boolean> {
  for (let looks = 0; looks < maxLooks; looks += 1) {
    await sleep(settleMs);
    const found = await record().catch(() => null);
    if (found?.new.length === 0) return true;
  }
  return false;
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
