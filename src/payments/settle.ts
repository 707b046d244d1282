import { defaultEventStatuses, type PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { DecisionRow, DeliveryRow, EventRow, RefundRow, RequestRow, RequestSnapshot } from "../store/rows.ts";
import type { Change, Store } from "../store/store.ts";
import { eventPayload, type Occurrence } from "./event-payload.ts";
import { createKeyQueue, type KeyQueue } from "./key-queue.ts";
import { nextReadAt } from "./read-schedule.ts";
import { hasReplacement, isPaidElsewhere } from "./replaced-link.ts";
import { decide, type Decision, type Fact, type KnownRequest, refundedPaise } from "./state-machine.ts";
import type { Takers } from "./takers.ts";
import { routeOf, type WaitRoute } from "./wait-routing.ts";

/** Applies facts to the ledger: new state, its event and one delivery per taker are stored together. */
export interface Settler {
  /**
   * Applies a fact to the request of a tag, or to a request as it is known to stand, which saves the reading; where it
   * has moved on since, it is read after all.
   */
  settle(of: string | KnownToStand, fact: Fact, occurrence: Told): Promise<Settled>;
}

/** What the ledger held a moment ago. */
export type KnownToStand = RequestSnapshot & { readonly isActive: boolean };

export interface Settled {
  /** Whether the fact said something new; only then is a decision that it rests on recorded, together with it. */
  readonly isNew: boolean;
  /** The request as it stands with the fact. */
  readonly request: RequestRow;
}

/** How a fact was learned of, and what a person decided where it is by their word. */
export type Told = Omit<Occurrence, "observedAt"> & { readonly decision?: DecisionRow };

export interface SettlerOptions {
  readonly store: Store;
  readonly takers: Takers;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
  /** Called after something to deliver was stored. */
  readonly onEvent: () => void;
  /** Decides about the links of one operation in turn; one of its own unless given. */
  readonly queue?: KeyQueue | undefined;
}

/** How often a decision is taken anew when another fact of the same request came between. */
const maxRounds = 20;

export function createSettler(options: SettlerOptions): Settler {
  const { store, queue: operations = createKeyQueue() } = options;

  async function known(tag: string): Promise<RequestSnapshot> {
    const snapshot = await store.snapshot(tag);
    if (!snapshot) throw new FlowError("internal_error", "A fact belongs to a request that is not in the ledger.");
    return snapshot;
  }

  /** Null when another fact of the same request came between. */
  async function apply(
    snapshot: KnownRequest & { readonly isActive?: boolean },
    fact: Fact,
    told: Told,
  ): Promise<Settled | null> {
    const { decision: word, ...occurrence } = told;
    const decision = decide(snapshot, fact);
    if (!decision) return { isNew: false, request: snapshot.request };
    const isActive = snapshot.isActive ?? (await store.isActive(snapshot.request.account));
    const change = changeOf(snapshot, decision, refundsAfter(snapshot.refunds, decision), {
      ...options,
      occurrence,
      isActive,
    });
    const { refund } = decision;
    const refundsBefore = snapshot.refunds.filter((each) => each.transactionId === refund?.transactionId);
    if (!(await store.commit({ ...change, refundsBefore, ...(word ? { decision: word } : {}) }))) return null;
    countEvents(change, options.metrics);
    if (change.deliveries?.length) options.onEvent();
    return { isNew: true, request: change.request };
  }

  /** One after the other for the links of one operation, so that of two payments one is the second. */
  function applyInTurn({ account, key, tag }: RequestRow, fact: Fact, told: Told): Promise<Settled | null> {
    return operations.run(`operation ${account} ${key}`, async () => {
      const snapshot = await known(tag);
      return apply({ ...snapshot, isPaidElsewhere: await isPaidElsewhere(store, snapshot.request) }, fact, told);
    });
  }

  return {
    async settle(of, fact, told) {
      const tag = typeof of === "string" ? of : of.request.tag;
      for (let round = 0; round < maxRounds; round++) {
        const snapshot = round === 0 && typeof of !== "string" ? of : await known(tag);
        const isAlone = fact.kind !== "payment" || !hasReplacement(snapshot.request);
        const settled = await (isAlone ? apply(snapshot, fact, told) : applyInTurn(snapshot.request, fact, told));
        if (settled) return settled;
      }
      throw new FlowError("store_unavailable", "Too many changes of one payment came at the same time.");
    },
  };
}

function countEvents({ events = [] }: Change, metrics: Metrics | undefined): void {
  for (const { event, unclaimed } of events) {
    metrics?.count("settled", event);
    if (unclaimed === "no-taker") metrics?.count("unclaimed", event);
  }
}

function refundsAfter(known: readonly RefundRow[], { refund }: Decision) {
  return refund ? [...known.filter((other) => other.transactionId !== refund.transactionId), refund] : known;
}

interface ChangeOptions extends SettlerOptions {
  readonly occurrence: Omit<Occurrence, "observedAt">;
  readonly isActive: boolean;
}

function changeOf(
  { request: before, payments, wait }: RequestSnapshot,
  decision: Decision,
  refunds: readonly RefundRow[],
  { clock, takers, occurrence, isActive }: ChangeOptions,
): Change {
  const now = clock.now();
  const { payment, refund, announcement, status } = decision;
  const after: RequestRow = { ...before, ...decision.request, status };
  const request: RequestRow = {
    ...after,
    sequence: before.sequence + (announcement ? 1 : 0),
    version: before.version + 1,
    nextReadAt: nextReadAt(after),
  };
  const rows = { request, ...(payment ? { payments: [payment] } : {}), ...(refund ? { refunds: [refund] } : {}) };
  if (!announcement) return rows;
  const event = eventPayload({
    request,
    ...announcement,
    previousStatus: before.sequence === 0 ? null : before.status,
    payment: payment ?? null,
    refund: refund ? { ...refund, refundedPaise: refundedPaise(refunds, refund) } : null,
    occurrence: { ...occurrence, observedAt: new Date(now).toISOString() },
  });
  // Where the place of a wait is gone, its run is too.
  const isThere = wait !== undefined && takers.isKnown(wait.takerId);
  const route = isThere ? routeOf(wait, event, payments.length > 0) : noWait;
  const receivers = [
    ...(isThere && route.isForWait ? [wait.takerId] : []),
    ...(isActive && route.isForFlows ? takers.wanting(event) : []),
  ];
  const deliveries = receivers.map(
    (takerId): DeliveryRow => ({
      eventId: event.id,
      takerId,
      tag: request.tag,
      sequence: request.sequence,
      state: "waiting",
      attempts: 0,
      nextAt: now,
    }),
  );
  const row = { id: event.id, tag: request.tag, sequence: request.sequence, event, createdAt: now };
  const unclaimed = deliveries.length > 0 ? null : unclaimedFor(event, isActive);
  const ended = route.ended ? { wait: route.ended } : {};
  return { ...rows, ...ended, events: [{ ...row, ...(unclaimed ? { unclaimed } : {}) }], deliveries };
}

const noWait: WaitRoute = { isForWait: false, isForFlows: true, ended: null };

/** Why nobody is to receive an event that is on by default; null for those that flows must ask for. */
function unclaimedFor({ status, reason }: PaymentStatusEvent, isActive: boolean): EventRow["unclaimed"] | null {
  const isOnByDefault = (defaultEventStatuses as readonly string[]).includes(status) && !reason?.startsWith("refund-");
  if (!isOnByDefault) return null;
  return isActive ? "no-taker" : "inactive";
}
