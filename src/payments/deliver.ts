import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Taker } from "../runtime/host.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { furthestAttemptMs } from "../store/furthest-attempt.ts";
import type { DeliveryRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Takers } from "./takers.ts";

export interface DeliverOptions {
  readonly store: Store;
  readonly takers: Takers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Gives up what is under way, without counting it: after the next start it is sent again. */
  readonly stopping?: AbortSignal | undefined;
}

/** Pauses between the attempts of one delivery; after the last one it is parked. */
const shortPausesMs = [1, 5, 30, 120, 600, 1800, 3600, 7200, 14_400].map((seconds) => seconds * 1000);
const pausesMs = [...shortPausesMs, furthestAttemptMs];
/** How long a taker may take unless it says otherwise; then the attempt counts as failed. */
const attemptMs = 30_000;

const nameOf = ({ eventId, takerId }: DeliveryRow): string => `${eventId} ${takerId}`;

/** How an attempt ended: `taken`, `stopped` from outside, or a cause in a word. */
type Ending =
  | { readonly kind: "taken" }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly cause: string };

/** Works on one delivery: at least once per taker, in order per payment request. */
export function createDeliverWork({ store, takers, clock, logger, metrics, stopping }: DeliverOptions) {
  /** Taken, but the ledger could not be told yet: meanwhile its taker must not get it again and again. */
  const unmarked = new Map<string, DeliveryRow>();

  /** The mark of this very delivery; one that somebody asked for anew since is another. */
  function markOf(delivery: DeliveryRow): DeliveryRow | undefined {
    const mark = unmarked.get(nameOf(delivery));
    return mark?.nextAt === delivery.nextAt && mark.attempts === delivery.attempts ? mark : undefined;
  }

  async function saveMark(mark: DeliveryRow): Promise<void> {
    unmarked.set(nameOf(mark), mark);
    await store.saveDelivery(mark);
    unmarked.delete(nameOf(mark));
  }

  function failed(delivery: DeliveryRow, cause: string): DeliveryRow {
    const pause = pausesMs[delivery.attempts];
    const attempts = delivery.attempts + 1;
    const fields = { eventId: delivery.eventId, taker: delivery.takerId, attempt: attempts, cause };
    if (pause === undefined) {
      logger.error("An event could not be delivered and is parked.", fields);
      return { ...delivery, attempts, cause, state: "parked", settledAt: clock.now() };
    }
    logger.warn("An event could not be delivered and is tried again.", fields);
    return { ...delivery, attempts, cause, nextAt: clock.now() + pause };
  }

  function tell(event: PaymentStatusEvent, after: DeliveryRow): void {
    if (after.state === "taken") {
      metrics?.count("delivered", event);
      metrics?.observe("deliverLag", event, (clock.now() - Date.parse(event.observedAt)) / 1000);
      return;
    }
    const cause = after.cause === "timeout" ? "timeout" : "rejected";
    metrics?.count(after.state === "parked" ? "parked" : "retried", { ...event, cause });
  }

  /** Hands the event out. A taker that hangs or throws costs nobody more than its own place. */
  async function attempt(taker: Taker, event: PaymentStatusEvent): Promise<Ending> {
    const givingUp = new AbortController();
    let cancel = () => {};
    const tooLate = new Promise<Ending>((resolve) => {
      cancel = clock.after(taker.timeoutMs ?? attemptMs, () => resolve({ kind: "failed", cause: "timeout" }));
    });
    const stopped = new Promise<Ending>((resolve) => {
      const stop = () => resolve({ kind: "stopped" });
      if (stopping?.aborted) stop();
      stopping?.addEventListener("abort", stop, { signal: givingUp.signal });
    });
    const answered = (async () => taker.deliver(structuredClone(event), givingUp.signal))().then(
      (): Ending => ({ kind: "taken" }),
      (thrown: unknown): Ending => ({ kind: "failed", cause: thrown instanceof Error ? thrown.name : typeof thrown }),
    );
    try {
      return await Promise.race([answered, tooLate, stopped]);
    } finally {
      cancel();
      givingUp.abort();
    }
  }

  return async (delivery: DeliveryRow): Promise<void> => {
    const taker = takers.listening(delivery.takerId);
    if (!taker || stopping?.aborted) return;
    const mark = markOf(delivery);
    if (mark) return saveMark(mark);
    const stored = await store.eventById(delivery.eventId);
    const ending = stored ? await attempt(taker, stored.event) : ({ kind: "failed", cause: "missing" } as const);
    if (ending.kind === "stopped") return;
    if (ending.kind === "taken") {
      const after: DeliveryRow = { ...delivery, state: "taken", settledAt: clock.now() };
      if (stored) tell(stored.event, after);
      return saveMark(after);
    }
    // One that stopped listening in the middle, as on a redeploy, gets it again when it is back.
    if (takers.listening(delivery.takerId) !== taker) return;
    const after = failed(delivery, ending.cause);
    if (stored) tell(stored.event, after);
    await store.saveDelivery(after);
  };
}
