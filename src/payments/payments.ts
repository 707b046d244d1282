import { environmentOf } from "../accounts.ts";
import type { GatewayOptions } from "../client/gateway.ts";
import type { Clock } from "../runtime/clock.ts";
import type { HandlerRequest, HandlerResponse, Host } from "../runtime/host.ts";
import type { NodeContext } from "../runtime/node-context.ts";
import type { Validator } from "../runtime/validation.ts";
import type { RequestRow } from "../store/rows.ts";
import { createLinkCloser } from "./close-link.ts";
import { createConfirmer } from "./confirm.ts";
import { type Deliveries, startDeliveries } from "./deliveries.ts";
import { createGatewayWatch, type GatewayRecord } from "./gateway-watch.ts";
import { createGatewayTime } from "./gateway-time.ts";
import { type Forgetting, startForgetting } from "./forget.ts";
import { createHintWork } from "./hints.ts";
import { createKeyQueue } from "./key-queue.ts";
import { startLane } from "./lane.ts";
import { createLinks, type Run } from "./links.ts";
import { createListPayments } from "./payment-list.ts";
import { createPaymentReads } from "./payment-reads.ts";
import { createReadBudgets } from "./read-budget.ts";
import { createReconcileWork } from "./reconcile.ts";
import { createRefundBook } from "./refund-book.ts";
import { createRefundReads } from "./refund-reads.ts";
import { createRefunds } from "./refunds.ts";
import { createResolveRefund, type ResolveRefund } from "./resolve-refund.ts";
import { createReturnReads } from "./return-reads.ts";
import { createSaltAlarm, type SaltAlarm } from "./salt-alarm.ts";
import { createSessions, type Sessions, sessionsInLane } from "./sessions.ts";
import { createSettler } from "./settle.ts";
import { createQuarantine, type Quarantine } from "./quarantine.ts";
import { createFindings } from "./quarantine-findings.ts";
import { createSweep } from "./sweep.ts";
import { startSweepLane } from "./sweep-lane.ts";
import { createWatchWork } from "./sweep-watch.ts";
import { createLinkSwitch } from "./switch-link.ts";
import { openTakers, type Takers } from "./takers.ts";
import { createTokenBook } from "./token-book.ts";
import { watchDamage } from "./watch-damage.ts";
import { createWaits, type Waits } from "./waits.ts";
import { createReceiver } from "./webhook.ts";

/** How long closing waits for calls that are under way. */
const closeMs = 10_000;

/** The life of payments for one host: what nodes call, what comes in, and what goes on by itself. */
export interface Payments {
  readonly sessions: Sessions;
  readonly takers: Takers;
  /** Places where runs wait for their payment. */
  readonly waits: Pick<Waits, "attend" | "forgetOthers">;
  /** The services of one run. */
  context(run: Run): NodeContext;
  receive(request: HandlerRequest): Promise<HandlerResponse>;
  /** What a person decides about payments that contradict or are not confirmed. */
  readonly quarantine: Quarantine;
  readonly forget: Forgetting["forget"];
  /** Whether the private salt of an account looks wrong. */
  readonly saltAlarm: Pick<SaltAlarm, "looksWrong">;
  readonly deliveries: Pick<Deliveries, "wake" | "redeliver">;
  readonly resolveRefund: ResolveRefund;
  /** How the calls of an account went lately. */
  gatewayRecord(account: string): GatewayRecord;
  close(): Promise<void>;
}

export interface PaymentsOptions {
  readonly host: Host;
  readonly validator: Validator;
  readonly clock: Clock;
  readonly gatewayOptions: () => GatewayOptions;
}

