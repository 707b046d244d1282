import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { RefundRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Confirmer } from "./confirm.ts";
import { nextReadAt, nextRefundReadAt } from "./read-schedule.ts";
import type { Links } from "./links.ts";
import type { RefundBook } from "./refund-book.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { Settler } from "./settle.ts";

export interface ReconcileOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly confirmer: Confirmer;
  readonly book: RefundBook;
  readonly settler: Settler;
  readonly links: Pick<Links, "recover">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How soon a row is looked at again whose account is not there now. */
const absentMs = 60_000;
/** How soon after a failed read, at the earliest. */
const failedMs = 5_000;
/** How soon after the gateway refused to close a link. */
const refusedMs = 300_000;

/** What no webhook tells: links read by id while they are open, links that expire, refund cases until they end. */
export function createReconcileWork({
  store,
  sessions,
  confirmer,
  book,
  settler,
  links,
  clock,
  logger,
}: ReconcileOptions) {
  async function changeRequest(tag: string, change: (request: RequestRow) => Partial<RequestRow>): Promise<void> {
    const request = await store.requestByTag(tag);
    if (!request) return;
    const changed = { ...request, ...change(request), version: request.version + 1 };
    // Another change came between: it has set the next read itself.
    await store.commit({ request: changed });
  }

  /** Closes a link whose time is up, reads once more, and says Cancelled only when nothing was paid or is unfinished. */
  async function expire(session: Session, request: RequestRow): Promise<void> {
    if (request.closedFor === null) {
      await session.gateway.disablePaymentRequest(request.paymentRequestId as string);
      await changeRequest(request.tag, () => ({ closedFor: "expired" }));
    }
    const found = await confirmer.confirmRequest(session, request, "poll");
    const { payments = [] } = (await store.snapshot(request.tag)) ?? {};
    const isPaid = found.status === "Completed" || found.payments.length > payments.length;
    if (isPaid || payments.some((payment) => payment.state !== "failed")) return;
    const occurredAt = new Date(clock.now()).toISOString();
    await settler.settle(
      request.tag,
      { kind: "link-closed", reason: "expired" },
      { source: "poll", occurredAt, raw: {} },
    );
  }

  async function readRequest(session: Session, request: RequestRow): Promise<void> {
    const isOver = request.deadlineAt !== null && request.deadlineAt <= clock.now();
    const canExpire = request.status === "Pending" || request.status === "Failed" || request.status === "Processing";
    try {
      if (isOver && canExpire) await expire(session, request);
      else await confirmer.confirmRequest(session, request, "poll");
      await changeRequest(request.tag, (latest) => ({ nextReadAt: nextReadAt(latest, clock.now()) }));
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A link could not be read or closed; it stays watched.", {
        account: request.account,
        code: thrown.code,
      });
      const pause = thrown.code === "gateway_refused" ? refusedMs : failedMs;
      await changeRequest(request.tag, () => ({ nextReadAt: clock.now() + pause }));
    }
  }

  async function search(session: Session, request: RequestRow): Promise<void> {
    const found = await links.recover(session, request).catch((thrown: unknown) => {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A link that was not answered could not be looked for.", {
        account: request.account,
        code: thrown.code,
      });
      return null;
    });
    if (!found) await changeRequest(request.tag, (latest) => ({ nextReadAt: nextReadAt(latest, clock.now()) }));
  }

  return {
    async request(request: RequestRow): Promise<void> {
      const session = await sessions.ofRow(request);
      // A superseded generation rests too: whoever mistyped a client id puts it right again.
      if (typeof session === "string") {
        return changeRequest(request.tag, () => ({ nextReadAt: clock.now() + absentMs }));
      }
      return request.stage === "open" ? readRequest(session, request) : search(session, request);
    },

    async refund(refund: RefundRow): Promise<void> {
      const session = await sessions.ofRow(refund);
      if (typeof session === "string") return store.saveRefund({ ...refund, nextReadAt: clock.now() + absentMs });
      try {
        await book.follow(session, refund);
      } catch (thrown) {
        if (!isFlowError(thrown)) throw thrown;
        logger.info("A refund could not be read; it is followed on.", { account: refund.account, code: thrown.code });
        const next = Math.max(nextRefundReadAt(refund.createdAt, clock.now()), clock.now() + failedMs);
        await store.saveRefund({ ...refund, nextReadAt: next });
      }
    },
  };
}
