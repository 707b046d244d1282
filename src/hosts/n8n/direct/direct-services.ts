import { createKeyQueue } from "../../../payments/key-queue.ts";
import { createListPayments } from "../../../payments/payment-list.ts";
import { createPaymentReads } from "../../../payments/payment-reads.ts";
import { createRefundReads } from "../../../payments/refund-reads.ts";
import { createRefunds } from "../../../payments/refunds.ts";
import type { Session } from "../../../payments/sessions.ts";
import { createLinkSwitch } from "../../../payments/switch-link.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { FlowError } from "../../../runtime/errors.ts";
import type { NodeContext } from "../../../runtime/node-context.ts";
import { createDirectLinks } from "./direct-links.ts";
import { noLedger, noLinks, shownRefunds } from "./no-ledger.ts";
import type { SendMarks } from "./send-marks.ts";
import { forgetOld, type RefundMemory, sentRefunds } from "./sent-refunds.ts";

export interface DirectOptions {
  readonly session: Session;
  readonly clock: Clock;
  readonly marks: SendMarks;
  /** What the credential gives as the address to report payments to; empty for none. */
  readonly triggerUrl: string;
  /** Base address of this n8n. */
  readonly ownUrl: string;
}

/** Of this process: refunds that were sent, by merchant, and the order in which they are. */
const sent = new Map<string, RefundMemory>();
const queue = createKeyQueue();

/** The payment services over the gateway alone: the same rules, without a ledger of ours. */
export function directServices(options: DirectOptions): NodeContext {
  const { session, clock, marks } = options;
  const { gateway } = session;
  const refundParts = sentRefunds(memoryOf(session, clock.now()), marks);
  const linkSwitch = createLinkSwitch({ store: noLedger, ...noLinks, clock });
  const refunds = createRefunds({ ...refundParts, clock, queue });
  const refundReads = createRefundReads({
    store: { ...noLedger, changeRefund: async () => null },
    book: { resolve: async () => null },
    clock,
  });
  const paymentReads = createPaymentReads({
    store: { ...noLedger, refundsOfPayment: (world, id) => shownRefunds(gateway, world, id) },
    clock,
  });
  const list = createListPayments({ store: noLedger, clock });
  return {
    links: {
      create: createDirectLinks(options).create,
      disable: (input) => linkSwitch.disable(session, input),
      enable: (input) => linkSwitch.enable(session, input),
    },
    refunds: {
      create: (input) => refunds.create({ session, node: "create-refund", key: undefined, correlation: null }, input),
      status: (input) => refundReads.status(session, input),
    },
    payments: {
      status: (input) => paymentReads.status(session, input),
      list: (input) => list(session, input),
    },
    waits: {
      create: async () => {
        throw new FlowError("internal_error", "A run that waits is not started here.");
      },
    },
  };
}

function memoryOf({ account, environment }: Session, now: number): RefundMemory {
  const merchant = `${environment} ${account.baseUrl} ${account.clientId}`;
  const memory: RefundMemory = sent.get(merchant) ?? new Map();
  sent.set(merchant, memory);
  forgetOld(memory, now);
  return memory;
}
