import type { GatewayOptions } from "../client/gateway.ts";
import type { Clock } from "../runtime/clock.ts";
import type { HandlerRequest, HandlerResponse, Host } from "../runtime/host.ts";
import type { NodeContext } from "../runtime/node-context.ts";
import type { Validator } from "../runtime/validation.ts";
import { createConfirmer } from "./confirm.ts";
import { createDeliverWork } from "./deliver.ts";
import { createHintWork } from "./hints.ts";
import { createKeyQueue } from "./key-queue.ts";
import { startLane } from "./lane.ts";
import { createLinks, type Run } from "./links.ts";
import { createPaymentReads } from "./payment-reads.ts";
import { createReconcileWork } from "./reconcile.ts";
import { createRefundBook } from "./refund-book.ts";
import { createRefunds } from "./refunds.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createSettler } from "./settle.ts";
import { openTakers, type Takers } from "./takers.ts";
import { createReceiver } from "./webhook.ts";

/** How long the return page waits for its read. */
const returnPageMs = 3_000;
/** How long closing waits for calls that are under way. */
const closeMs = 10_000;

/** The life of payments for one host: what nodes call, what comes in, and what goes on by itself. */
export interface Payments {
  readonly sessions: Sessions;
  readonly takers: Takers;
  /** The services of one run. */
  context(run: Run): NodeContext;
  receive(request: HandlerRequest): Promise<HandlerResponse>;
  /** Looks for something to deliver now. */
  wakeDelivery(): void;
  close(): Promise<void>;
}

export interface PaymentsOptions {
  readonly host: Host;
  readonly validator: Validator;
  readonly clock: Clock;
  readonly gatewayOptions: () => GatewayOptions;
}

export async function startPayments({ host, validator, clock, gatewayOptions }: PaymentsOptions): Promise<Payments> {
  const { store, logger } = host;
  const queue = createKeyQueue();
  const takers = await openTakers(store);
  const sessions = createSessions({ host, validator, gatewayOptions });
  const settler = createSettler({ store, takers, clock, onEvent: () => deliveries.wake() });
  const links = createLinks({ host, store, settler, clock, queue });
  const confirmer = createConfirmer({ store, links, settler, clock, logger });
  const book = createRefundBook({ store, settler, confirmer, clock });
  const refunds = createRefunds({ store, book, clock, queue });
  const reads = createPaymentReads({ store, clock });
  const reconcile = createReconcileWork({ store, sessions, confirmer, book, settler, links, clock, logger });

  const deliveries = startLane({
    name: "deliver",
    due: store.dueDeliveries,
    idOf: (delivery) => `${delivery.eventId} ${delivery.takerId}`,
    work: createDeliverWork({ store, takers, clock, logger }),
    width: 32,
    clock,
    logger,
  });
  const messages = startLane({
    name: "confirm",
    due: store.dueMessages,
    idOf: (message) => message.id,
    work: createHintWork({ store, sessions, confirmer, clock, logger }),
    width: 8,
    clock,
    logger,
  });
  const requests = startLane({
    name: "read links",
    due: store.dueRequests,
    idOf: (request) => request.tag,
    work: reconcile.request,
    width: 4,
    clock,
    logger,
  });
  const cases = startLane({
    name: "follow refunds",
    due: store.dueRefunds,
    idOf: (refund) => `${refund.account} ${refund.environment} ${refund.transactionId}`,
    work: reconcile.refund,
    width: 2,
    clock,
    logger,
  });

  /** Reads the link a buyer came back from; what the read cannot say yet is left to the next one. */
  async function confirmReturn(tag: string): Promise<string | null> {
    const request = await store.requestByTag(tag);
    if (request?.stage !== "open") return null;
    const session = await sessions.ofRow(request).catch(() => "absent" as const);
    if (typeof session === "string") return null;
    const isRead = await inTime(
      confirmer.confirmRequest(session, request, "return").then(
        () => true,
        () => false,
      ),
    );
    const status = isRead ? ((await store.requestByTag(tag))?.status ?? null) : null;
    return status === "Pending" || status === "Processing" ? null : status;
  }

  /** A buyer waits this long for the answer of a read; after that the answer comes in the chat. */
  function inTime(read: Promise<boolean>): Promise<boolean> {
    let cancel = () => {};
    const late = new Promise<false>((resolve) => {
      cancel = clock.after(returnPageMs, () => resolve(false));
    });
    return Promise.race([read, late]).finally(() => cancel());
  }

  /** Waits for what is under way, but not for a gateway that does not answer: the ledger knows how to go on. */
  async function ended(work: Promise<unknown>): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(closeMs, resolve);
    });
    await Promise.race([work, late]).finally(() => cancel());
  }

  return {
    sessions,
    takers,
    context: (run) => ({
      links: { create: (input) => links.create(run, input) },
      refunds: { create: (input) => refunds.create(run, input) },
      payments: { status: (input) => reads.status(run.session, input) },
    }),
    receive: createReceiver({ host, clock, onMessage: () => messages.wake(), confirmReturn }),
    wakeDelivery: () => deliveries.wake(),
    async close() {
      const stopped = Promise.all([messages.stop(), requests.stop(), cases.stop()]);
      await ended(Promise.all([sessions.close(), stopped, queue.idle()]));
      await ended(deliveries.stop());
      await store.close();
    },
  };
}
