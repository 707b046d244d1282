import type { Gateway } from "../../../client/gateway.ts";
import type { LinkSwitchOptions } from "../../../payments/switch-link.ts";
import { idOfUrl } from "../../../payments/payment-facts.ts";
import { type ListedRefund, listRefunds } from "../../../payments/refund-cases.ts";
import { refundStateOf } from "../../../payments/status-table.ts";
import { FlowError } from "../../../runtime/errors.ts";
import { gatewayPaise } from "../../../runtime/money.ts";
import type { RefundRow } from "../../../store/rows.ts";

/** What a ledger answers that knows nothing: n8n has none of ours. */
export const noLedger = {
  requestById: async () => null,
  requestByTag: async () => null,
  snapshot: async () => null,
  history: async () => null,
  tagsOf: async () => [],
  searchRequests: async () => ({ requests: [], before: null }),
  refundsOfPayment: async () => [],
  refundByTransaction: async () => null,
} as const;

function unreachable(): never {
  throw new FlowError("internal_error", "A part that needs the ledger was asked for without one.");
}

/** The parts of *Disable* and *Enable payment link* that only links of a ledger come to. */
export const noLinks: Pick<LinkSwitchOptions, "closer" | "settler" | "gatewayTime"> = {
  closer: { shut: unreachable, end: unreachable },
  settler: { settle: unreachable } as unknown as LinkSwitchOptions["settler"],
  gatewayTime: { now: unreachable },
};

/** Refunds of one payment as Instamojo shows them now, in place of a ledger that followed them. */
export async function shownRefunds(
  gateway: Pick<Gateway, "getPayment" | "listRefunds" | "getRefundCase">,
  world: Pick<RefundRow, "environment">,
  paymentId: string,
): Promise<readonly RefundRow[]> {
  const payment = await gateway.getPayment(paymentId);
  if (payment.status !== true) return [];
  const listed = await listRefunds(gateway, Date.parse(payment.created_at ?? "") || 0);
  const own = listed.filter((row) => row.paymentId === paymentId && row.id !== null);
  return Promise.all(own.map((row) => rowOf(gateway, world, row)));
}

async function rowOf(
  gateway: Pick<Gateway, "getRefundCase">,
  { environment }: Pick<RefundRow, "environment">,
  { id, paymentId, transactionId, amountPaise, createdAt }: ListedRefund,
): Promise<RefundRow> {
  const found = await gateway.getRefundCase(String(id));
  return {
    account: "",
    environment,
    transactionId: transactionId ?? String(id),
    paymentId: paymentId ?? idOfUrl(found.payment) ?? "",
    paymentRequestId: null,
    tag: null,
    input: {},
    amountPaise: gatewayPaise(found.refund_amount) ?? amountPaise ?? 0,
    paidPaise: 0,
    stage: refundStateOf(found.resolution_status) ?? "unknown",
    caseId: id,
    response: null,
    createdAt: Date.parse(createdAt ?? "") || 0,
    nextReadAt: null,
  };
}
