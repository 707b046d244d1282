import { expect, it } from "@jest/globals";
import { startLane } from "../../src/payments/lane.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { manualClock } from "../helpers/manual-clock.ts";

it("work that failed does not rest for a day when the clock is set back by one", async () => {
  const clock = manualClock(0);
  let shiftMs = 0;
  let tries = 0;
  const lane = startLane({
    name: "test",
    due: async () => ["one"],
    idOf: (item) => item,
    work: async () => {
      tries += 1;
      throw new Error("not yet");
    },
    width: 1,
    clock: { ...clock, now: () => clock.now() + shiftMs },
    logger: silentLogger,
  });
  await clock.advance(1_000);
  expect(tries).toBe(1);
  await clock.advance(3_000);
  expect(tries).toBe(1);
  shiftMs = -86_400_000;
  await clock.advance(6_000);
  expect(tries).toBeGreaterThanOrEqual(2);
  expect(tries).toBeLessThanOrEqual(3);
  await lane.stop();
});
