import { sleep } from "n8n-workflow";
import type { Clock } from "../../runtime/clock.ts";

/** Time in n8n, whose nodes may not use timers of their own. */
export const n8nClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    let isWanted = true;
    void sleep(delayMs).then(() => {
      if (isWanted) callback();
    });
    return () => {
      isWanted = false;
    };
  },
};
