import type { RefundCase } from "../../schemas/wire/refund.ts";
import type { Clock } from "../runtime/clock.ts";
import { gatewayPaise } from "../runtime/money.ts";
import type { DecisionRow, RefundRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Confirmer } from "./confirm.ts";
import { marginMs } from "./list-pages.ts";
import { maskResponse } from "./mask-response.ts";
import { idOfUrl } from "./payment-facts.ts";
import { nextRefundReadAt } from "./read-schedule.ts";
import { listRefunds, matchingRefund } from "./refund-cases.ts";
import type { Session } from "./sessions.ts";
import type { Settler } from "./settle.ts";
import { refundStateOf } from "./status-table.ts";

/** What becomes of a refund after it was sent: booked, unknown, resolved, concluded. */
export interface RefundBook {
  /** Settles the payment first, so that its story is told in order. */
  confirmPayment(session: Session, paymentId: string): Promise<void>;
  /** The gateway opened this case for it. */
  booked(refund: RefundRow, caseId: string, reply: Record<string, unknown>): Promise<RefundRow>;
  /** A person says that this case is its own; their decision is recorded with it. Returns the refund as it is then. */
  resolved(refund: RefundRow, caseId: string, decision: DecisionRow): Promise<RefundRow>;
  /** It was sent, and nobody can say what came of it. */
  unknown(refund: RefundRow): Promise<void>;
  /** Looks for the case of a refund that may have been sent; null when none is to be seen, which proves nothing. */
  resolve(session: Session, refund: RefundRow): Promise<RefundRow | null>;
  /** Reads how the case of a refund stands now, or looks for the case where there is none yet. */
  follow(session: Session, refund: RefundRow): Promise<void>;
}

export interface RefundBookOptions {
  readonly store: Store;
  readonly settler: Settler;
  readonly confirmer: Confirmer;
  readonly clock: Clock;
}

export function createRefundBook({ store, settler, confirmer, clock }: RefundBookOptions): RefundBook {
  const now = () => new Date(clock.now()).toISOString();

  /** Moves a refund on from how it was read; where another change came first, that one stands. */
  async function save(
    before: RefundRow,
    refund: RefundRow,
    occurrence: Parameters<Settler["settle"]>[2],
  ): Promise<RefundRow> {
    const { decision } = occurrence;
    if (refund.tag === null) return (await store.changeRefund(before, refund, decision)) ?? current(refund);
    await settler.settle(refund.tag, { kind: "refund", refund }, occurrence);
    // Also where the state is not new: the next read moves on.
    return (await store.changeRefund(refund, { nextReadAt: refund.nextReadAt })) ?? current(refund);
  }

  async function current(refund: RefundRow): Promise<RefundRow> {
    return (await store.refundByTransaction(refund, refund.transactionId)) ?? refund;
  }

  async function booked(refund: RefundRow, caseId: string, reply: Record<string, unknown>): Promise<RefundRow> {
    const response = maskResponse(reply);
    const next = { ...withCase(refund, caseId), response };
    return save(refund, next, { source: "action", occurredAt: now(), raw: response });
  }

  function withCase(refund: RefundRow, caseId: string): RefundRow {
    return { ...refund, stage: "requested", caseId, nextReadAt: nextRefundReadAt(refund.createdAt, clock.now()) };
  }

  async function resolve(session: Session, refund: RefundRow): Promise<RefundRow | null> {
    const match = matchingRefund(await listRefunds(session.gateway, refund.createdAt - marginMs), refund);
    return match?.id ? booked(refund, match.id, { refund: match.raw, success: true }) : null;
  }

  async function readCase(session: Session, refund: RefundRow, caseId: string): Promise<void> {
    const found = await session.gateway.getRefundCase(caseId);
    const state = isSameCase(found, refund) ? refundStateOf(found.resolution_status) : null;
    const isOpen = state === null || state === "in-review";
    const next: RefundRow = {
      ...refund,
      stage: state ?? refund.stage,
      nextReadAt: isOpen ? nextRefundReadAt(refund.createdAt, clock.now()) : null,
    };
    await save(refund, next, { source: "poll", occurredAt: found.updated_at ?? now(), raw: maskResponse(found) });
  }

  return {
    async confirmPayment(session, paymentId) {
      await confirmer.confirmPayment(session, paymentId, "poll");
    },
    booked,
    resolved(refund, caseId, decision) {
      const next = { ...withCase(refund, caseId), response: {}, resolvedBy: decision.by };
      return save(refund, next, { source: "action", occurredAt: now(), raw: {}, decision });
    },
    async unknown(refund) {
      await store.changeRefund(refund, {
        stage: "unknown",
        nextReadAt: nextRefundReadAt(refund.createdAt, clock.now()),
      });
    },
    resolve,
    async follow(session, refund) {
      if (refund.caseId !== null) return readCase(session, refund, refund.caseId);
      if (await resolve(session, refund)) return;
      await store.changeRefund(refund, { nextReadAt: nextRefundReadAt(refund.createdAt, clock.now()) });
    },
  };
}

/** A case is believed only when it is the one that was asked for, with the payment and the amount of the refund. */
function isSameCase(found: RefundCase, refund: RefundRow): boolean {
  if (found.id !== refund.caseId) return false;
  const paymentId = idOfUrl(found.payment);
  if (paymentId !== null && paymentId !== refund.paymentId) return false;
  return gatewayPaise(found.refund_amount) === refund.amountPaise;
}
