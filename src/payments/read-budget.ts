import type { Gateway } from "../client/gateway.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Coordination } from "../runtime/coordination.ts";
import { FlowError } from "../runtime/errors.ts";
import type { LaneBudget, ReadLane, ReadLimits } from "../runtime/read-limits.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** Enough for 50 payments a second told by webhook, each confirmed by two reads. */
export const defaultReadLimits: Readonly<Record<ReadLane, LaneBudget>> = {
  node: { perSecond: 50, burst: 200, parallel: 16, waiting: 1000, patienceMs: 5_000 },
  link: { perSecond: 50, burst: 100, parallel: 8, waiting: 1000, patienceMs: 30_000 },
  hint: { perSecond: 120, burst: 240, parallel: 8, waiting: 100, patienceMs: 2_000 },
};

/** What a hint costs that led to nothing: so a flood of invented payments is asked about slowly, and real ones fast. */
const uselessHintCost = 10;

/** Lets reads begin as a lane's budget allows. Each lane has its own, so that none can starve another. */
export interface ReadBudget {
  /**
   * Runs a read when its turn has come.
   * @throws {FlowError} `rate_limited` when there is no turn for it in time
   */
  run<T>(read: () => Promise<T>): Promise<T>;
}

export interface BudgetOptions {
  /** What a failed read costs, in turns. */
  readonly failureCost?: number;
  readonly onWait?: () => void;
  /** Takes turns out of a bucket that all processes share, in place of one here. */
  readonly takeTurns?: ((wanted: number) => Promise<number>) | undefined;
}

/** Turns are fetched for so long ahead, in seconds: seldom enough for the database, and little is lost by who ends. */
const aheadSeconds = 0.1;

/** A token bucket with a bounded queue before it and a bounded number of reads behind it. */
export function createReadBudget(
  { perSecond, burst, parallel, waiting, patienceMs }: LaneBudget,
  clock: Clock,
  { failureCost = 1, onWait = () => {}, takeTurns }: BudgetOptions = {},
): ReadBudget {
  const queue = new Set<() => void>();
  // Turns that are shared are asked for when there is something to read.
  let level = takeTurns ? 0 : burst;
  let isAsking = false;
  let filledAt = clock.now();
  let underWay = 0;
  let cancelTimer: (() => void) | null = null;

  function fill(): void {
    if (takeTurns) return;
    const now = clock.now();
    level = Math.min(burst, level + (Math.max(0, now - filledAt) / 1000) * perSecond);
    filledAt = now;
  }

  function take(): boolean {
    fill();
    if (underWay >= parallel || level < 1) return false;
    level -= 1;
    underWay += 1;
    return true;
  }

  function serve(): void {
    for (const start of queue) {
      if (!take()) break;
      queue.delete(start);
      start();
    }
    if (queue.size === 0) {
      cancelTimer?.();
      cancelTimer = null;
    }
    if (queue.size === 0 || cancelTimer || underWay >= parallel) return;
    if (takeTurns) ask(takeTurns);
    else serveIn(Math.max(5, Math.ceil(((1 - level) / perSecond) * 1000)));
  }

  function serveIn(pauseMs: number): void {
    cancelTimer = clock.after(pauseMs, () => {
      cancelTimer = null;
      serve();
    });
  }

  function ask(take: NonNullable<BudgetOptions["takeTurns"]>): void {
    if (isAsking) return;
    isAsking = true;
    const wanted = Math.ceil(Math.max(perSecond * aheadSeconds, 1) - Math.min(level, 0));
    void take(Math.min(wanted, burst))
      .catch(() => 0)
      .then((granted) => {
        isAsking = false;
        level += granted;
        if (granted > 0) serve();
        else if (!cancelTimer) serveIn(Math.max(20, 1000 / perSecond));
      });
  }

  function turn(): Promise<void> {
    if (queue.size === 0 && take()) return Promise.resolve();
    onWait();
    if (queue.size >= waiting) return Promise.reject(exhausted());
    return new Promise((resolve, reject) => {
      const cancel = clock.after(patienceMs, () => {
        if (!queue.delete(start)) return;
        reject(exhausted());
        serve();
      });
      const start = () => {
        cancel();
        resolve();
      };
      queue.add(start);
      serve();
    });
  }

  return {
    async run(read) {
      await turn();
      let isUseful = false;
      try {
        const result = await read();
        isUseful = true;
        return result;
      } finally {
        underWay -= 1;
        if (!isUseful) level = Math.max(level - failureCost + 1, -burst);
        serve();
      }
    },
  };
}

function exhausted(): FlowError {
  return new FlowError(
    "rate_limited",
    "So much is being asked of Instamojo for this account that this read had to wait too long.",
  );
}

/** The budgets of all accounts, and gateways that keep to them. */
export interface ReadBudgets {
  /** The gateway for one lane of an account: reads wait for their turn; what changes something does not. */
  gateway(account: string, lane: ReadLane, gateway: Gateway): Gateway;
}

export function createReadBudgets(
  limits: ReadLimits,
  clock: Clock,
  {
    metrics,
    coordination,
  }: { readonly metrics?: Metrics | undefined; readonly coordination?: Coordination | undefined } = {},
): ReadBudgets {
  const budgets = new Map<string, ReadBudget>();
  const wrapped = new WeakMap<Gateway, Map<ReadLane, Gateway>>();

  function budgetOf(account: string, lane: ReadLane): ReadBudget {
    const name = `${lane} ${account}`;
    const limit = { ...defaultReadLimits[lane], ...limits[lane] };
    const onWait = () => metrics?.count("budgetWaits", { account, cause: lane });
    const failureCost = lane === "hint" ? uselessHintCost : 1;
    const takeTurns = coordination && ((wanted: number) => coordination.takeTurns(name, wanted, limit));
    const budget = budgets.get(name) ?? createReadBudget(limit, clock, { failureCost, onWait, takeTurns });
    budgets.set(name, budget);
    return budget;
  }

  return {
    gateway(account, lane, gateway) {
      const lanes = wrapped.get(gateway) ?? new Map<ReadLane, Gateway>();
      wrapped.set(gateway, lanes);
      const known = lanes.get(lane);
      if (known) return known;
      const budget = budgetOf(account, lane);
      const made: Gateway = {
        ...gateway,
        getPaymentRequest: (id) => budget.run(() => gateway.getPaymentRequest(id)),
        listPaymentRequests: (page) => budget.run(() => gateway.listPaymentRequests(page)),
        getPayment: (id) => budget.run(() => gateway.getPayment(id)),
        listPayments: (page) => budget.run(() => gateway.listPayments(page)),
        getRefundCase: (id) => budget.run(() => gateway.getRefundCase(id)),
        listRefunds: (page) => budget.run(() => gateway.listRefunds(page)),
      };
      lanes.set(lane, made);
      return made;
    },
  };
}
