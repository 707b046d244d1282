import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Taker } from "../runtime/host.ts";
import type { Logger } from "../runtime/logger.ts";
import type { DeliveryRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Takers } from "./takers.ts";

export interface DeliverOptions {
  readonly store: Store;
  readonly takers: Takers;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pauses between the attempts of one delivery; after the last one it is parked. */
const pausesMs = [1, 5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800].map((seconds) => seconds * 1000);
/** How long a taker may take; then the attempt counts as failed. */
const attemptMs = 30_000;
/** How soon a taker that does not listen now is looked for again. */
const absentMs = 1_000;

/** Works on one delivery: at least once per taker, in order per payment request. */
export function createDeliverWork({ store, takers, clock, logger }: DeliverOptions) {
  function failed(delivery: DeliveryRow, cause: string): DeliveryRow {
    const pause = pausesMs[delivery.attempts];
    const attempts = delivery.attempts + 1;
    const fields = { eventId: delivery.eventId, taker: delivery.takerId, attempt: attempts, cause };
    if (pause === undefined) {
      logger.error("An event could not be delivered and is parked.", fields);
      return { ...delivery, attempts, state: "parked" };
    }
    logger.warn("An event could not be delivered and is tried again.", fields);
    return { ...delivery, attempts, nextAt: clock.now() + pause };
  }

  async function attempt(taker: Taker, event: PaymentStatusEvent): Promise<string | null> {
    let cancel = () => {};
    const timeout = new Promise<string>((resolve) => {
      cancel = clock.after(attemptMs, () => resolve("timeout"));
    });
    const taken = (async () => taker.deliver(structuredClone(event)))().then(
      () => null,
      (thrown: unknown) => (thrown instanceof Error ? thrown.name : typeof thrown),
    );
    return Promise.race([taken, timeout]).finally(() => cancel());
  }

  return async (delivery: DeliveryRow): Promise<void> => {
    const taker = takers.listening(delivery.takerId);
    const stored = await store.eventById(delivery.eventId);
    if (!taker || !stored) {
      await store.saveDelivery({ ...delivery, nextAt: clock.now() + absentMs });
      return;
    }
    const cause = await attempt(taker, stored.event);
    await store.saveDelivery(cause === null ? { ...delivery, state: "taken" } : failed(delivery, cause));
  };
}
