import { Worker } from "node:worker_threads";
import type { Store } from "../../src/store/store.ts";
import { openThreadedStore } from "../../src/store/threaded-store.ts";

/** No room, a file that may not be written, a disk that takes nothing for good, a disk that gives nothing back. */
export const ledgerFaults = ["full", "read-only", "no-sync", "unreadable"] as const;
export type LedgerFault = (typeof ledgerFaults)[number];

/** The real ledger in its real thread, on a file that can be made to fail and to work again. */
export interface FaultyLedger {
  readonly store: Store;
  /** From now on the file fails; null: it works. */
  set(fault: LedgerFault | null): void;
}

export async function openFaultyLedger(file: string): Promise<FaultyLedger> {
  const fault = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  const workerData = { file, fault: fault.buffer, kinds: ledgerFaults };
  const store = await openThreadedStore(file, {
    startThread: () =>
      new Worker(new URL("./faulty-thread.ts", import.meta.url), {
        workerData,
        execArgv: ["--disable-warning=ExperimentalWarning"],
      }),
  });
  return {
    store,
    set: (kind) => void Atomics.store(fault, 0, kind === null ? -1 : ledgerFaults.indexOf(kind)),
  };
}
