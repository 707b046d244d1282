import type { Clock } from "../runtime/clock.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Store } from "../store/store.ts";
import type { OperatorDecision } from "./quarantine.ts";

/** How long personal data is kept after the last event of its request, unless the host says otherwise. */
export const defaultRetentionDays = 180;

/** Erases personal data: of one request when somebody asks, of all when their time is over. */
export interface Forgetting {
  /**
   * Erases names, mails, phones, conversation and the gateway's replies of every request that an id belongs to: a tag, or
   * the id of a request, payment, refund or event. What stays are ids, amounts, hashes and states: a repeated message is
   * still recognised, and a late payment is still told, with correlation null.
   * @returns how many requests were forgotten
   * @throws {FlowError} `invalid_input` for an id that is not in the ledger; `store_unavailable`
   */
  forget(id: string, decision: OperatorDecision): Promise<number>;
  /** Erases what is older than the retention time now; runs by itself at the start and then daily. */
  expire(): Promise<number>;
  stop(): Promise<void>;
}

export interface ForgetOptions {
  readonly store: Pick<Store, "tagsOf" | "personalTags" | "erasePersonal" | "scrub">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retentionDays?: number | undefined;
  /** Whether erasing what is over falls to this process; always unless given. */
  readonly isChosen?: (() => Promise<boolean>) | undefined;
}

const dayMs = 24 * 3_600_000;
/** How often it is looked whether a day is over: a machine that sleeps has no timers. */
const lookMs = 3_600_000;
/** How many requests are looked at in one go, so that the ledger stays free for others. */
const portion = 500;
/** How many are erased in one go. */
const erasedAtOnce = 50;
/** How long the ledger is left to others between two such goes: a backlog of a million takes an hour, not the ledger. */
const restMs = 100;
/** How soon, and how often, the files are cleaned again while a reader is in the way. */
const scrubPauseMs = 1_000;
const scrubTries = 30;

export function startForgetting(options: ForgetOptions): Forgetting {
  const { store, clock, logger, retentionDays, isChosen } = options;
  const keepMs = (retentionDays ?? defaultRetentionDays) * dayMs;
  let isStopped = false;
  let cancel = () => {};
  const endPauses = new Set<() => void>();
  let expiredAt = Number.NEGATIVE_INFINITY;
  let running: Promise<unknown> = Promise.resolve();

  /** Ends early when it is stopped meanwhile. */
  async function pause(milliseconds: number): Promise<void> {
    if (isStopped) return;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const cancelTimer = clock.after(milliseconds, end);
    endPauses.add(end);
    await ended;
    endPauses.delete(end);
    cancelTimer();
  }

  async function scrub(): Promise<void> {
    for (let attempt = 0; attempt < scrubTries && !isStopped; attempt += 1) {
      if (await store.scrub()) return;
      await pause(scrubPauseMs);
    }
    logger.warn("Erased data may still be in the ledger's log file: something else reads the ledger.");
  }

  async function expireHere(): Promise<void> {
    if (!isChosen || (await isChosen())) await expire();
    // Whoever does it now may end before the day is over.
    else expiredAt = Number.NEGATIVE_INFINITY;
  }

  async function expire(): Promise<number> {
    const before = clock.now() - keepMs;
    let count = 0;
    let after = "";
    while (!isStopped) {
      const found = await store.personalTags(after, portion);
      const old = found.filter(({ lastAt }) => lastAt < before).map(({ tag }) => tag);
      for (let start = 0; start < old.length && !isStopped; start += erasedAtOnce) {
        const some = old.slice(start, start + erasedAtOnce);
        await store.erasePersonal(some);
        count += some.length;
        if (start + erasedAtOnce < old.length) await pause(restMs);
      }
      if (found.length < portion) break;
      await pause(restMs);
      after = found.at(-1)?.tag ?? "";
    }
    if (count > 0) await scrub();
    if (count > 0) logger.info("Personal data was erased whose time was over.", { count });
    return count;
  }

  function look(): void {
    if (isStopped) return;
    if (clock.now() - expiredAt >= dayMs) {
      expiredAt = clock.now();
      running = expireHere().catch((thrown: unknown) => {
        expiredAt = Number.NEGATIVE_INFINITY;
        const code = isFlowError(thrown) ? thrown.code : "internal_error";
        logger.error("Personal data whose time is over could not be erased; it is tried again.", { code });
      });
    }
    cancel = clock.after(lookMs, look);
  }

  look();
  return {
    async forget(id, { by, reason }) {
      const tags = await store.tagsOf(id);
      if (tags.length === 0) {
        throw new FlowError("invalid_input", "There is nothing of this id in the ledger.", {
          remedy: "Give the id of a payment request, a payment, a refund or an event.",
        });
      }
      const decision = { at: clock.now(), by, reason, action: "forget", subject: id } as const;
      await store.erasePersonal(
        tags,
        tags.map((tag) => ({ ...decision, tag })),
      );
      await scrub();
      return tags.length;
    },
    expire,
    async stop() {
      isStopped = true;
      cancel();
      for (const end of endPauses) end();
      await running;
    },
  };
}
