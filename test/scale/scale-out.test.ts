import { describe, expect, it } from "@jest/globals";
import { judgeScaleOut } from "./judge-scale-out.ts";
import { runScaleOut } from "./scale-out-run.ts";

describe("two receivers and two workers on one PostgreSQL", () => {
  it("lose nothing and double nothing while a receiver, a worker and the database are killed", async () => {
    const result = await runScaleOut({ links: 250, paymentsPerLink: 2, copies: 4, withinMs: 120_000 });
    judgeScaleOut(result);
    expect(result.answered.size).toBe(500);
    // One token for four processes, and for those that were started again.
    expect(result.tokenCalls).toBe(1);
  }, 240_000);
});
