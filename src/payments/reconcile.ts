import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { RefundRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { createLinkCloser } from "./close-link.ts";
import type { Confirmer } from "./confirm.ts";
import type { GatewayTime } from "./gateway-time.ts";
import { nextReadAfter, nextRefundReadAt } from "./read-schedule.ts";
import type { RefundBook } from "./refund-book.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { Settler } from "./settle.ts";

export interface ReconcileOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly confirmer: Confirmer;
  readonly book: RefundBook;
  readonly settler: Settler;
  readonly gatewayTime: Pick<GatewayTime, "now">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when the gateway would not close a link whose time is up. */
  readonly onRefused?: (request: RequestRow) => Promise<void>;
}

/** How soon a row is looked at again whose account is not there now. */
const absentMs = 60_000;
/** How soon after a failed read, at the earliest. */
const failedMs = 5_000;
/** How soon after the gateway refused to close a link. */
const refusedMs = 300_000;

/** What neither webhooks nor lists tell: links whose time is up, refund cases until they end. */
export function createReconcileWork({
  store,
  sessions,
  confirmer,
  book,
  settler,
  gatewayTime,
  clock,
  logger,
  onRefused,
}: ReconcileOptions) {
  const closer = createLinkCloser({ store, confirmer, settler, gatewayTime });

  async function changeRequest(tag: string, change: (request: RequestRow) => Partial<RequestRow>): Promise<void> {
    const request = await store.requestByTag(tag);
    if (!request) return;
    const changed = { ...request, ...change(request), version: request.version + 1 };
    // Another change came between: it has set the next read itself.
    await store.commit({ request: changed });
  }

  /** Leaves the rest of the refund to whoever changed it meanwhile. */
  async function setNext(refund: RefundRow, nextReadAt: number | null): Promise<void> {
    await store.changeRefund(refund, { nextReadAt });
  }

  /** Whether the link has been shut, or its time is up, and its end has not been told. */
  const isEnding = ({ account, closedFor, deadlineAt, status }: RequestRow) =>
    (closedFor !== null || (deadlineAt !== null && deadlineAt <= gatewayTime.now(account))) &&
    (status === "Pending" || status === "Failed" || status === "Processing");

  async function finish(session: Session, request: RequestRow): Promise<void> {
    const closed = request.closedFor === null ? await closer.shut(session, request, "expired") : request;
    await closer.end(session, closed, "poll");
  }

  async function readRequest(session: Session, request: RequestRow): Promise<void> {
    try {
      // The read tells the gateway's time anew: ours may have jumped since the last one.
      if (request.closedFor === null) await confirmer.confirmRequest(session, request, "poll");
      const latest = (await store.requestByTag(request.tag)) ?? request;
      if (isEnding(latest)) await finish(session, latest);
      await changeRequest(request.tag, (row) => ({ nextReadAt: nextReadAfter(row, gatewayTime.now(row.account)) }));
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A link could not be read or closed; it stays watched.", {
        account: request.account,
        code: thrown.code,
      });
      const isRefused = thrown.code === "gateway_refused" || thrown.code === "link_switch_refused";
      const pause = isRefused ? refusedMs : failedMs;
      await changeRequest(request.tag, (row) => ({ nextReadAt: gatewayTime.now(row.account) + pause }));
      if (isRefused) await onRefused?.(request);
    }
  }

  return {
    async request(request: RequestRow): Promise<void> {
      const session = await sessions.ofRow(request);
      // A superseded generation rests too: whoever mistyped a client id puts it right again.
      if (typeof session === "string") {
        return changeRequest(request.tag, () => ({ nextReadAt: gatewayTime.now(request.account) + absentMs }));
      }
      return readRequest(session, request);
    },

    async refund(refund: RefundRow): Promise<void> {
      const session = await sessions.ofRow(refund);
      if (typeof session === "string") return setNext(refund, clock.now() + absentMs);
      try {
        await book.follow(session, refund);
      } catch (thrown) {
        if (!isFlowError(thrown)) throw thrown;
        logger.info("A refund could not be read; it is followed on.", { account: refund.account, code: thrown.code });
        const next = Math.max(nextRefundReadAt(refund.createdAt, clock.now()), clock.now() + failedMs);
        await setNext(refund, next);
      }
    },
  };
}
