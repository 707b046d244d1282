/** The thread that owns the ledger's file, so that a sync of the disk never stops the host. Loaded by openThreadedStore. */
import { parentPort, workerData } from "node:worker_threads";
import { openSqliteStoreHere } from "./sqlite-store-here.ts";
import type { Store } from "./store.ts";
import { storeFault } from "./store-fault.ts";
import type { ThreadAnswer, ThreadCall } from "./threaded-store.ts";

const port = parentPort;
if (!port) throw new Error("This module runs as a thread.");

/** Answers of one commit go back together, and at once: the next group must not begin before. */
let answers: ThreadAnswer[] = [];
function answer(one: ThreadAnswer): void {
  if (answers.push(one) > 1) return;
  queueMicrotask(() => {
    port?.postMessage(answers);
    answers = [];
  });
}

function fail(id: number, thrown: unknown): void {
  const fault = storeFault(thrown);
  answer({ id, error: fault.toJSON(), cause: fault.cause instanceof Error ? fault.cause.message : null });
}

let store: Store | undefined;
try {
  store = openSqliteStoreHere(workerData.file);
  answer({ id: 0, result: null });
} catch (thrown) {
  fail(0, thrown);
}

/** Asynchronous from its first line on: a call that makes no sense is its own fault and not the thread's end. */
async function run({ method, args }: ThreadCall): Promise<unknown> {
  if (!store) throw new Error("The file could not be opened.");
  const work = store[method] as (...args: readonly unknown[]) => Promise<unknown>;
  return work(...(JSON.parse(args) as unknown[]));
}

port.on("message", (calls: ThreadCall[]) => {
  for (const call of calls) {
    run(call).then(
      (result) => answer({ id: call.id, result }),
      (thrown) => fail(call.id, thrown),
    );
  }
});
