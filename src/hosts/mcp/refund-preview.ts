import type { CreateRefundInput } from "../../../schemas/create-refund.ts";
import type { GetPaymentStatusOutput } from "../../../schemas/get-payment-status.ts";
import { firstRefundId } from "../../payments/refunds.ts";
import type { Plugin } from "../../plugin.ts";
import { FlowError, invalidInput, type NodeError } from "../../runtime/errors.ts";
import { formatPaise, parsePaise } from "../../runtime/money.ts";
import { isReserving, type RefundRow } from "../../store/rows.ts";
import type { Store } from "../../store/store.ts";
import { type Refusal, refusal } from "./refusals.ts";

/** What a refund would do, as far as Instamojo's read of the payment and this ledger can tell. */
export interface RefundPreview {
  /** What the confirmation is bound to; amounts are paise. */
  readonly totals: {
    readonly paymentId: string;
    readonly paidPaise: number;
    readonly takenPaise: number;
    readonly amountPaise: number;
  };
  /** For who decides. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** The input that does exactly this, whatever happens meanwhile. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface RefundPreviewOptions {
  readonly plugin: Pick<Plugin, "nodes">;
  readonly store: Pick<Store, "requestById" | "refundsOfPayment" | "refundByTransaction">;
}

/**
 * Reads the payment and reckons what this refund gives back. Only payments of links in this ledger.
 * @throws {FlowError} `not_paid_yet`, `several_payments`, `refund_exceeds_remaining`, `transaction_id_reused`,
 * `invalid_input`, `store_unavailable`
 */
export async function previewRefund(
  account: string,
  asked: CreateRefundInput,
  { plugin, store }: RefundPreviewOptions,
): Promise<RefundPreview | { readonly error: NodeError | Refusal }> {
  const isPayment = asked.paymentId.startsWith("MOJO");
  const input = isPayment ? { paymentId: asked.paymentId } : { paymentRequestId: asked.paymentId };
  const read = await plugin.nodes.get("get-payment-status")?.run({ account, input });
  if (!read) throw new FlowError("internal_error", "Payments cannot be read here.", { outcome: "not-applied" });
  if ("error" in read) return { error: read.error };
  const status = read.output as unknown as GetPaymentStatusOutput;
  const { environment, paymentRequestId } = status;
  const isOurs =
    paymentRequestId !== null && (await store.requestById({ account, environment }, paymentRequestId)) !== null;
  if (!isOurs) return { error: refusal("payment_not_in_ledger") };
  const payment = paidPayment(status, asked.paymentId);
  const transactionId = asked.uniqueTransactionId ?? firstRefundId(payment.paymentId);
  const known = await store.refundByTransaction({ account, environment }, transactionId);
  const ours = await store.refundsOfPayment({ environment }, payment.paymentId);
  const reckoned = reckon({ asked, payment, transactionId, known, ours });
  return {
    totals: { paymentId: payment.paymentId, ...reckoned.totals },
    shown: {
      account,
      environment,
      paymentId: payment.paymentId,
      paymentRequestId,
      purpose: status.purpose,
      customer: status.customer,
      ...rupees(reckoned.totals),
      issueType: asked.issueType,
      description: asked.description,
      uniqueTransactionId: asked.uniqueTransactionId ?? null,
      alreadyAskedFor: reckoned.isRepeat,
    },
    input: reckoned.isRepeat ? repeated(asked, known) : exactly(asked, payment.paymentId, reckoned.totals.amountPaise),
  };
}

type Paid = GetPaymentStatusOutput["payments"][number];

function paidPayment({ payments }: GetPaymentStatusOutput, id: string): Paid {
  const paid = payments.filter(({ status }) => status === "Completed");
  const fitting = id.startsWith("MOJO") ? paid.filter(({ paymentId }) => paymentId === id) : paid;
  const [only] = fitting;
  if (!only) throw new FlowError("not_paid_yet", `There is no successful payment ${id}.`);
  if (fitting.length === 1) return only;
  const ids = fitting.map(({ paymentId }) => paymentId).join(", ");
  throw new FlowError("several_payments", `Payment request ${id} was paid ${fitting.length} times: ${ids}.`);
}

interface Reckoning {
  readonly asked: CreateRefundInput;
  readonly payment: Paid;
  readonly transactionId: string;
  readonly known: RefundRow | null;
  readonly ours: readonly RefundRow[];
}

function reckon({ asked, payment, transactionId, known, ours }: Reckoning) {
  if (known && known.paymentId !== payment.paymentId) {
    throw new FlowError("transaction_id_reused", `The id ${transactionId} belongs to another payment's refund.`);
  }
  const others = ours.filter((refund) => refund.transactionId !== transactionId);
  const isRepeat = known !== null && known.stage !== "refused";
  if (!isRepeat && asked.uniqueTransactionId === undefined && others.some(({ stage }) => stage !== "refused")) {
    throw needsTransactionId();
  }
  const paidPaise = parsePaise(payment.amount) as number;
  const takenPaise = others.filter(isReserving).reduce((sum, refund) => sum + refund.amountPaise, 0);
  const leftPaise = Math.max(0, paidPaise - takenPaise);
  const askedPaise = asked.refundAmount === undefined ? leftPaise : (parsePaise(asked.refundAmount) as number);
  const amountPaise = isRepeat ? known.amountPaise : askedPaise;
  if (!isRepeat && (amountPaise === 0 || amountPaise > leftPaise)) {
    const words = `${formatPaise(paidPaise)} was paid, ${formatPaise(leftPaise)} is left of it.`;
    throw new FlowError("refund_exceeds_remaining", `This refund is too large: ${words}`);
  }
  return { isRepeat, totals: { paidPaise, takenPaise, amountPaise } };
}

function rupees({
  paidPaise,
  takenPaise,
  amountPaise,
}: {
  paidPaise: number;
  takenPaise: number;
  amountPaise: number;
}) {
  return {
    paidAmount: formatPaise(paidPaise),
    alreadyRefundedAmount: formatPaise(takenPaise),
    refundAmount: formatPaise(amountPaise),
    remainingAmount: formatPaise(Math.max(0, paidPaise - takenPaise - amountPaise)),
    currency: "INR",
  };
}

function exactly(asked: CreateRefundInput, paymentId: string, amountPaise: number): Record<string, unknown> {
  return { ...asked, paymentId, refundAmount: formatPaise(amountPaise) };
}

/** The first call of this refund named its amount; a repeat that does not is still the same refund. */
function repeated(asked: CreateRefundInput, known: RefundRow | null): Record<string, unknown> {
  const refundAmount = asked.refundAmount ?? known?.input.refundAmount;
  return { ...asked, ...(refundAmount === undefined ? {} : { refundAmount }) };
}

function needsTransactionId(): FlowError {
  const rule = "filled in from the second refund of a payment on";
  const message = `Unique Transaction ID must be ${rule}.`;
  return invalidInput([{ field: "uniqueTransactionId", rule, message, remedy: "Give this refund an id of its own." }]);
}
