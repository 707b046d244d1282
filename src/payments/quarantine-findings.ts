import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { MessageRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { digest } from "./callbacks.ts";

/** Payments that a read of ours found to contradict the ledger, without any message. */
export interface Findings {
  /** Keeps it as a message of source `poll` in quarantine, unless it is held or was dismissed for the same cause. */
  found(request: RequestRow, finding: { readonly paymentId: string; readonly what: string }): Promise<void>;
  /** Whether this payment waits for an operator, or was dismissed by one. */
  isHeld(request: Pick<RequestRow, "account" | "environment">, paymentId: string): Promise<boolean>;
}

const minute = 60_000;
const hour = 60 * minute;

/** When something in quarantine is read again by itself: soon while it is new, then hourly, after a week daily. */
export function recheckAt(quarantinedAt: number, now: number): number {
  const age = now - quarantinedAt;
  if (age < 10 * minute) return now + minute;
  if (age < hour) return now + 10 * minute;
  return now + (age < 7 * 24 * hour ? hour : 24 * hour);
}

/** Under this id a payment that a read found odd is kept, and one that was dismissed is remembered. */
export function findingId({ account, environment }: Pick<RequestRow, "account" | "environment">, paymentId: string) {
  return digest("poll", account, environment, paymentId);
}

export interface FindingOptions {
  readonly store: Pick<Store, "heldMessages" | "messageById" | "saveMessage">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

export function createFindings({ store, clock, logger, metrics }: FindingOptions): Findings {
  return {
    async found(request, { paymentId, what }) {
      if ((await store.heldMessages(request, paymentId)).some(({ state }) => state === "quarantined")) return;
      const id = findingId(request, paymentId);
      const known = await store.messageById(id);
      if (known?.state === "dismissed" && known.cause === what) return;
      const now = clock.now();
      metrics?.count("quarantined", { account: request.account, cause: what });
      logger.error("A payment contradicts what was asked for; it starts nothing.", {
        account: request.account,
        paymentId,
        cause: what,
      });
      const message: MessageRow = {
        id,
        account: request.account,
        environment: request.environment,
        source: "poll",
        paymentId,
        paymentRequestId: request.paymentRequestId,
        tag: request.tag,
        receivedAt: known?.receivedAt ?? now,
        attempts: known?.attempts ?? 0,
        state: "quarantined",
        nextAt: recheckAt(now, now),
        settledAt: now,
        cause: what,
      };
      await store.saveMessage(message);
    },

    async isHeld(request, paymentId) {
      if ((await store.heldMessages(request, paymentId)).some(({ state }) => state === "quarantined")) return true;
      return (await store.messageById(findingId(request, paymentId)))?.state === "dismissed";
    },
  };
}
