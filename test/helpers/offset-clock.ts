import { type Clock, systemClock } from "../../src/runtime/clock.ts";

/** How much faster than real time `now` runs, so that tests wait little for reads that are due every two seconds. */
const fast = 10;

/** Time that runs fast, with a push: `advance` makes everything that is due by then due now. Timers take real time. */
export function offsetClock(rate = fast): Clock & { advance(ms: number): void } {
  const start = Date.now();
  let offset = 0;
  return {
    now: () => start + (Date.now() - start) * rate + offset,
    after: systemClock.after,
    advance(ms) {
      offset += ms;
    },
  };
}
