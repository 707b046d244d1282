import { describe, expect, it } from "@jest/globals";
import { judgeScaleOut } from "./judge-scale-out.ts";
import { runScaleOut } from "./scale-out-run.ts";

describe("two receivers and two workers on one PostgreSQL, 20,000 messages", () => {
  it("lose nothing and double nothing while a receiver, a worker and the database are killed", async () => {
    const result = await runScaleOut({ links: 2_500, paymentsPerLink: 2, copies: 4, withinMs: 300_000 });
    judgeScaleOut(result);
    expect(result.answered.size).toBe(5_000);
    // One token for four processes, and for those that were started again.
    expect(result.tokenCalls).toBe(1);
  }, 900_000);
});
