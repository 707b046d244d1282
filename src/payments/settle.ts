import { defaultEventStatuses, type PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { DecisionRow, DeliveryRow, EventRow, RefundRow, RequestRow } from "../store/rows.ts";
import type { Change, Store } from "../store/store.ts";
import { eventPayload, type Occurrence } from "./event-payload.ts";
import { nextReadAt } from "./read-schedule.ts";
import { decide, type Decision, type Fact, refundedPaise } from "./state-machine.ts";
import type { Takers } from "./takers.ts";

/** Applies facts to the ledger: new state, its event and one delivery per taker are stored together. */
export interface Settler {
  /** True when the fact said something new; only then is a decision that it rests on recorded, together with it. */
  settle(tag: string, fact: Fact, occurrence: Told): Promise<boolean>;
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
}

/** How often a decision is taken anew when another fact of the same request came between. */
const maxRounds = 20;

export function createSettler(options: SettlerOptions): Settler {
  const { store } = options;
  return {
    async settle(tag, fact, { decision: word, ...occurrence }) {
      for (let round = 0; round < maxRounds; round++) {
        const snapshot = await store.snapshot(tag);
        if (!snapshot) throw new FlowError("internal_error", "A fact belongs to a request that is not in the ledger.");
        const decision = decide(snapshot, fact);
        if (!decision) return false;
        const isActive = await store.isActive(snapshot.request.account);
        const change = changeOf(snapshot.request, decision, refundsAfter(snapshot.refunds, decision), {
          ...options,
          occurrence,
          isActive,
        });
        const { refund } = decision;
        const refundsBefore = snapshot.refunds.filter((known) => known.transactionId === refund?.transactionId);
        if (!(await store.commit({ ...change, refundsBefore, ...(word ? { decision: word } : {}) }))) continue;
        countEvents(change, options.metrics);
        if (change.deliveries?.length) options.onEvent();
        return true;
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
  before: RequestRow,
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
  const deliveries = (isActive ? takers.wanting(event) : []).map(
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
  return { ...rows, events: [{ ...row, ...(unclaimed ? { unclaimed } : {}) }], deliveries };
}

/** Why nobody is to receive an event that is on by default; null for those that flows must ask for. */
function unclaimedFor({ status, reason }: PaymentStatusEvent, isActive: boolean): EventRow["unclaimed"] | null {
  const isOnByDefault = (defaultEventStatuses as readonly string[]).includes(status) && !reason?.startsWith("refund-");
  if (!isOnByDefault) return null;
  return isActive ? "no-taker" : "inactive";
}
