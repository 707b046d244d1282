import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Host } from "../runtime/host.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Store } from "../store/store.ts";
import { environmentOf } from "../accounts.ts";
import { type Lane, restingLane, startLane } from "./lane.ts";
import { sweepPauseMs } from "./read-schedule.ts";
import type { Sessions } from "./sessions.ts";
import type { Sweep } from "./sweep.ts";

export interface SweepLaneOptions {
  readonly host: Pick<Host, "accounts">;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly sweep: Sweep;
  /** Whether the lists of an account fall to this process; always unless given. */
  readonly isChosen?: ((account: string) => Promise<boolean>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The sweeps of all accounts, each at its own pace. */
export interface SweepLane extends Lane {
  /** A link was asked for with this account: the pace may have changed. */
  replan(account: string): void;
  /** By account, how many milliseconds ago its lists were last read through; since the start where they never were. */
  lagsMs(): ReadonlyMap<string, number>;
}

/** How many of the newest links decide about the pace. */
const newest = 300;
/** Due times are met at the next tick of the lane; so much earlier, the pace is kept on average. */
const tickSlackMs = 250;
const longestPauseMs = 300_000;
/** After a failed sweep, doubled with each more, but never past the pace of the account: buyers wait for what it finds. */
const shortestRetryMs = 5_000;
/** How often it is looked whether the process that reads the lists of an account has ended. */
const notChosenMs = 2_000;

interface Plan {
  startedAt: number;
  nextAt: number;
  failures: number;
  succeededAt: number;
}

/** For a process that leaves the sweeps to others. */
export const restingSweeps: SweepLane = { ...restingLane, replan() {}, lagsMs: () => new Map() };

export function startSweepLane(options: SweepLaneOptions): SweepLane {
  const { host, store, sessions, sweep, isChosen = async () => true, clock, logger } = options;
  const chosen = new Set<string>();
  const plans = new Map<string, Plan>();
  const changed = new Set<string>();
  const names = () => host.accounts().map((account) => account.name);

  function planOf(name: string): Plan {
    const now = clock.now();
    const plan = plans.get(name) ?? { startedAt: now, nextAt: now, failures: 0, succeededAt: now };
    plans.set(name, plan);
    return plan;
  }

  async function pauseOf(name: string): Promise<number> {
    const account = host.accounts().find((candidate) => candidate.name === name);
    if (!account) return longestPauseMs;
    const of = { account: name, environment: environmentOf(account.baseUrl) };
    return sweepPauseMs((await store.latestRequests(of, newest)).latest, clock.now()) - tickSlackMs;
  }

  async function due(now: number): Promise<readonly string[]> {
    for (const name of [...changed]) {
      changed.delete(name);
      const plan = planOf(name);
      plan.nextAt = Math.min(plan.nextAt, plan.startedAt + (await pauseOf(name)));
    }
    // A clock that was set back must not stop the sweep.
    const ripe = names().filter((name) => planOf(name).nextAt <= now || planOf(name).startedAt > now);
    return (await Promise.all(ripe.map(async (name) => ((await isMine(name)) ? [name] : [])))).flat();
  }

  async function isMine(name: string): Promise<boolean> {
    const plan = planOf(name);
    const now = clock.now();
    if (await isChosen(name)) {
      // The lag is counted from when the task fell to this process.
      if (!chosen.has(name)) plan.succeededAt = now;
      chosen.add(name);
      return true;
    }
    chosen.delete(name);
    plan.startedAt = now;
    plan.nextAt = now + notChosenMs;
    return false;
  }

  async function work(name: string): Promise<void> {
    const plan = planOf(name);
    plan.startedAt = clock.now();
    try {
      await sweep.run(await sessions.open(name));
      plan.failures = 0;
      plan.succeededAt = clock.now();
      plan.nextAt = plan.startedAt + (await pauseOf(name));
    } catch (thrown) {
      const longestRetryMs = Math.max(shortestRetryMs, await pauseOf(name));
      plan.nextAt = plan.startedAt + Math.min(shortestRetryMs * 2 ** plan.failures, longestRetryMs);
      plan.failures += 1;
      if (!isFlowError(thrown)) throw thrown;
      logger.info("The lists of Instamojo could not be read; they are read again.", {
        account: name,
        code: thrown.code,
        attempt: plan.failures,
      });
    }
  }

  const lane = startLane({ name: "sweep", due, idOf: (name) => name, work, width: 5, clock, logger });
  lane.wake();
  return {
    ...lane,
    replan(account) {
      changed.add(account);
      lane.wake();
    },
    lagsMs: () =>
      new Map(
        names()
          .filter((name) => chosen.has(name))
          .map((name) => [name, Math.max(0, clock.now() - planOf(name).succeededAt)]),
      ),
  };
}
