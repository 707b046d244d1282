import { FlowError } from "../runtime/errors.ts";
import type { DeliveryRow } from "../store/rows.ts";
import { createDeliverWork, type DeliverOptions } from "./deliver.ts";
import { type Lane, startLane } from "./lane.ts";

/** How many deliveries of one taker are under way at once unless it says otherwise. */
const defaultWidth = 32;
/** How long what is under way may still take when everything ends. */
const graceMs = 5_000;

/** Everything on its way to takers: each has a lane of its own, so that one that hangs holds up nobody else. */
export interface Deliveries {
  /** Looks for something to deliver now. */
  wake(): void;
  /**
   * Sends an event once more, together with all that its request still owes its takers, in order. One that had nobody
   * goes to those that want it now. Returns the ids of its takers; empty while nobody wants it.
   * Throws FlowError `not_found` for an event that is not in the ledger.
   */
  redeliver(eventId: string): Promise<readonly string[]>;
  /** Takes nothing new; what is under way may end, or is sent again after the next start. */
  stop(): Promise<void>;
}

export interface DeliveriesOptions extends Omit<DeliverOptions, "stopping"> {
  /** Whether other processes deliver, and this one only says what is to be delivered. */
  readonly isResting?: boolean;
}

export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const { store, takers, clock, logger, isResting = false } = options;
  const stopping = new AbortController();
  const work = createDeliverWork({ ...options, stopping: stopping.signal });
  const lanes = new Map<string, Lane>();

  function laneOf(takerId: string): Lane {
    const known = lanes.get(takerId);
    if (known) return known;
    const lane = startLane<DeliveryRow>({
      name: "deliver",
      // One that is away costs no look into the ledger; what is on its way waits there.
      due: async (now, limit) => (takers.listening(takerId) ? store.dueDeliveries(now, limit, takerId) : []),
      // One attempt per request at a time, also where a redelivery puts an earlier event before the one under way.
      idOf: ({ tag }) => tag,
      work,
      width: takers.listening(takerId)?.width ?? defaultWidth,
      clock,
      logger,
    });
    lanes.set(takerId, lane);
    return lane;
  }

  function wake(): void {
    if (isResting || stopping.signal.aborted) return;
    for (const [takerId, lane] of lanes) {
      if (takers.isKnown(takerId)) continue;
      lanes.delete(takerId);
      void lane.stop();
    }
    for (const takerId of takers.allListening()) laneOf(takerId).wake();
  }

  return {
    wake,
    async redeliver(eventId) {
      const stored = await store.eventById(eventId);
      if (!stored) throw noSuchEvent(eventId);
      const wanting = (await store.isActive(stored.event.account)) ? takers.wanting(stored.event) : [];
      const deliveries = await store.redeliver(eventId, wanting, clock.now());
      if (!deliveries) throw noSuchEvent(eventId);
      wake();
      return deliveries.map(({ takerId }) => takerId);
    },
    async stop() {
      const cancel = clock.after(graceMs, () => stopping.abort());
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      cancel();
      stopping.abort();
    },
  };
}

function noSuchEvent(eventId: string): FlowError {
  return new FlowError("not_found", `There is no event ${JSON.stringify(eventId)} in the ledger.`, {
    remedy: "Take the id of the event from the list of payments.",
  });
}
