import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { WatchedPaymentRow } from "../store/sweep-rows.ts";
import type { Store } from "../store/store.ts";
import type { Confirmer } from "./confirm.ts";
import { nextPaymentReadAt } from "./read-schedule.ts";
import type { Sessions } from "./sessions.ts";

export interface WatchOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly confirmer: Pick<Confirmer, "confirmPayment">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How soon a payment is looked at again whose account is not there now. */
const absentMs = 60_000;
/** How soon after a failed read, at the earliest. */
const failedMs = 5_000;

/** Reads a payment that a list showed by its id, until it is final; what contradicts goes to the quarantine. */
export function createWatchWork({ store, sessions, confirmer, clock, logger }: WatchOptions) {
  async function again(payment: WatchedPaymentRow, atLeastMs: number): Promise<void> {
    const nextAt = nextPaymentReadAt(payment.firstSeenAt, clock.now());
    if (nextAt === null) return store.endWatch(payment);
    await store.saveWatched({ ...payment, nextAt: Math.max(nextAt, clock.now() + atLeastMs) });
  }

  return async (payment: WatchedPaymentRow): Promise<void> => {
    const session = await sessions.ofRow(payment);
    if (session === "absent") return store.saveWatched({ ...payment, nextAt: clock.now() + absentMs });
    if (session === "superseded") return store.endWatch(payment);
    try {
      const { kind } = await confirmer.confirmPayment(session, payment.paymentId, "poll");
      if (kind === "not-yet") await again(payment, 0);
      else await store.endWatch(payment);
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A payment could not be read; it is read again.", { account: payment.account, code: thrown.code });
      await again(payment, failedMs);
    }
  };
}
