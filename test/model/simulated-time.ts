import type { Clock } from "../../src/runtime/clock.ts";

/** One clock for the gateway and for every life of the plugin; it moves only when told to, or when all wait for it. */
export interface SimulatedTime {
  now(): number;
  /** The clock of one life; nothing calls back once `isOver` says so. */
  clock(isOver: () => boolean): Clock;
  /** Calls back at a time, whoever is alive then. */
  at(time: number, callback: () => void): void;
  /** Lets a time pass at one go: what falls due on the way is called back once, late. */
  leap(ms: number): void;
  /** Lets all that follows happen, no time passing; `progress` grows with everything that happens. */
  settle(progress: () => number): Promise<void>;
  /** Lets time pass until the promise has settled or `isOver` says that nobody waits for it any more. */
  drive<T>(promise: Promise<T>, isOver: () => boolean): Promise<T | null>;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly isOver: () => boolean;
}

/** After so many turns of the event loop in which nothing happened, nothing will. */
const quietTurns = 6;
const mostSteps = 5_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function simulatedTime(start: number): SimulatedTime {
  let now = start;
  const timers = new Set<Timer>();

  function fire(until: number): void {
    const due = [...timers].filter(({ at }) => at <= until).sort((left, right) => left.at - right.at);
    for (const timer of due) timers.delete(timer);
    for (const { callback, isOver } of due) if (!isOver()) callback();
  }

  return {
    now: () => now,
    clock: (isOver) => ({
      now: () => now,
      after(delayMs, callback) {
        const timer = { at: now + Math.ceil(delayMs), callback, isOver };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    }),
    at: (time, callback) => void timers.add({ at: time, callback, isOver: () => false }),
    leap(ms) {
      now += ms;
      fire(now);
    },
    async settle(progress) {
      let last = progress();
      for (let quiet = 0; quiet < quietTurns; quiet += 1) {
        await turn();
        if (progress() !== last) quiet = 0;
        last = progress();
      }
    },
    async drive(promise, isOver) {
      let outcome: { readonly value: unknown } | { readonly fault: unknown } | undefined;
      promise.then(
        (value) => {
          outcome = { value };
        },
        (fault: unknown) => {
          outcome = { fault };
        },
      );
      for (let step = 0; step < mostSteps; step += 1) {
        for (let turns = 0; turns < 40 && !outcome && !isOver(); turns += 1) await turn();
        if (outcome) {
          if ("fault" in outcome) throw outcome.fault;
          return outcome.value as Awaited<typeof promise>;
        }
        if (isOver()) return null;
        const next = Math.min(...[...timers].map(({ at }) => at));
        if (!Number.isFinite(next)) throw new Error("Everything waits and nothing is due.");
        now = Math.max(now, next);
        fire(now);
      }
      throw new Error("It never ended.");
    },
  };
}
