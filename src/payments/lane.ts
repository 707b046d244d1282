import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";

/** One kind of work that falls due: fetched from the ledger, done a few at a time, no item twice at once. */
export interface Lane {
  /** Looks for due work now. */
  wake(): void;
  /** Takes no new work and resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export interface LaneOptions<Item> {
  readonly name: string;
  readonly due: (now: number, limit: number) => Promise<readonly Item[]>;
  readonly idOf: (item: Item) => string;
  /** Does one item and moves it on, so that it is not due any more. */
  readonly work: (item: Item) => Promise<void>;
  /** How many items are under way at once. */
  readonly width: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often due work is looked for when nothing wakes the lane. */
const tickMs = 500;
/** How long an item rests after its work failed in a way the work did not foresee. */
const restMs = 5_000;

/** For a process that leaves the work to others. */
export const restingLane: Lane = { wake() {}, async stop() {} };

export function startLane<Item>(options: LaneOptions<Item>): Lane {
  const { clock, logger, width } = options;
  const underWay = new Map<string, Promise<void>>();
  const resting = new Map<string, number>();
  let isStopped = false;
  let looking: Promise<void> | null = null;
  let isWoken = false;
  let cancelTick = () => {};

  async function doOne(item: Item, id: string): Promise<void> {
    try {
      await options.work(item);
      resting.delete(id);
    } catch (thrown) {
      const code = isFlowError(thrown) ? thrown.code : "internal_error";
      logger.warn(`${options.name}: an item failed and is tried again.`, { code });
      resting.set(id, clock.now() + restMs);
    } finally {
      underWay.delete(id);
      wake();
    }
  }

  async function look(): Promise<void> {
    const now = clock.now();
    // One that rests longer than that has its time from a clock that was set back since.
    for (const [id, until] of resting) if (until <= now || until > now + restMs) resting.delete(id);
    // What is under way wakes the lane again when it ends.
    if (underWay.size >= width) return;
    const items = await options.due(now, width + underWay.size + resting.size);
    for (const item of items) {
      const id = options.idOf(item);
      if (isStopped || underWay.size >= width) break;
      if (underWay.has(id) || resting.has(id)) continue;
      underWay.set(id, doOne(item, id));
    }
  }

  function wake(): void {
    if (isStopped) return;
    isWoken = true;
    looking ??= (async () => {
      while (isWoken && !isStopped) {
        isWoken = false;
        await look().catch((thrown: unknown) => {
          const code = isFlowError(thrown) ? thrown.code : "internal_error";
          logger.error(`${options.name}: due work could not be read.`, { code });
        });
      }
      looking = null;
    })();
  }

  function tick(): void {
    cancelTick = clock.after(tickMs, () => {
      wake();
      if (!isStopped) tick();
    });
  }

  tick();
  return {
    wake,
    async stop() {
      isStopped = true;
      cancelTick();
      await looking;
      await Promise.allSettled(underWay.values());
    },
  };
}
