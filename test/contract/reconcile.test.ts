import { describe, expect, it } from "@jest/globals";
import type { SimulatorProfile } from "../../src/simulator/index.ts";
import { countQuietSweeps, loseWebhooks } from "./reconcile-scenes.ts";

describe("webhooks of which three in ten are lost", () => {
  it.each<[SimulatorProfile, number]>([
    ["documented", 300],
    ["kind", 40],
    // More than fit on one page, so that pages shift.
    ["hostile", 500],
  ])(
    "lose no payment and double none (%s)",
    async (profile, count) => {
      const { paid, told, eventIds } = await loseWebhooks(profile, count);
      expect(paid).toHaveLength(count);
      expect(told).toEqual(paid);
      expect(new Set(eventIds).size).toBe(eventIds.length);
    },
    90_000,
  );
});

describe("a sweep that finds nothing new", () => {
  it("costs at most five calls, with the hourly look at the last day going on", async () => {
    const { quiet } = await countQuietSweeps(1_500, 800);
    expect(Math.max(...quiet)).toBeLessThanOrEqual(5);
    expect(Math.min(...quiet)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...quiet)).toBeGreaterThan(2);
  }, 120_000);
});
