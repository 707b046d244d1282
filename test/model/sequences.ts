import fc from "fast-check";
import type { SimulatorProfile } from "../../src/simulator/index.ts";
import type { Store } from "../../src/store/store.ts";
import { commands, type Model } from "./commands.ts";
import { judgeEnd } from "./judge.ts";
import { openWorld } from "./world.ts";

export interface SequenceOptions {
  readonly profile: SimulatorProfile;
  /** The first sequence; each has the next number. The same number is the same sequence for ever. */
  readonly seed: number;
  readonly runs: number;
  readonly faulty?: (store: Store) => Store;
}

/** What went wrong with one sequence, and the shortest one that shows it. */
export interface RedSequence {
  readonly seed: number;
  readonly report: string;
}

/** Until lists, cases and reads of the slowest gateway have shown everything and every back-off has ended. */
const drainSeconds = [5, 30, 130, 130, 130, 300, 300, 600, 3600, 3600, 7200];

/** Runs sequences of everything that may happen to money; stops at the first red one. */
export async function runSequences({ profile, seed, runs, faulty }: SequenceOptions): Promise<RedSequence | null> {
  const sequence = fc.asyncProperty(fc.commands(commands, { maxCommands: 24, size: "max" }), async (steps) => {
    const world = await openWorld(profile, faulty);
    try {
      const model: Model = { links: 0, payments: 0, refunds: 0 };
      await fc.asyncModelRun(() => ({ model, real: world }), steps);
      for (const seconds of drainSeconds) await world.leap(seconds * 1000);
      const wrong = judgeEnd(world);
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    } finally {
      await world.end();
    }
  });
  for (let run = 0; run < runs; run += 1) {
    const result = await fc.check(sequence, { seed: seed + run, numRuns: 1, unbiased: true });
    if (result.failed) {
      const error = result.errorInstance as Error | null;
      return { seed: seed + run, report: `${error?.message}\nafter: ${String(result.counterexample?.[0])}` };
    }
  }
  return null;
}
