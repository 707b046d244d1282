import { describe, expect, it } from "@jest/globals";
import type { Gateway } from "../../src/client/gateway.ts";
import { createReadBudget, createReadBudgets } from "../../src/payments/read-budget.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { LaneBudget } from "../../src/runtime/read-limits.ts";
import { payment } from "../helpers/client-fakes.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";

const limits: LaneBudget = { perSecond: 10, burst: 2, parallel: 100, waiting: 3, patienceMs: 1_000 };
const never = () => new Promise<never>(() => {});
const code = (thrown: unknown) => (thrown as FlowError).code;

function start(changes: Partial<LaneBudget> = {}, failureCost?: number) {
  const clock = manualClock(1_000_000);
  const budget = createReadBudget({ ...limits, ...changes }, clock, { failureCost });
  const begun: number[] = [];
  const ended: string[] = [];
  const read = (work: () => Promise<unknown> = async () => {}) =>
    budget
      .run(() => {
        begun.push(clock.now() - 1_000_000);
        return work();
      })
      .then(
        () => ended.push("done"),
        (thrown: unknown) => ended.push(code(thrown)),
      );
  return { clock, begun, ended, read };
}

describe("the budget of a lane", () => {
  it("lets a burst begin at once and the rest at its pace, first come first served", async () => {
    const { clock, begun, ended, read } = start();
    for (let index = 0; index < 5; index += 1) void read();
    await settleAll();
    expect(begun).toEqual([0, 0]);
    await clock.advance(300);
    expect(begun).toEqual([0, 0, 100, 200, 300]);
    expect(ended).toHaveLength(5);
  });

  it("refuses at once what finds no room to wait, and later what waited too long", async () => {
    const { clock, ended, read } = start({ perSecond: 1, burst: 1 });
    for (let index = 0; index < 5; index += 1) void read();
    await settleAll();
    expect(ended.toSorted()).toEqual(["done", "rate_limited"]);
    await clock.advance(1_000);
    expect(ended.filter((end) => end === "done")).toHaveLength(2);
    expect(ended.filter((end) => end === "rate_limited")).toHaveLength(3);
    expect(clock.waiting()).toBe(0);
  });

  it("says that nothing was applied and that it may be tried again", async () => {
    const { clock } = start();
    const budget = createReadBudget({ ...limits, burst: 1, waiting: 0 }, clock);
    void budget.run(never);
    const refused = await budget.run(never).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: "rate_limited", outcome: "not-applied", retryable: true });
  });

  it("has no more reads under way than it may", async () => {
    const { begun, read, clock } = start({ parallel: 1, burst: 50, patienceMs: 60_000 });
    let end = () => {};
    void read(() => new Promise<void>((resolve) => (end = resolve)));
    void read();
    await clock.advance(10_000);
    expect(begun).toEqual([0]);
    end();
    await clock.advance(1);
    expect(begun).toHaveLength(2);
  });

  it("charges a failed read what it is told to", async () => {
    const fail = async () => {
      throw new FlowError("not_found", "no");
    };
    const { clock, begun, read } = start({ burst: 10, waiting: 50, patienceMs: 60_000 }, 10);
    await read(fail);
    void read();
    await clock.advance(10_000);
    expect(begun).toEqual([0, 100]);
  });

  it("is not stopped by a clock that is set back", async () => {
    const clock = { ...manualClock(1_000_000), now: () => at };
    let at = 1_000_000;
    const budget = createReadBudget({ ...limits, burst: 1 }, clock);
    await budget.run(async () => {});
    at = 0;
    const waiting = budget.run(async () => "read");
    await settleAll();
    at = 100;
    await clock.advance(100);
    expect(await waiting).toBe("read");
  });
});

describe("the lanes of an account", () => {
  const gateway = { getPayment: async () => payment, disablePaymentRequest: async () => {} } as unknown as Gateway;

  it("do not share a budget, and neither do accounts", async () => {
    const one = { perSecond: 1, burst: 1, waiting: 0 };
    const budgets = createReadBudgets({ hint: one, link: one, node: one }, manualClock());
    const lanes = [
      budgets.gateway("shop", "hint", gateway),
      budgets.gateway("shop", "link", gateway),
      budgets.gateway("shop", "node", gateway),
      budgets.gateway("store", "hint", { ...gateway }),
    ];
    for (const lane of lanes) expect(await lane.getPayment(payment.id)).toBe(payment);
    for (const lane of lanes) await expect(lane.getPayment(payment.id)).rejects.toMatchObject({ code: "rate_limited" });
    expect(budgets.gateway("shop", "hint", gateway)).toBe(lanes[0]);
  });

  it("hold up nothing that changes something", async () => {
    const budgets = createReadBudgets({ node: { perSecond: 1, burst: 0, waiting: 0 } }, manualClock());
    const node = budgets.gateway("shop", "node", gateway);
    await expect(node.getPayment(payment.id)).rejects.toMatchObject({ code: "rate_limited" });
    await expect(node.disablePaymentRequest("x")).resolves.toBeUndefined();
  });
});