export async function startPayments({ host, validator, clock, gatewayOptions }: PaymentsOptions): Promise<Payments> {
  const { store, logger, metrics } = host;
  metrics?.gauge("openLinks", () => store.countOpenLinks());
  const queue = createKeyQueue();
  const takers = await openTakers(store);
  const watch = createGatewayWatch(clock);
  const gatewayTime = createGatewayTime(clock);
  const tokens = createTokenBook({ store, clock });
  const allSessions = createSessions({ host, validator, gatewayOptions, gatewayTime, watch, onAccount: tokens.isNow });
  const budgets = createReadBudgets(host.readLimits ?? {}, clock, metrics);
  const sessions = sessionsInLane(allSessions, budgets, "node");
  const watching = sessionsInLane(allSessions, budgets, "link");
  const hinted = sessionsInLane(allSessions, budgets, "hint");
  const settler = createSettler({ store, takers, clock, metrics, onEvent: () => deliveries.wake() });
  const links = createLinks({ host, store, settler, clock, queue, gatewayTime });
  const findings = createFindings({ store, clock, logger, metrics });
  const confirmer = createConfirmer({ store, links, settler, clock, findings });
  const closer = createLinkCloser({ store, confirmer, settler, gatewayTime });
  const linkSwitch = createLinkSwitch({ store, closer, settler, gatewayTime, clock });
  const book = createRefundBook({ store, settler, confirmer, clock });
  const refunds = createRefunds({ store, book, clock, queue });
  const reads = createPaymentReads({ store, clock });
  const refundReads = createRefundReads({ store, book, clock });
  const listPayments = createListPayments({ store, clock });
  const waits = createWaits({ host, store, takers, links, onPlaces: () => deliveries.wake() });
  const reconcile = createReconcileWork({
    store,
    onRefused: (request) => waits.staysOpen(request.tag),
    sessions: watching,
    gatewayTime,
    confirmer,
    book,
    settler,
    clock,
    logger,
  });

  const deliveries = startDeliveries({ store, takers, clock, logger, metrics });
  const messages = startLane({
    name: "confirm",
    due: store.dueMessages,
    idOf: (message) => message.id,
    work: createHintWork({ store, sessions: hinted, confirmer, clock, logger, metrics }),
    width: 8,
    clock,
    logger,
  });
  const requests = startLane({
    name: "read links",
    due: dueLinks,
    idOf: (request) => request.tag,
    work: reconcile.request,
    width: 4,
    clock,
    logger,
  });
  const watched = startLane({
    name: "read payments",
    due: store.watchedPayments,
    idOf: (payment) => `${payment.account} ${payment.environment} ${payment.paymentId}`,
    work: createWatchWork({ store, sessions: watching, confirmer, clock, logger }),
    width: 4,
    clock,
    logger,
  });
  const sweep = createSweep({
    store,
    links,
    clock,
    gatewayTime,
    logger,
    onNews: () => [requests, watched].map((lane) => lane.wake()),
  });
  const sweeps = startSweepLane({ host, store, sessions: watching, sweep, clock, logger });
  metrics?.gauge("sweepLagSeconds", async () =>
    [...sweeps.lagsMs()].map(([account, ms]) => ({ labels: { account }, value: ms / 1000 })),
  );
  const cases = startLane({
    name: "follow refunds",
    due: store.dueRefunds,
    idOf: (refund) => `${refund.account} ${refund.environment} ${refund.transactionId}`,
    work: reconcile.refund,
    width: 2,
    clock,
    logger,
  });

  /** Links to be read by themselves: their times are the gateway's, so each account has its own now. */
  async function dueLinks(_now: number, limit: number): Promise<readonly RequestRow[]> {
    const due = host.accounts().map(({ name, baseUrl }) => {
      const account = { account: name, environment: environmentOf(baseUrl) };
      return store.dueRequests(account, gatewayTime.now(name), limit);
    });
    return (await Promise.all(due)).flat();
  }

  const confirmReturn = createReturnReads({ store, sessions: hinted, confirmer, clock });
  const saltAlarm = createSaltAlarm();
  const quarantine = createQuarantine({
    store,
    sessions,
    confirmer,
    clock,
    queue,
    onDue: () => messages.wake(),
  });

  const forgetting = startForgetting({ store, clock, logger, retentionDays: host.retentionDays });
  const stopWatching = watchDamage({ store, clock, logger });

  /** Waits for what is under way, but not for a gateway that does not answer: the ledger knows how to go on. */
  async function ended(work: Promise<unknown>): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    // Keeps the process alive, so that the ledger is closed before it ends.
    const timeout = new Promise<void>((resolve) => {
      late = setTimeout(resolve, closeMs);
    });
    await Promise.race([work, timeout]).finally(() => clearTimeout(late));
  }

  return {
    sessions,
    takers,
    waits,
    quarantine,
    forget: forgetting.forget,
    context: (run) => ({
      waits: {
        create: (input) => waits.create(run, input).finally(() => sweeps.replan(run.session.account.name)),
      },
      links: {
        create: (input) => links.create(run, input).finally(() => sweeps.replan(run.session.account.name)),
        disable: (input) => linkSwitch.disable(run.session, input),
        enable: (input) => linkSwitch.enable(run.session, input),
      },
      refunds: {
        create: (input) => refunds.create(run, input),
        status: (input) => refundReads.status(run.session, input),
      },
      payments: {
        status: (input) => reads.status(run.session, input),
        list: (input) => listPayments(run.session, input),
      },
    }),
    receive: createReceiver({ host, clock, onMessage: () => messages.wake(), confirmReturn, saltAlarm, tokens }),
    saltAlarm,
    deliveries,
    resolveRefund: createResolveRefund({ store, book, clock }),
    gatewayRecord: watch.recordOf,
    async close() {
      stopWatching();
      await forgetting.stop();
      const lanes = [messages, requests, watched, sweeps, cases];
      await ended(Promise.all([sessions.close(), queue.idle(), ...lanes.map((lane) => lane.stop())]));
      await ended(deliveries.stop());
      await store.close();
    },
  };
}
