import { canonicalJson } from "../../runtime/canonical-json.ts";
import type { NodeResult } from "../../runtime/run-node.ts";
import { ApiError } from "./http-error.ts";

/** How long a call waits for another one under the same key. */
const patienceMs = 30_000;

/** A call under a key. */
export interface KeyedRun {
  /** Account, node and key: what makes two calls the same operation. */
  readonly operation: string;
  readonly input: unknown;
  run(): Promise<NodeResult>;
}

interface UnderWay {
  readonly input: string;
  readonly result: Promise<NodeResult>;
}

/**
 * Lets parallel calls of one operation wait for one answer. A call with other input runs after it, for the plugin to
 * refuse; what has ended is the ledger's to remember. Rejects with ApiError `still_running` when the wait is too long.
 */
export function createSharedRuns(waitMs: number = patienceMs): (call: KeyedRun) => Promise<NodeResult> {
  const underWay = new Map<string, UnderWay>();

  return async ({ operation, input, run }) => {
    const text = canonicalJson(input);
    const deadline = Date.now() + waitMs;
    for (;;) {
      const other = underWay.get(operation);
      if (!other) break;
      const result = await within(other.result, deadline - Date.now());
      if (other.input === text) return result;
    }
    const result = run();
    const own = { input: text, result };
    underWay.set(operation, own);
    try {
      return await result;
    } finally {
      if (underWay.get(operation) === own) underWay.delete(operation);
    }
  };
}

async function within(result: Promise<NodeResult>, ms: number): Promise<NodeResult> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const refuse = () => reject(new ApiError("still_running", "A call under the same key is still running."));
    timer = setTimeout(refuse, Math.max(0, ms));
  });
  try {
    return await Promise.race([result, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
