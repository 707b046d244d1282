import { type Clock, systemClock } from "../../src/runtime/clock.ts";

/** Real time with a push: `advance` makes everything that is due by then due now. */
export function offsetClock(): Clock & { advance(ms: number): void } {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    after: systemClock.after,
    advance(ms) {
      offset += ms;
    },
  };
}
