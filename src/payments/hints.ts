import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { MessageRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Confirmation, Confirmer } from "./confirm.ts";
import { findingId, recheckAt } from "./quarantine-findings.ts";
import type { Session, Sessions } from "./sessions.ts";

export interface HintOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly confirmer: Confirmer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

/** After this long a message that nothing confirms is parked. */
const parkAfterMs = 72 * 3_600_000;

/** Works on one recorded message: reads the gateway, and either ends the message or sets its next attempt. */
export function createHintWork({ store, sessions, confirmer, clock, logger, metrics }: HintOptions) {
  /** The link of ours that a message names. */
  async function namedRequest(message: MessageRow): Promise<RequestRow | null> {
    const byTag = message.tag === null ? null : await store.requestByTag(message.tag);
    if (byTag?.account === message.account && byTag.environment === message.environment) return byTag;
    return message.paymentRequestId === null ? null : store.requestById(message, message.paymentRequestId);
  }

  /** A payment that is settled as paid needs no further read, however often it is reported. */
  async function isSettled(message: MessageRow): Promise<boolean> {
    if (message.paymentRequestId === null) return false;
    const request = await store.requestById(message, message.paymentRequestId);
    const { payments = [] } = (request && (await store.snapshot(request.tag))) ?? {};
    return payments.some(({ paymentId, state }) => paymentId === message.paymentId && state === "paid");
  }

  async function confirm(message: MessageRow): Promise<Confirmation & { readonly cause?: string }> {
    const session = await sessions.ofRow(message);
    if (session === "absent") return { kind: "not-yet", cause: "account_absent" };
    if (session === "superseded") return { kind: "not-ours" };
    if (await isSettled(message)) return { kind: "agrees" };
    try {
      if (message.paymentId === null) return await confirmByLink(session, message);
      const confirmation = await confirmer.confirmPayment(session, message.paymentId, message.source);
      const isElsewhere = confirmation.kind === "not-ours" && (await namedRequest(message)) !== null;
      return isElsewhere ? { kind: "contradicts", what: "payment request" } : confirmation;
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A message is not confirmed yet.", {
        account: message.account,
        code: thrown.code,
        attempt: message.attempts,
      });
      return { kind: "not-yet", cause: thrown.code };
    }
  }

  /** A message that names no payment still says that something happened to its link. */
  async function confirmByLink(session: Session, message: MessageRow): Promise<Confirmation> {
    const request = await namedRequest(message);
    if (request?.stage !== "open") return { kind: "not-ours" };
    await confirmer.confirmRequest(session, request, message.source);
    return { kind: "agrees" };
  }

  /** What an operator dismissed stays dismissed, unless it is odd in another way now. */
  async function contradicted(message: MessageRow, cause: string): Promise<MessageRow> {
    const now = clock.now();
    const known = message.paymentId && (await store.messageById(findingId(message, message.paymentId)));
    if (known && known.state === "dismissed" && known.cause === cause) {
      return { ...message, state: "dismissed", settledAt: now, cause };
    }
    const isNew = message.state !== "quarantined" || message.cause !== cause;
    if (isNew) {
      metrics?.count("quarantined", { account: message.account, cause });
      logger.error("A message contradicts what the gateway says; it starts nothing.", {
        account: message.account,
        ...(message.paymentId ? { paymentId: message.paymentId } : {}),
        cause,
      });
    }
    const settledAt = isNew ? now : (message.settledAt ?? now);
    return { ...message, state: "quarantined", settledAt, cause, nextAt: recheckAt(settledAt, now) };
  }

  function postponed(message: MessageRow, cause: string): MessageRow {
    const now = clock.now();
    // A failed read says nothing new about what contradicted before.
    if (message.state === "quarantined") return { ...message, nextAt: recheckAt(message.settledAt ?? now, now) };
    const isTooOld = now - message.receivedAt > parkAfterMs;
    if (isTooOld) metrics?.count("parked", { account: message.account, cause: "not-confirmed" });
    const delay = Math.min(1000 * 2 ** message.attempts, 600_000);
    return {
      ...message,
      attempts: message.attempts + 1,
      state: isTooOld ? "parked" : "waiting",
      nextAt: now + delay,
      cause,
      ...(isTooOld ? { settledAt: now } : {}),
    };
  }

  async function after(message: MessageRow, confirmation: Confirmation & { readonly cause?: string }) {
    const { account } = message;
    const now = clock.now();
    switch (confirmation.kind) {
      case "agrees":
        metrics?.count("confirmed", { account });
        metrics?.observe("confirmLag", { account }, (now - message.receivedAt) / 1000);
        return { ...withoutCause(message), state: "done" as const, settledAt: now };
      case "not-ours":
        return { ...message, state: "done" as const, settledAt: now, cause: "not-ours" };
      case "contradicts":
        return contradicted(message, confirmation.what);
      case "not-yet":
        return postponed(message, confirmation.cause ?? "not-final");
    }
  }

  return async (message: MessageRow): Promise<void> => {
    const next = await after(message, await confirm(message));
    // An operator may have decided while the gateway was read.
    if (message.state === "quarantined" && (await store.messageById(message.id))?.state !== "quarantined") return;
    await store.saveMessage(next);
  };
}

/** What held it up before is over. */
export function withoutCause({ cause: _, ...message }: MessageRow): MessageRow {
  return message;
}
