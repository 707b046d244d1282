import type { Clock } from "../../src/runtime/clock.ts";

export interface ManualClock extends Clock {
  /** Lets time pass, calling back what falls due on the way, and lets everything that follows from it happen. */
  advance(ms: number): Promise<void>;
  /** How many callbacks wait. */
  waiting(): number;
}

/** Lets all that can happen now happen; no time passes. */
export const settleAll = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock that only moves when told to. */
export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  const next = (untilMs: number) =>
    [...timers].filter(({ atMs }) => atMs <= untilMs).sort((left, right) => left.atMs - right.atMs)[0];
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    waiting: () => timers.size,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settleAll();
      for (let timer = next(untilMs); timer; timer = next(untilMs)) {
        timers.delete(timer);
        nowMs = timer.atMs;
        timer.callback();
        await settleAll();
      }
      nowMs = untilMs;
    },
  };
}
