import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "../../src/runtime/logger.ts";
import { startForgetting } from "../../src/payments/forget.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";

const dayMs = 24 * 3_600_000;

/** A ledger that holds personal data of so many requests, all of one age; it notes how many were erased at once. */
function ledgerOf(count: number, ageMs: number, now: number) {
  let left = Array.from({ length: count }, (_, number) => ({
    tag: String(number).padStart(6, "0"),
    lastAt: now - ageMs,
  }));
  const erased: number[] = [];
  let looks = 0;
  return {
    erased,
    left: () => left.length,
    looks: () => looks,
    store: {
      tagsOf: async () => [],
      async personalTags(after: string, limit: number) {
        looks += 1;
        return left.filter(({ tag }) => tag > after).slice(0, limit);
      },
      async erasePersonal(tags: readonly string[]) {
        erased.push(tags.length);
        left = left.filter(({ tag }) => !tags.includes(tag));
      },
      scrub: async () => true,
    },
  };
}

describe("Forgetting what is old", () => {
  it("leaves the ledger to others between the portions of a large backlog", async () => {
    const clock = manualClock();
    const ledger = ledgerOf(1_200, 181 * dayMs, clock.now());
    const forgetting = startForgetting({ store: ledger.store, clock, logger: silentLogger });
    await settleAll();
    expect(ledger.left()).toBeGreaterThan(1_000);
    await clock.advance(10_000);
    await forgetting.stop();
    expect(ledger.left()).toBe(0);
    expect(Math.max(...ledger.erased)).toBeLessThanOrEqual(50);
  });

  it("walks through what is young in portions as well", async () => {
    const clock = manualClock();
    const ledger = ledgerOf(1_200, dayMs, clock.now());
    const forgetting = startForgetting({ store: ledger.store, clock, logger: silentLogger });
    await settleAll();
    expect(ledger.looks()).toBe(1);
    await clock.advance(200);
    await forgetting.stop();
    expect(ledger.looks()).toBe(3);
    expect(ledger.left()).toBe(1_200);
  });

  it("stops in the middle of a backlog, without waiting for its pauses", async () => {
    const clock = manualClock();
    const ledger = ledgerOf(1_200, 181 * dayMs, clock.now());
    const forgetting = startForgetting({ store: ledger.store, clock, logger: silentLogger });
    await settleAll();
    await forgetting.stop();
    expect(ledger.left()).toBeGreaterThan(1_000);
  });
});
