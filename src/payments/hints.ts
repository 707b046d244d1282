import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { MessageRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { type Confirmation, type Confirmer, reportContradiction } from "./confirm.ts";
import type { Session, Sessions } from "./sessions.ts";

export interface HintOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly confirmer: Confirmer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After this long a message that nothing confirms is parked. */
const parkAfterMs = 72 * 3_600_000;

/** Works on one recorded message: reads the gateway, and either ends the message or sets its next attempt. */
export function createHintWork({ store, sessions, confirmer, clock, logger }: HintOptions) {
  async function confirm(message: MessageRow): Promise<Confirmation> {
    const session = await sessions.ofRow(message);
    if (session === "absent") return { kind: "not-yet" };
    if (session === "superseded") return { kind: "not-ours" };
    try {
      if (message.paymentId !== null) return await confirmer.confirmPayment(session, message.paymentId, message.source);
      return await confirmByLink(session, message);
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A message is not confirmed yet.", {
        account: message.account,
        code: thrown.code,
        attempt: message.attempts,
      });
      return { kind: "not-yet" };
    }
  }

  /** A message that names no payment still says that something happened to its link. */
  async function confirmByLink(session: Session, message: MessageRow): Promise<Confirmation> {
    const { tag, paymentRequestId } = message;
    const byTag = tag === null ? null : await store.requestByTag(tag);
    const request = byTag ?? (paymentRequestId === null ? null : await store.requestById(message, paymentRequestId));
    if (request?.stage !== "open" || request.account !== message.account) return { kind: "not-ours" };
    await confirmer.confirmRequest(session, request, message.source);
    return { kind: "agrees" };
  }

  function after(message: MessageRow, confirmation: Confirmation): MessageRow {
    const now = clock.now();
    switch (confirmation.kind) {
      case "agrees":
      case "not-ours":
        return { ...message, state: "done" };
      case "contradicts":
        reportContradiction(logger, message, message.paymentId, confirmation.what);
        return { ...message, state: "quarantined" };
      case "not-yet": {
        const isTooOld = now - message.receivedAt > parkAfterMs;
        const delay = Math.min(1000 * 2 ** message.attempts, 600_000);
        return {
          ...message,
          attempts: message.attempts + 1,
          state: isTooOld ? "parked" : "waiting",
          nextAt: now + delay,
        };
      }
    }
  }

  return async (message: MessageRow): Promise<void> => {
    await store.saveMessage(after(message, await confirm(message)));
  };
}
