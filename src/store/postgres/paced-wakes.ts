/**
 * Lets many short transactions share a wake-up: the first one carries it, the others of the next moment leave it to one that
 * comes after them.
 */
export interface PacedWakes {
  /** Whether the transaction that begins now is to carry a wake-up. */
  isDue(): boolean;
  /** A transaction was committed, with a wake-up or without. */
  committed(isCarrying: boolean): void;
  /** Wakes at once where something is left to tell. */
  flush(): Promise<void>;
}

/** Far below what confirming a payment takes, far above what storing a batch takes. */
const paceMs = 50;

/** @param wake wakes by itself, beside any transaction; when it fails, what there is to do is found by looking */
export function createPacedWakes(wake: () => Promise<void>): PacedWakes {
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function told(): void {
    lastAt = performance.now();
    clearTimeout(timer);
    timer = undefined;
  }

  async function tell(): Promise<void> {
    told();
    await wake().catch(() => {});
  }

  return {
    isDue: () => performance.now() - lastAt >= paceMs,
    committed(isCarrying) {
      if (isCarrying) return told();
      timer ??= setTimeout(tell, Math.max(0, lastAt + paceMs - performance.now()));
      timer.unref();
    },
    flush: async () => (timer === undefined ? undefined : tell()),
  };
}
