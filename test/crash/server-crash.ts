import type { Ledger } from "./ledgers.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** The crash that the database server has in one life, or none. */
export interface ServerCrash {
  readonly isPlanned: boolean;
  /** Whether it is to happen after so many answers. */
  isDue(answers: number): boolean;
  /** Whether it has begun. */
  hasBegun(): boolean;
  /** Happens once, where it is planned; resolves when the server is back. */
  happen(): Promise<void>;
}

/** There is one in one life of so many, first in the second. */
const livesPerCrash = 8;

interface LifeOptions {
  readonly life: number;
  /** Messages that wait to be sent in it. */
  readonly messages: number;
  readonly random: SeededRandom;
}

export function planServerCrash({ crashServer }: Ledger, { life, messages, random }: LifeOptions): ServerCrash {
  const crash = life % livesPerCrash === 1 ? crashServer : null;
  const at = crash ? random.whole(1, Math.max(1, Math.floor(messages / 2))) : Number.POSITIVE_INFINITY;
  let done: Promise<void> | null = null;
  return {
    isPlanned: crash !== null,
    isDue: (answers) => done === null && answers >= at,
    hasBegun: () => done !== null,
    async happen() {
      done ??= crash?.() ?? null;
      await done;
    },
  };
}
