import type { Coordination } from "../runtime/coordination.ts";

/** Runs work under one name one after the other, and work under different names side by side. */
export interface KeyQueue {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createKeyQueue(): KeyQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(name, work) {
      const before = tails.get(name) ?? Promise.resolve();
      const result = before.then(work);
      const tail = result.then(
        () => {},
        () => {},
      );
      tails.set(name, tail);
      void tail.then(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
      return result;
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}

/** The same for all processes of a ledger: what one does under a name, no other does meanwhile. */
export function createSharedKeyQueue(coordination: Coordination): KeyQueue {
  const here = createKeyQueue();
  return {
    run: (name, work) => here.run(name, () => coordination.exclusively(name, work)),
    idle: () => here.idle(),
  };
}
