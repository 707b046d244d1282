import { marginMs } from "../../../payments/list-pages.ts";
import { maskResponse } from "../../../payments/mask-response.ts";
import { listRefunds, matchingRefund } from "../../../payments/refund-cases.ts";
import type { RefundsOptions } from "../../../payments/refunds.ts";
import { FlowError } from "../../../runtime/errors.ts";
import { isReserving, type RefundRow } from "../../../store/rows.ts";
import { noLedger } from "./no-ledger.ts";
import type { SendMarks } from "./send-marks.ts";

/** How long the refunds that this process sent are remembered: longer than Instamojo's lists lag, two minutes as seen. */
const keptMs = 600_000;
const unknownKeptMs = 86_400_000;
const maxKept = 1_000;

/** The refunds that this process sent a while ago, for one merchant. In memory only. */
export type RefundMemory = Map<string, RefundRow>;

export function forgetOld(memory: RefundMemory, now: number): void {
  for (const [id, { createdAt, stage }] of memory) {
    const keptFor = stage === "unknown" || stage === "asking" ? unknownKeptMs : keptMs;
    if (memory.size > maxKept || now - createdAt > keptFor) memory.delete(id);
  }
}

/**
 * What the rules of refunds need of a ledger, as far as n8n can keep it: a mark before each send, which is never taken
 * back while the outcome is unknown, and what this process remembers. What Instamojo's list shows comes on top.
 */
export function sentRefunds(memory: RefundMemory, marks: SendMarks): Pick<RefundsOptions, "store" | "book"> {
  const markOf = ({ environment, account, transactionId }: RefundRow) => `${environment} ${account} ${transactionId}`;
  const keep = (refund: RefundRow): RefundRow => {
    memory.set(refund.transactionId, refund);
    return refund;
  };
  const ofPayment = (paymentId: string) => [...memory.values()].filter((refund) => refund.paymentId === paymentId);

  const store: RefundsOptions["store"] = {
    ...noLedger,
    refundByTransaction: async (_account, id) => memory.get(id) ?? null,
    refundsOfPayment: async (_world, paymentId) => ofPayment(paymentId),
    async reserveRefund(refund, { availablePaise }) {
      const others = ofPayment(refund.paymentId).filter(({ transactionId }) => transactionId !== refund.transactionId);
      const reserved = others.filter(isReserving).reduce((sum, { amountPaise }) => sum + amountPaise, 0);
      if (reserved + refund.amountPaise > availablePaise) {
        return { kind: "exceeds", reservedPaise: reserved };
      }
      if (!(await marks.take(markOf(refund)))) throw sentBefore(refund);
      return { kind: "reserved", refund: keep(refund) };
    },
    async saveRefund(refund) {
      keep(refund);
    },
    async changeRefund(before, changes) {
      const refund = keep({ ...before, ...changes });
      if (refund.stage === "refused") await marks.release(markOf(refund)).catch(() => {});
      return refund;
    },
  };

  const booked = async (refund: RefundRow, caseId: string, reply: Record<string, unknown>) =>
    keep({ ...refund, stage: "requested", caseId, response: maskResponse(reply) });

  return {
    store,
    book: {
      confirmPayment: async () => {},
      booked,
      unknown: async (refund) => void keep({ ...refund, stage: "unknown" }),
      async resolve({ gateway }, refund) {
        const match = matchingRefund(await listRefunds(gateway, refund.createdAt - marginMs), refund);
        return match?.id ? booked(refund, match.id, { refund: match.raw, success: true }) : null;
      },
    },
  };
}

function sentBefore({ transactionId }: RefundRow): FlowError {
  const message = `This node sent refund ${transactionId} before, and Instamojo's list of refunds does not show it under this id. It is not sent again.`;
  return new FlowError("refund_unknown", message);
}
