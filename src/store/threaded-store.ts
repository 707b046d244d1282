import { Worker } from "node:worker_threads";
import { FlowError, type NodeError } from "../runtime/errors.ts";
import type { Store } from "./store.ts";
import { createSilenceWatch } from "./silence-watch.ts";
import { storeFault } from "./store-fault.ts";
import { storeMethods } from "./store-methods.ts";

/** One call on its way to the thread; `id` 0 is the opening of the file. */
export interface ThreadCall {
  readonly id: number;
  readonly method: keyof Store;
  /** The arguments as JSON: what could not be stored fails here, in its own call. */
  readonly args: string;
}

export type ThreadAnswer =
  | { readonly id: number; readonly result: unknown }
  /** `cause` is what SQLite or the system said, for debuggers. */
  | { readonly id: number; readonly error: NodeError; readonly cause: string | null };

export interface ThreadOptions {
  /** Starts a thread; for tests that end it. */
  readonly startThread?: (file: string) => Worker;
  /** How soon a thread that died is started anew; twice as long after each vain start, ten times at most. */
  readonly restartMs?: number;
  /** How many calls may wait for the disk; more are refused at once, so that a slow disk costs no memory. */
  readonly maxWaiting?: number;
  /**
   * How long a thread may answer nothing while something waits for it; then its calls fail and another takes its place,
   * as soon as the file can be had. The opening of the file may take as long as it takes.
   */
  readonly silenceMs?: number;
  /** How long closing waits for a disk that does not answer. */
  readonly closeTimeoutMs?: number;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (fault: unknown) => void;
}

/** The thread's module beside this one: compiled in a build, as it is where Node runs TypeScript. */
const threadModule = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite-thread.ts" : "./sqlite-thread.js",
  import.meta.url,
);

/** Starts the thread that owns the ledger in `file`. Rows are small and never many, so its heap need not be large. */
export function startLedgerThread(file: string): Worker {
  return new Worker(threadModule, {
    name: "instamojo-ledger",
    workerData: { file },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
}

/**
 * Runs the ledger in a thread of its own. When the thread dies, calls fail typed until the next one has opened the file.
 * @throws {FlowError} `store_unavailable` when the file cannot be had
 */
export async function openThreadedStore(file: string, options: ThreadOptions = {}): Promise<Store> {
  const { startThread = startLedgerThread, restartMs = 1_000, maxWaiting = 4096 } = options;
  const { silenceMs = 30_000, closeTimeoutMs = 10_000 } = options;
  const waiting = new Map<number, Waiting>();
  let thread: Worker | null = null;
  let outbox: ThreadCall[] = [];
  let lastId = 0;
  let vainStarts = 0;
  let restart: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;

  const watch = createSilenceWatch({
    silenceMs,
    isOwed: () => waiting.size > 0 && !waiting.has(0),
    onSilence: replace,
  });

  /** Only what waits keeps the process alive. */
  function settle(id: number): Waiting | undefined {
    const call = waiting.get(id);
    if (waiting.delete(id) && waiting.size === 0) {
      watch.stop();
      thread?.unref();
    }
    return call;
  }

  function take(answers: readonly ThreadAnswer[]): void {
    watch.heard();
    for (const answer of answers) {
      const call = settle(answer.id);
      if ("error" in answer) call?.reject(faultOf(answer));
      else call?.resolve(answer.result as never);
    }
  }

  /** A thread that hangs in the system ends when that lets go of it, and holds the lock of the file until then. */
  function replace(): void {
    const silent = thread;
    lose(new Error("The thread of the ledger did not answer."));
    void silent?.terminate();
    startAgain();
  }

  function lose(cause: unknown): void {
    watch.stop();
    thread = null;
    outbox = [];
    const lost = [...waiting.values()];
    waiting.clear();
    for (const { reject } of lost) reject(notOpen(cause));
  }

  /** Resolves once the thread has opened the file; rejects when it could not, and the thread is gone then. */
  function start(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const worker = startThread(file);
      let cause: unknown;
      thread = worker;
      waiting.set(0, { resolve: resolve as Waiting["resolve"], reject });
      worker.on("message", take);
      worker.on("error", (fault) => {
        cause = fault;
      });
      worker.on("exit", () => {
        if (thread !== worker) return;
        lose(cause);
        startAgain();
      });
    }).catch(async (fault: unknown) => {
      await thread?.terminate();
      throw fault;
    });
  }

  function startAgain(): void {
    if (closing || restart) return;
    restart = setTimeout(
      () => {
        restart = undefined;
        start().then(
          () => {
            vainStarts = 0;
          },
          () => {
            vainStarts += 1;
            startAgain();
          },
        );
      },
      restartMs * Math.min(2 ** vainStarts, 10),
    );
    restart.unref();
  }

  /** Calls of one turn travel together. */
  function send(): void {
    const calls = outbox;
    outbox = [];
    if (calls.length > 0) thread?.postMessage(calls);
  }

  function call(method: keyof Store, args: readonly unknown[]): Promise<never> {
    return new Promise((resolve, reject) => {
      if (!thread) return reject(notOpen(undefined));
      if (waiting.size >= maxWaiting) return reject(tooMany());
      lastId += 1;
      try {
        outbox.push({ id: lastId, method, args: toJson(args) });
      } catch (fault) {
        return reject(storeFault(fault));
      }
      if (waiting.size === 0) thread.ref();
      waiting.set(lastId, { resolve, reject });
      watch.start();
      if (outbox.length === 1) setImmediate(send);
    });
  }

  async function close(): Promise<void> {
    clearTimeout(restart);
    watch.stop();
    const last = thread;
    if (!last) return;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeTimeoutMs);
    });
    const closed = call("close", []).then(
      () => {},
      () => {},
    );
    await Promise.race([closed.then(() => last.terminate()), tooLong]);
    clearTimeout(timer);
    void last.terminate();
  }

  try {
    await start();
  } catch (fault) {
    closing = Promise.resolve();
    clearTimeout(restart);
    throw fault;
  }
  const methods = storeMethods.map((method) => [
    method,
    (...args: unknown[]) => (closing ? Promise.reject(isClosed()) : call(method, args)),
  ]);
  return {
    ...Object.fromEntries(methods),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** JSON says null for what is undefined; an optional argument that was left out must stay so. */
function toJson(args: readonly unknown[]): string {
  return JSON.stringify(args.at(-1) === undefined ? args.slice(0, -1) : args);
}

function faultOf({ error, cause }: Extract<ThreadAnswer, { error: unknown }>): FlowError {
  return new FlowError(error.code, error.message, { ...error, ...(cause === null ? {} : { cause: new Error(cause) }) });
}

function notOpen(cause: unknown): FlowError {
  return new FlowError("store_unavailable", "The ledger is not open now; it is being opened.", { cause });
}

function tooMany(): FlowError {
  return new FlowError("store_unavailable", "The ledger is too slow for what is asked of it now.", {
    remedy: "Try again in a moment; if it stays, look at the disk of the ledger's folder.",
  });
}

function isClosed(): FlowError {
  return new FlowError("store_unavailable", "The ledger is closed.");
}
