import type { GetPaymentStatusInput, GetPaymentStatusOutput } from "../../schemas/get-payment-status.ts";
import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import { formatPaise, gatewayPaise } from "../runtime/money.ts";
import type { RefundRow, RequestSnapshot } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { customerOf } from "./event-payload.ts";
import { maskResponse } from "./mask-response.ts";
import { idOfUrl, listedPayments } from "./payment-facts.ts";
import type { Session } from "./sessions.ts";
import { paymentStateOf, statusOfPayment } from "./status-table.ts";

/** Reads for *Get payment status*: what the gateway says now, with what only the ledger knows beside it. */
export interface PaymentReads {
  status(session: Session, input: GetPaymentStatusInput): Promise<GetPaymentStatusOutput>;
}

export function createPaymentReads({
  store,
  clock,
}: {
  readonly store: Pick<Store, "requestById" | "snapshot" | "refundsOfPayment">;
  readonly clock: Clock;
}): PaymentReads {
  return {
    async status(session, input) {
      const asked = input.paymentId === undefined ? null : await session.gateway.getPayment(input.paymentId);
      const requestId = asked ? idOfUrl(asked.payment_request) : (input.paymentRequestId ?? idOfUrl(input.link));
      const request = requestId === null ? null : await session.gateway.getPaymentRequest(requestId);
      const ids = request ? listedPayments(request).filter((id) => id !== asked?.id) : [];
      const others = await Promise.all(ids.map((id) => session.gateway.getPayment(id)));
      const payments = (asked ? [...others, asked] : others).sort(byCreation);
      const account = { account: session.account.name, environment: session.environment };
      const row = requestId === null ? null : await store.requestById(account, requestId);
      const snapshot = row && (await store.snapshot(row.tag));
      const subject = asked ?? payments.find((payment) => payment.status === true) ?? payments.at(-1) ?? null;
      const refunds = subject ? await store.refundsOfPayment(account, subject.id) : [];
      const observedAt = new Date(clock.now()).toISOString();
      return outputOf({ session, request, payments, subject, snapshot, refunds, asked, observedAt });
    },
  };
}

interface Reads {
  readonly session: Session;
  readonly request: PaymentRequest | null;
  readonly payments: readonly Payment[];
  readonly asked: Payment | null;
  /** The payment that decides the status. */
  readonly subject: Payment | null;
  readonly snapshot: RequestSnapshot | null;
  readonly refunds: readonly RefundRow[];
  readonly observedAt: string;
}

function outputOf(reads: Reads): GetPaymentStatusOutput {
  const { session, request, payments, subject, snapshot, asked } = reads;
  const paise = gatewayPaise(request?.amount ?? subject?.amount);
  if (paise === null) throw new FlowError("unreadable_reply", "Instamojo's amount of the payment cannot be read.");
  const named = snapshot ? customerOf(snapshot.request) : null;
  return {
    account: session.account.name,
    environment: session.environment,
    status: statusOf(reads),
    paid: (asked ? [asked] : payments).some((payment) => payment.status === true),
    paymentRequestId: request?.id ?? null,
    paymentId: subject?.id ?? null,
    link: request?.longurl ?? null,
    amount: formatPaise(paise),
    refundedAmount: formatPaise(refundedPaise(reads.refunds)),
    currency: "INR",
    purpose: request?.purpose ?? subject?.title ?? null,
    reference: snapshot?.request.reference ?? null,
    customer: {
      name: subject?.name ?? request?.buyer_name ?? named?.name ?? null,
      email: subject?.email ?? request?.email ?? named?.email ?? null,
      mobileNumber: subject?.phone ?? request?.phone ?? named?.mobileNumber ?? null,
    },
    payments: payments.map((payment) => ({
      paymentId: payment.id,
      status: statusOfPayment[paymentStateOf(payment.status)],
      amount: formatPaise(gatewayPaise(payment.amount) ?? 0),
      fees: payment.fees ?? null,
      createdAt: payment.created_at ?? null,
    })),
    observedAt: reads.observedAt,
    response: maskResponse(asked ?? request ?? {}),
  };
}

function refundedPaise(refunds: readonly RefundRow[]): number {
  return refunds.filter(({ stage }) => stage === "refunded").reduce((sum, { amountPaise }) => sum + amountPaise, 0);
}

/** The read decides; only *Refunded* and *Cancelled*, which no read of a payment shows, come from the ledger. */
function statusOf({ subject, snapshot, refunds }: Reads): PaymentStatus {
  if (subject === null || subject.status === false) {
    if (snapshot?.request.status === "Cancelled") return "Cancelled";
    if (subject === null) return "Pending";
  }
  if (subject.status === true && refunds.some((refund) => refund.stage === "refunded")) return "Refunded";
  return statusOfPayment[paymentStateOf(subject.status)];
}

function byCreation(left: Payment, right: Payment): number {
  return (left.created_at ?? "").localeCompare(right.created_at ?? "");
}
