import type { EventSource } from "../../schemas/payment-status.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import type { PaymentRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Links } from "./links.ts";
import {
  acceptedFact,
  type Agreement,
  compare,
  idOfUrl,
  listedPayments,
  paymentFact,
  paymentOccurrence,
} from "./payment-facts.ts";
import type { Findings } from "./quarantine-findings.ts";
import type { Session } from "./sessions.ts";
import type { Settler } from "./settle.ts";

/** What came of a confirming read. `not-ours`: the payment belongs to no link of this ledger. */
export type Confirmation = Agreement | { readonly kind: "not-ours" };

/** Turns hints into facts by reading the gateway; the only way to a payment status. */
export interface Confirmer {
  /** Reads one payment and its request, and settles what they say. Throws FlowError when a read fails. */
  confirmPayment(session: Session, paymentId: string, source: EventSource): Promise<Confirmation>;
  /** Reads one link and those of its payments that are not final yet. Returns what the gateway says of the link. */
  confirmRequest(session: Session, request: RequestRow, source: EventSource): Promise<PaymentRequest>;
}

/** What an operator's word does on top. */
export interface Acceptor {
  /**
   * Reads a payment that contradicts and settles it as paid with reason `accepted`, because a named operator says so;
   * one that agrees by now is settled as any other. False when the gateway does not say that it is paid.
   */
  acceptPayment(session: Session, request: RequestRow, paymentId: string, source: EventSource): Promise<boolean>;
}

export interface ConfirmerOptions {
  readonly store: Store;
  readonly links: Pick<Links, "adopt">;
  readonly settler: Settler;
  readonly clock: Clock;
  /** Hears of payments that contradict without a message having said so. */
  readonly findings?: Findings;
}

export function createConfirmer({ store, links, settler, clock, findings }: ConfirmerOptions): Confirmer & Acceptor {
  async function settlePayment(
    session: Session,
    request: RequestRow,
    reads: { readonly payment: Payment; readonly paymentRequest: PaymentRequest; readonly source: EventSource },
  ): Promise<Agreement> {
    const { payment, source } = reads;
    const agreement = await judge(session, request, reads);
    if (agreement.kind === "contradicts" && source !== "webhook") {
      await findings?.found(request, { paymentId: payment.id, what: agreement.what });
    }
    if (agreement.kind !== "agrees") return agreement;
    await settler.settle(request.tag, paymentFact(payment), occurrenceOf(payment, source));
    return payment.status === null ? { kind: "not-yet" } : agreement;
  }

  /** Reads the payments of a link that are not final here, and settles the paid ones first. */
  async function settleAll(
    session: Session,
    request: RequestRow,
    { paymentRequest, source }: { readonly paymentRequest: PaymentRequest; readonly source: EventSource },
  ): Promise<void> {
    const { payments = [] } = (await store.snapshot(request.tag)) ?? {};
    const found: Payment[] = [];
    for (const id of unsettled(paymentRequest, payments)) {
      // What waits for an operator is read again in its own time.
      if (!(await findings?.isHeld(request, id))) found.push(await session.gateway.getPayment(id));
    }
    for (const payment of found.sort((left, right) => Number(right.status === true) - Number(left.status === true))) {
      await settlePayment(session, request, { payment, paymentRequest, source });
    }
  }

  /** The merchant is pinned from the first reply that names it and fits otherwise. */
  async function judge(
    session: Session,
    request: RequestRow,
    { payment, paymentRequest }: { readonly payment: Payment; readonly paymentRequest: PaymentRequest },
  ): Promise<Agreement> {
    const agreement = compare(request, payment, paymentRequest, session.row);
    const named = idOfUrl(paymentRequest.user);
    // Once pinned, it is what was compared with already: no payment waits for the row of its account.
    if (agreement.kind === "contradicts" || named === null || session.row.merchant !== null) return agreement;
    const merchant = await store.pinMerchant(session.row, named);
    return compare(request, payment, paymentRequest, { merchant });
  }

  const occurrenceOf = (payment: Payment, source: EventSource) =>
    paymentOccurrence(payment, source, new Date(clock.now()).toISOString());

  return {
    async confirmPayment(session, paymentId, source) {
      const payment = await session.gateway.getPayment(paymentId);
      const requestId = idOfUrl(payment.payment_request);
      if (requestId === null) return { kind: "not-ours" };
      const paymentRequest = await session.gateway.getPaymentRequest(requestId);
      const account = { account: session.account.name, environment: session.environment };
      const known = await store.requestById(account, requestId);
      const request = known ?? (await links.adopt(session, paymentRequest));
      if (!request) return { kind: "not-ours" };
      if (payment.status !== true && paymentRequest.status === "Completed") {
        // Another attempt paid the link, and is told first: "failed, try again" would be wrong by now.
        await settleAll(session, request, { paymentRequest, source });
      }
      return settlePayment(session, request, { payment, paymentRequest, source });
    },

    async confirmRequest(session, request, source) {
      const paymentRequest = await session.gateway.getPaymentRequest(request.paymentRequestId as string);
      await settleAll(session, request, { paymentRequest, source });
      return paymentRequest;
    },

    async acceptPayment(session, request, paymentId, source) {
      const payment = await session.gateway.getPayment(paymentId);
      if (payment.status !== true) return false;
      const paymentRequest = await session.gateway.getPaymentRequest(request.paymentRequestId as string);
      const { kind } = await judge(session, request, { payment, paymentRequest });
      const fact = kind === "agrees" ? paymentFact(payment) : acceptedFact(request, payment);
      await settler.settle(request.tag, fact, occurrenceOf(payment, source));
      return true;
    },
  };
}

/** Payments that the gateway lists or that were seen before, and that are not final here. */
function unsettled(paymentRequest: PaymentRequest, known: readonly PaymentRow[]): readonly string[] {
  const isFinal = (id: string) => known.some((payment) => payment.paymentId === id && payment.state !== "open");
  return [...new Set([...listedPayments(paymentRequest), ...known.map((payment) => payment.paymentId)])].filter(
    (id) => !isFinal(id),
  );
}
