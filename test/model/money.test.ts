import { describe, expect, it } from "@jest/globals";
import { planted } from "./planted.ts";
import { runSequences } from "./sequences.ts";

/**
 * Everything that may happen to money in any order: links, payments, refunds and what goes wrong on the way, judged by
 * the gateway's own books. `npm run test:model` runs many more and says how to repeat a red one.
 */
describe.each(["documented", "hostile"] as const)("whatever happens to money at a %s gateway", (profile) => {
  it("is never charged, refunded or told twice, nor lost, nor told wrongly", async () => {
    expect(await runSequences({ profile, seed: 1, runs: 1_000 })).toBeNull();
  }, 240_000);
});

describe("the judge of money", () => {
  it.each(planted)(
    "sees when $mistake",
    async ({ plant, noticedBy }) => {
      const red = await runSequences({ profile: "documented", seed: 1, runs: 400, faulty: plant });
      expect(red?.report).toMatch(new RegExp(`^${noticedBy}`));
    },
    120_000,
  );
});
