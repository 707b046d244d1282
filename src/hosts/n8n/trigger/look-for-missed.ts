import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import { isFlowError } from "../../../runtime/errors.ts";
import { confirmPayment } from "./confirm-payment.ts";
import { findNews, markSeen, type PollMemory } from "./find-news.ts";
import type { OpenedAccount } from "./open-account.ts";

/**
 * The events of payments that are news since the last look. One that cannot be read now is taken up at the next look.
 * Throws FlowError when the list itself cannot be read.
 */
export async function lookForMissed(
  memory: PollMemory,
  { account, gateway }: OpenedAccount,
  now: number,
): Promise<readonly PaymentStatusEvent[]> {
  const events: PaymentStatusEvent[] = [];
  for (const paymentId of await findNews({ gateway, memory })) {
    try {
      const reading = await confirmPayment(paymentId, { gateway, account, source: "poll", now });
      if (reading.kind === "not-yet") continue;
      if (reading.kind === "event") events.push(reading.event);
      markSeen(memory, paymentId);
    } catch (thrown) {
      if (!isFlowError(thrown)) throw thrown;
    }
  }
  return events;
}
