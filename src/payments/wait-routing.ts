import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { WaitPort } from "../runtime/node-definition.ts";
import type { WaitRow } from "../store/wait-rows.ts";

const prefix = "wait ";

/** The receiver of events that a place of waiting runs is. */
export function takerOf(place: string): string {
  return `${prefix}${place}`;
}

/** The place that a receiver stands for; null for any other receiver. */
export function placeOf(takerId: string): string | null {
  return takerId.startsWith(prefix) ? takerId.slice(prefix.length) : null;
}

/** What an event means for the run that waits for its link. */
export interface WaitRoute {
  /** Whether the event goes to the run. */
  readonly isForWait: boolean;
  /** Whether it goes to event flows. */
  readonly isForFlows: boolean;
  /** The wait as it is after this event, where it ends by it. */
  readonly ended: WaitRow | null;
}

/**
 * The way of an event of a link with a wait. While the run waits, events are its own, unless it shares them; what comes
 * afterwards, such as a late payment, is for event flows again, so that nobody loses it.
 */
export function routeOf(
  wait: WaitRow,
  event: Pick<PaymentStatusEvent, "id" | "status" | "reason">,
  hadAttempt: boolean,
): WaitRoute {
  if (wait.ending !== null) return { isForWait: false, isForFlows: true, ended: null };
  const ending = endingOf(event, hadAttempt);
  return {
    isForWait: ending !== null || event.status === "Failed",
    isForFlows: wait.startsEventFlows,
    ended: ending && { ...wait, ending, eventId: event.id },
  };
}

/** By which port a run goes on when this is told of its link; null when it waits on. A failed attempt can be repeated. */
function endingOf(
  { status, reason }: Pick<PaymentStatusEvent, "status" | "reason">,
  hadAttempt: boolean,
): WaitPort | null {
  if (status === "Completed") return reason?.startsWith("refund-") ? null : "paid";
  if (status !== "Cancelled") return null;
  if (reason === "disabled") return "cancelled";
  return hadAttempt ? "failed" : "expired";
}
