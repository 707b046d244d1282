import { environmentOf } from "../accounts.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Host } from "../runtime/host.ts";
import type { RequestRow } from "../store/rows.ts";
import type { Confirmer } from "./confirm.ts";
import type { GatewayTime } from "./gateway-time.ts";
import { createHintWork } from "./hints.ts";
import { type Lane, type LaneOptions, restingLane, startLane } from "./lane.ts";
import type { Links } from "./links.ts";
import { createReconcileWork } from "./reconcile.ts";
import type { RefundBook } from "./refund-book.ts";
import type { Sessions } from "./sessions.ts";
import type { Settler } from "./settle.ts";
import { createSweep } from "./sweep.ts";
import { restingSweeps, startSweepLane } from "./sweep-lane.ts";
import { createWatchWork } from "./sweep-watch.ts";

export interface StandingWorkOptions {
  readonly host: Pick<Host, "accounts" | "store" | "logger" | "metrics" | "coordination" | "role">;
  /** For what is read because somebody hinted at it. */
  readonly hinted: Sessions;
  /** For what is read because it is ours. */
  readonly watching: Sessions;
  readonly confirmer: Confirmer;
  readonly links: Links;
  readonly book: RefundBook;
  readonly settler: Settler;
  readonly gatewayTime: GatewayTime;
  readonly clock: Clock;
  /** Called when the gateway would not close a link whose time is up. */
  readonly onRefused: (request: RequestRow) => Promise<void>;
}

/** What is read of the gateway by itself: messages, links, payments, lists, refund cases. */
export interface StandingWork {
  /** A message was recorded. */
  confirm(): void;
  /** A link was asked for with this account. */
  replan(account: string): void;
  /** Something was stored that may change what is to be read, and when. */
  reconcile(): void;
  stop(): Promise<unknown>;
}

/** Starts it all; a receiver leaves it to others. */
export function startStandingWork(options: StandingWorkOptions): StandingWork {
  const { host, hinted, watching, confirmer, links, gatewayTime, clock } = options;
  const { store, logger, metrics, coordination } = host;
  const isWorking = host.role !== "receiver";
  const lane = <Item>(given: Omit<LaneOptions<Item>, "clock" | "logger">): Lane =>
    isWorking ? startLane({ ...given, clock, logger }) : restingLane;
  const reconcile = createReconcileWork({ ...options, store, sessions: watching, logger });

  /** Links to be read by themselves: their times are the gateway's, so each account has its own now. */
  async function dueLinks(_now: number, limit: number): Promise<readonly RequestRow[]> {
    const due = host.accounts().map(({ name, baseUrl }) => {
      const account = { account: name, environment: environmentOf(baseUrl) };
      return store.dueRequests(account, gatewayTime.now(name), limit);
    });
    return (await Promise.all(due)).flat();
  }

  const messages = lane({
    name: "confirm",
    due: store.dueMessages,
    idOf: (message) => message.id,
    work: createHintWork({ store, sessions: hinted, confirmer, clock, logger, metrics }),
    width: 8,
  });
  const requests = lane({
    name: "read links",
    due: dueLinks,
    idOf: (request) => request.tag,
    work: reconcile.request,
    width: 4,
  });
  const watched = lane({
    name: "read payments",
    due: store.watchedPayments,
    idOf: (payment) => `${payment.account} ${payment.environment} ${payment.paymentId}`,
    work: createWatchWork({ store, sessions: watching, confirmer, clock, logger }),
    width: 4,
  });
  const cases = lane({
    name: "follow refunds",
    due: store.dueRefunds,
    idOf: (refund) => `${refund.account} ${refund.environment} ${refund.transactionId}`,
    work: reconcile.refund,
    width: 2,
  });
  const onNews = () => [requests, watched].map((one) => one.wake());
  const sweep = createSweep({ store, links, clock, gatewayTime, logger, onNews });
  const isChosen = coordination && ((account: string) => coordination.isChosen(`sweep ${account}`));
  const sweeps = isWorking
    ? startSweepLane({ host, store, sessions: watching, sweep, isChosen, clock, logger })
    : restingSweeps;
  metrics?.gauge("sweepLagSeconds", async () =>
    [...sweeps.lagsMs()].map(([account, ms]) => ({ labels: { account }, value: ms / 1000 })),
  );

  return {
    confirm: () => messages.wake(),
    replan: (account) => sweeps.replan(account),
    reconcile() {
      for (const { name } of host.accounts()) sweeps.replan(name);
      for (const one of [requests, watched, cases]) one.wake();
    },
    stop: () => Promise.all([messages, requests, watched, sweeps, cases].map((one) => one.stop())),
  };
}
