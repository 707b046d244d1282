import { describe, expect, it } from "@jest/globals";
import { countQuietSweeps, loseWebhooks } from "./reconcile-scenes.ts";

/** The same scenes as in reconcile.test.ts, at the size of a busy shop: `npm run test:reconcile`. */
describe("a busy shop", () => {
  it("pays at most five calls for a sweep with nothing new, with 100,000 open links and 10,000 payments a day", async () => {
    const { first, quiet } = await countQuietSweeps(100_000, 10_000);
    expect(Math.max(...quiet)).toBeLessThanOrEqual(5);
    expect(first).toBeLessThanOrEqual(600);
  }, 1_800_000);

  it.each(["documented", "hostile"] as const)(
    "hears of each of 10,000 payments once while three webhooks in ten are lost (%s)",
    async (profile) => {
      const { paid, told, eventIds } = await loseWebhooks(profile, 10_000);
      expect(paid).toHaveLength(10_000);
      expect(told).toEqual(paid);
      expect(new Set(eventIds).size).toBe(eventIds.length);
    },
    1_800_000,
  );
});
