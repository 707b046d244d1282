import type { GatewayOptions } from "../client/gateway.ts";
import type { Clock } from "../runtime/clock.ts";
import type { HandlerRequest, HandlerResponse, Host } from "../runtime/host.ts";
import type { NodeContext } from "../runtime/node-context.ts";
import type { Validator } from "../runtime/validation.ts";
import { createLinkCloser } from "./close-link.ts";
import { createConfirmer } from "./confirm.ts";
import { type Deliveries, startDeliveries } from "./deliveries.ts";
import { createGatewayWatch, type GatewayRecord } from "./gateway-watch.ts";
import { createGatewayTime } from "./gateway-time.ts";
import { type Forgetting, startForgetting } from "./forget.ts";
import { createKeyQueue, createSharedKeyQueue } from "./key-queue.ts";
import { createLinks, type Run } from "./links.ts";
import { createListPayments } from "./payment-list.ts";
import { createPaymentReads } from "./payment-reads.ts";
import { createReadBudgets } from "./read-budget.ts";
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
import { startStandingWork } from "./standing-work.ts";
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
  const { store, logger, metrics, coordination, role = "all" } = host;
  const isWorking = role !== "receiver";
  metrics?.gauge("openLinks", () => store.countOpenLinks());
  const queue = coordination ? createSharedKeyQueue(coordination) : createKeyQueue();
  const takers = await openTakers(store);
  const watch = createGatewayWatch(clock);
  const gatewayTime = createGatewayTime(clock);
  const tokens = createTokenBook({ store, clock });
  const allSessions = createSessions({
    host,
    validator,
    gatewayOptions,
    clock,
    gatewayTime,
    watch,
    onAccount: tokens.isNow,
    coordination,
  });
  const budgets = createReadBudgets(host.readLimits ?? {}, clock, { metrics, coordination });
  const sessions = sessionsInLane(allSessions, budgets, "node");
  const watching = sessionsInLane(allSessions, budgets, "link");
  const hinted = sessionsInLane(allSessions, budgets, "hint");
  const settler = createSettler({ store, takers, clock, metrics, queue, onEvent: () => deliveries.wake() });
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
  const deliveries = startDeliveries({ store, takers, clock, logger, metrics, isResting: !isWorking });
  const standing = startStandingWork({
    host,
    hinted,
    watching,
    confirmer,
    links,
    book,
    settler,
    gatewayTime,
    clock,
    onRefused: (request) => waits.staysOpen(request.tag),
  });
  const confirmReturn = createReturnReads({ store, sessions: hinted, confirmer, clock });
  const saltAlarm = createSaltAlarm();
  const quarantine = createQuarantine({
    store,
    sessions,
    confirmer,
    clock,
    queue,
    onDue: standing.confirm,
  });

  const forgetting = startForgetting({
    store,
    clock,
    logger,
    retentionDays: host.retentionDays,
    isChosen: isWorking ? coordination && (() => coordination.isChosen("forget")) : async () => false,
  });
  const stopWatching = watchDamage({ store, clock, logger });

  // Another process stored something to do.
  const wakes = { confirm: standing.confirm, deliver: deliveries.wake, reconcile: standing.reconcile };
  if (isWorking) await coordination?.listen((kind) => wakes[kind]());

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
        create: (input) => waits.create(run, input).finally(() => standing.replan(run.session.account.name)),
      },
      links: {
        create: (input) => links.create(run, input).finally(() => standing.replan(run.session.account.name)),
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
    receive: createReceiver({ host, clock, onMessage: standing.confirm, confirmReturn, saltAlarm, tokens }),
    saltAlarm,
    deliveries,
    resolveRefund: createResolveRefund({ store, book, clock }),
    gatewayRecord: watch.recordOf,
    async close() {
      stopWatching();
      await forgetting.stop();
      await ended(Promise.all([sessions.close(), queue.idle(), standing.stop()]));
      await ended(deliveries.stop());
      await coordination?.close();
      await store.close();
    },
  };
}
