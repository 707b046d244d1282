import type { CreateRefundInput, CreateRefundOutput } from "../../schemas/create-refund.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, invalidInput, isFlowError } from "../runtime/errors.ts";
import { formatPaise, gatewayPaise, parsePaise } from "../runtime/money.ts";
import type { RefundRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { differingField } from "./differing-field.ts";
import type { KeyQueue } from "./key-queue.ts";
import { marginMs } from "./list-pages.ts";
import type { Run } from "./links.ts";
import { idOfUrl } from "./payment-facts.ts";
import { type ListedRefund, listRefunds, matchingRefund, refundMismatch } from "./refund-cases.ts";
import { earlierCases, furtherRefund } from "./further-refund.ts";
import { refundOutput } from "./refund-output.ts";
import { planRefund } from "./refund-plan.ts";
import { refundTarget } from "./refund-target.ts";
import type { RefundBook } from "./refund-book.ts";
import type { Session } from "./sessions.ts";

export interface Refunds {
  create(run: Run, input: CreateRefundInput): Promise<CreateRefundOutput>;
}

export interface RefundsOptions {
  readonly store: Pick<
    Store,
    | "refundByTransaction"
    | "refundsOfPayment"
    | "reserveRefund"
    | "saveRefund"
    | "changeRefund"
    | "requestById"
    | "snapshot"
  >;
  readonly book: Pick<RefundBook, "confirmPayment" | "booked" | "unknown" | "resolve">;
  readonly clock: Clock;
  readonly queue: KeyQueue;
}

/** Longer than a call can take with all its time-outs. */
const cutOffAfterMs = 180_000;

/** The id of a refund that was given none: the first refund of its payment. */
export function firstRefundId(paymentId: string): string {
  return `first-${paymentId}`;
}

/**
 * Refunds: the intent is in the ledger before the call, the call is sent once, and a refund that may have been sent is
 * never sent again by anything.
 */
export function createRefunds({ store, book, clock, queue }: RefundsOptions): Refunds {
  /** Gives back what is known of a refund that was asked for before; null when it may be sent now. */
  async function replay(session: Session, known: RefundRow, input: CreateRefundInput): Promise<RefundRow | null> {
    if (known.stage === "refused" && known.resolvedBy !== undefined) {
      const message = `Refund ${known.transactionId} was sent once, and ${known.resolvedBy} decided that it was not booked.`;
      throw new FlowError("transaction_id_reused", message);
    }
    if (known.stage === "refused") return null;
    assertSameRefund(known, input);
    if (known.caseId !== null) return known;
    const found = await book.resolve(session, known).catch((thrown: unknown) => {
      const message = `Refund ${known.transactionId} was sent before, and nobody can say now what came of it.`;
      throw new FlowError("refund_unknown", message, { cause: thrown });
    });
    if (found) return found;
    throw new FlowError("refund_unknown", `Nobody can say yet whether refund ${known.transactionId} was booked.`);
  }

  async function reserve(
    session: Session,
    payment: Payment,
    transactionId: string,
    input: CreateRefundInput,
  ): Promise<RefundRow> {
    const account = { account: session.account.name, environment: session.environment };
    const ours = await store.refundsOfPayment(account, payment.id);
    const listed = await listRefunds(session.gateway, Date.parse(payment.created_at ?? "") || 0);
    const paidPaise = gatewayPaise(payment.amount);
    if (paidPaise === null)
      throw new FlowError("unreadable_reply", "Instamojo's amount of the payment cannot be read.");
    const plan = planRefund({ paidPaise, listed, ours, paymentId: payment.id, transactionId });
    if (input.uniqueTransactionId === undefined && plan.hasOthers) throw needsTransactionId();
    const booked = listed.find((row) => row.transactionId === transactionId);
    const asked = input.refundAmount === undefined ? null : (parsePaise(input.refundAmount) as number);
    const amountPaise = asked ?? booked?.amountPaise ?? plan.remainingPaise;
    if (amountPaise === 0) throw exceeds(plan, amountPaise);
    const requestId = idOfUrl(payment.payment_request);
    const request = requestId === null ? null : await store.requestById(account, requestId);
    const refund: RefundRow = {
      ...account,
      transactionId,
      paymentId: payment.id,
      paymentRequestId: requestId,
      tag: request?.tag ?? null,
      input,
      amountPaise,
      paidPaise,
      stage: "asking",
      caseId: null,
      response: null,
      createdAt: clock.now(),
      // Only a crash leaves it at this stage for so long; then its case is looked for.
      nextReadAt: clock.now() + cutOffAfterMs,
    };
    if (booked) return adopt(refund, booked);
    const reservation = await store.reserveRefund(refund, { availablePaise: plan.availablePaise });
    if (reservation.kind === "reserved") return reservation.refund;
    if (reservation.kind === "exceeds") throw exceeds(plan, amountPaise);
    throw new FlowError("transaction_id_reused", `The id ${transactionId} was taken by another refund just now.`);
  }

  /** The gateway has a case under this id that the ledger, restored from a backup for example, does not know. */
  async function adopt(refund: RefundRow, booked: ListedRefund): Promise<RefundRow> {
    if (!matchingRefund([booked], refund)) {
      const message = `Instamojo already has another refund under the id ${refund.transactionId}.`;
      throw new FlowError("transaction_id_reused", message);
    }
    await store.saveRefund(refund);
    return book.booked(refund, String(booked.id), { refund: booked.raw, success: true });
  }

  async function send(session: Session, refund: RefundRow, input: CreateRefundInput): Promise<RefundRow> {
    const body = {
      transaction_id: refund.transactionId,
      type: input.issueType,
      body: input.description,
      refund_amount: formatPaise(refund.amountPaise),
    };
    const reply = await session.gateway
      .createRefund(refund.paymentId, body)
      .catch((thrown: unknown) => thrown as Error);
    if (reply instanceof Error) return notBooked(session, refund, reply);
    const mismatch = refundMismatch(refund, reply);
    if (!mismatch) {
      return book.booked(refund, reply.refund.id, reply as unknown as Record<string, unknown>).catch(unwritten);
    }
    await book.unknown(refund).catch(unwritten);
    throw new FlowError("refund_unknown", `Instamojo answered, but ${mismatch} is not what was asked for.`);
  }

  /** A refusal is final only when no case has this id: a "duplicate" refusal means that one was booked before. */
  async function notBooked(session: Session, refund: RefundRow, thrown: Error): Promise<RefundRow> {
    const isRefused = isFlowError(thrown) && thrown.outcome === "not-applied";
    if (!isRefused) {
      await book.unknown(refund).catch(unwritten);
      throw thrown;
    }
    const wasRead = isFlowError(thrown) && thrown.statusCode !== undefined;
    const since = refund.createdAt - marginMs;
    const listed = wasRead ? await listRefunds(session.gateway, since).catch(() => null) : [];
    if (!listed) {
      await book.unknown(refund).catch(unwritten);
      const message = "Instamojo refused the refund, and whether it was booked before cannot be read now.";
      throw new FlowError("refund_unknown", message, { cause: thrown });
    }
    const match = matchingRefund(listed, refund);
    if (match?.id) return book.booked(refund, match.id, { refund: match.raw, success: true }).catch(unwritten);
    await store.changeRefund(refund, { stage: "refused", nextReadAt: null });
    throw furtherRefund(thrown, earlierCases(refund, listed, await store.refundsOfPayment(refund, refund.paymentId)));
  }

  /** What the ledger knows under this id, or of the first refund of this payment, before anything is read. */
  async function askedBefore(
    account: Pick<RefundRow, "account" | "environment">,
    { uniqueTransactionId: id, paymentId }: CreateRefundInput,
  ): Promise<RefundRow | null> {
    if (id !== undefined) return store.refundByTransaction(account, id);
    if (paymentId.startsWith("MOJO")) return store.refundByTransaction(account, firstRefundId(paymentId));
    const request = await store.requestById(account, paymentId);
    const snapshot = request && (await store.snapshot(request.tag));
    return snapshot?.refunds.find((refund) => refund.transactionId === firstRefundId(refund.paymentId)) ?? null;
  }

  async function createUnderId(session: Session, input: CreateRefundInput): Promise<CreateRefundOutput> {
    const account = { account: session.account.name, environment: session.environment };
    const given = input.uniqueTransactionId;
    const early = await askedBefore(account, input);
    const replayed = early && (await replay(session, early, input));
    if (replayed) return refundOutput(replayed, true);
    const payment = await refundTarget(session.gateway, input.paymentId);
    return queue.run(`refund ${session.account.name} ${payment.id}`, async () => {
      const transactionId = given ?? firstRefundId(payment.id);
      const known = await store.refundByTransaction(account, transactionId);
      const again = known && (await replay(session, known, input));
      if (again) return refundOutput(again, true);
      await book.confirmPayment(session, payment.id);
      const refund = await reserve(session, payment, transactionId, input);
      if (refund.caseId !== null) return refundOutput(refund, true);
      return refundOutput(await send(session, refund, input), false);
    });
  }

  return {
    create({ session }, input) {
      const { uniqueTransactionId: id } = input;
      const work = () => createUnderId(session, input);
      return id === undefined ? work() : queue.run(`transaction ${session.account.name} ${id}`, work);
    },
  };
}

/** The refund was sent, which a ledger that cannot be written now does not undo; its intent stays and is looked for. */
function unwritten(cause: unknown): never {
  throw new FlowError("refund_unknown", "The refund was sent, but the ledger could not be written.", { cause });
}

/** One id is one refund for ever: the same payment, amount, reason and words. */
function assertSameRefund(known: RefundRow, input: CreateRefundInput): void {
  const isSamePayment = input.paymentId === known.paymentId || input.paymentId === known.paymentRequestId;
  const { paymentId: _before, ...before } = known.input;
  const { paymentId: _now, ...now } = input;
  // The description was erased with the rest of what is personal.
  const { description: _description, ...comparable } = now;
  const field = isSamePayment ? differingField(before, known.isForgotten ? comparable : now) : "paymentId";
  if (field === null) return;
  const what = field === "paymentId" ? "another payment" : `another value of ${field}`;
  throw new FlowError("transaction_id_reused", `The id ${known.transactionId} was used before with ${what}.`);
}

function needsTransactionId(): FlowError {
  const rule = "filled in from the second refund of a payment on";
  return invalidInput([
    {
      field: "uniqueTransactionId",
      rule,
      message: `Unique Transaction ID must be ${rule}.`,
      remedy: "Give this refund an id of its own.",
    },
  ]);
}

function exceeds(plan: { readonly paidPaise: number; readonly remainingPaise: number }, askedPaise: number): FlowError {
  const paid = formatPaise(plan.paidPaise);
  const taken = formatPaise(plan.paidPaise - plan.remainingPaise);
  const asked = askedPaise === 0 ? "the rest" : formatPaise(askedPaise);
  const message = `${asked} cannot be refunded: ${paid} was paid, ${taken} is refunded or being refunded, ${formatPaise(plan.remainingPaise)} is left.`;
  return new FlowError("refund_exceeds_remaining", message);
}
