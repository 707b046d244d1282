import type { DeliveryTarget } from "../../../../schemas/http-settings.ts";
import type { Taker } from "../../../runtime/host.ts";
import type { Sender } from "./send-event.ts";

const prefix = "http:";

/** Longer than the sender itself waits, so that it is the one to say why. */
const attemptMs = 25_000;

/** Id of the receiver that stands for a target; stays the same when its URL or secrets change. */
export function takerId({ name }: Pick<DeliveryTarget, "name">): string {
  return prefix + name;
}

/** Names a receiver for people. */
export function nameTaker(id: string): string {
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

/** A delivery target as a receiver of events: taken when it answered 2xx. */
export function eventTarget(target: DeliveryTarget, sender: Sender): Taker {
  return {
    id: takerId(target),
    ...(target.accounts ? { accounts: target.accounts } : {}),
    ...(target.statuses ? { statuses: target.statuses } : {}),
    ...(target.refundUpdates ? { refundUpdates: true } : {}),
    timeoutMs: attemptMs,
    deliver: (event, signal) => sender.send(event, signal),
  };
}
