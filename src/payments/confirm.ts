import type { EventSource } from "../../schemas/payment-status.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { PaymentRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Links } from "./links.ts";
import { type Agreement, compare, idOfUrl, paymentFact, paymentOccurrence } from "./payment-facts.ts";
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

/** Says, without the values, that the gateway's reads do not fit what was asked for. */
export function reportContradiction(
  logger: Logger,
  { account }: Pick<RequestRow, "account">,
  paymentId: string | null,
  what: string,
): void {
  logger.error("A payment contradicts what was asked for; it starts nothing.", {
    account,
    ...(paymentId ? { paymentId } : {}),
    cause: what,
  });
}

export interface ConfirmerOptions {
  readonly store: Store;
  readonly links: Pick<Links, "adopt">;
  readonly settler: Settler;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createConfirmer({ store, links, settler, clock, logger }: ConfirmerOptions): Confirmer {
  async function settlePayment(
    session: Session,
    request: RequestRow,
    reads: { readonly payment: Payment; readonly paymentRequest: PaymentRequest; readonly source: EventSource },
  ): Promise<Agreement> {
    const { payment, paymentRequest, source } = reads;
    const account = await pinned(session, paymentRequest);
    const agreement = compare(request, payment, paymentRequest, account);
    if (agreement.kind !== "agrees") return agreement;
    const occurrence = paymentOccurrence(payment, source, new Date(clock.now()).toISOString());
    await settler.settle(request.tag, paymentFact(payment), occurrence);
    return payment.status === null ? { kind: "not-yet" } : agreement;
  }

  /** The merchant is pinned from the first reply that names it. */
  async function pinned(session: Session, paymentRequest: PaymentRequest): Promise<{ merchant: string | null }> {
    const merchant = idOfUrl(paymentRequest.user);
    return { merchant: merchant === null ? session.row.merchant : await store.pinMerchant(session.row, merchant) };
  }

  return {
    async confirmPayment(session, paymentId, source) {
      const payment = await session.gateway.getPayment(paymentId);
      const requestId = idOfUrl(payment.payment_request);
      if (requestId === null) return { kind: "not-ours" };
      const paymentRequest = await session.gateway.getPaymentRequest(requestId);
      const account = { account: session.account.name, environment: session.environment };
      const known = await store.requestById(account, requestId);
      const request = known ?? (await links.adopt(session, paymentRequest));
      return request ? settlePayment(session, request, { payment, paymentRequest, source }) : { kind: "not-ours" };
    },

    async confirmRequest(session, request, source) {
      const paymentRequest = await session.gateway.getPaymentRequest(request.paymentRequestId as string);
      const { payments = [] } = (await store.snapshot(request.tag)) ?? {};
      const found: Payment[] = [];
      for (const id of unsettled(paymentRequest, payments)) found.push(await session.gateway.getPayment(id));
      // A link that is paid by now is told as paid, not as failed first.
      for (const payment of found.sort((left, right) => Number(right.status === true) - Number(left.status === true))) {
        const agreement = await settlePayment(session, request, { payment, paymentRequest, source });
        if (agreement.kind === "contradicts") reportContradiction(logger, request, payment.id, agreement.what);
      }
      return paymentRequest;
    },
  };
}

/** Payments that the gateway lists or that were seen before, and that are not final here. */
function unsettled(paymentRequest: PaymentRequest, known: readonly PaymentRow[]): readonly string[] {
  const listed = paymentRequest.payments.map(idOfUrl).filter((id) => id?.startsWith("MOJO")) as string[];
  const isFinal = (id: string) => known.some((payment) => payment.paymentId === id && payment.state !== "open");
  return [...new Set([...listed, ...known.map((payment) => payment.paymentId)])].filter((id) => !isFinal(id));
}
