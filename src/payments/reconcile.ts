import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { RefundRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
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
}

/** How soon a row is looked at again whose account is not there now. */
const absentMs = 60_000;
/** How soon after a failed read, at the earliest. */
const failedMs = 5_000;
/** By how much our estimate of the gateway's clock may be ahead of its own stamps. */
const clockSlackMs = 1_500;
/** After so long the gateway's reads show what happened; two minutes have been seen. */
const hiddenMs = 150_000;
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
}: ReconcileOptions) {
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

  /** Asks the gateway to close the link; what it answers later than that is about a closed link. */
  async function close(session: Session, request: RequestRow): Promise<number> {
    if (request.closedFor !== null) return request.closedAt ?? gatewayTime.now(request.account);
    const closedAt = gatewayTime.now(request.account);
    await session.gateway.disablePaymentRequest(request.paymentRequestId as string);
    await changeRequest(request.tag, () => ({ closedFor: "expired", closedAt }));
    return closedAt;
  }

  /** Whether the read shows everything that was paid before the link was closed. */
  function showsItsEnd(found: PaymentRequest, { account }: RequestRow, closedAt: number): boolean {
    const changedAt = Date.parse(found.modified_at ?? "");
    return changedAt >= closedAt - clockSlackMs || gatewayTime.now(account) - closedAt >= hiddenMs;
  }

  /**
   * Closes a link whose time is up. Cancelled is said only by a read that shows the link's own closing, or made so long
   * after it that the gateway hides nothing any more, and only when nothing is paid and nothing unfinished.
   */
  async function expire(session: Session, request: RequestRow): Promise<void> {
    const closedAt = await close(session, request);
    const found = await confirmer.confirmRequest(session, request, "poll");
    const { payments = [] } = (await store.snapshot(request.tag)) ?? {};
    const isPaid = found.status === "Completed" || found.payments.length > payments.length;
    if (isPaid || payments.some((payment) => payment.state !== "failed")) return;
    if (!showsItsEnd(found, request, closedAt)) return;
    await settler.settle(
      request.tag,
      { kind: "link-closed", reason: "expired" },
      { source: "poll", occurredAt: new Date(gatewayTime.now(request.account)).toISOString(), raw: {} },
    );
  }

  const isOver = ({ account, deadlineAt, status }: RequestRow) =>
    deadlineAt !== null &&
    deadlineAt <= gatewayTime.now(account) &&
    (status === "Pending" || status === "Failed" || status === "Processing");

  async function readRequest(session: Session, request: RequestRow): Promise<void> {
    try {
      // The read tells the gateway's time anew: ours may have jumped since the last one.
      if (request.closedFor === null) await confirmer.confirmRequest(session, request, "poll");
      const latest = (await store.requestByTag(request.tag)) ?? request;
      if (isOver(latest)) await expire(session, latest);
      await changeRequest(request.tag, (row) => ({ nextReadAt: nextReadAfter(row, gatewayTime.now(row.account)) }));
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
      logger.info("A link could not be read or closed; it stays watched.", {
        account: request.account,
        code: thrown.code,
      });
      const pause = thrown.code === "gateway_refused" ? refusedMs : failedMs;
      await changeRequest(request.tag, (row) => ({ nextReadAt: gatewayTime.now(row.account) + pause }));
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
