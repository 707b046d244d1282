import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import type { PaymentRequest } from "../../../../schemas/wire/payment-request.ts";
import { eventPayload } from "../../../payments/event-payload.ts";
import { listedPayments } from "../../../payments/payment-facts.ts";
import { confirmPayment, linkRow } from "../trigger/confirm-payment.ts";
import type { OpenedAccount } from "../trigger/open-account.ts";

/** What Instamojo's reads say of a link now. */
export type LinkState =
  | { readonly kind: "paid"; readonly event: PaymentStatusEvent }
  /** Not paid. `failed`: the last attempt that failed; `isUnfinished`: an attempt has not ended, or a read is behind. */
  | {
      readonly kind: "open";
      readonly request: PaymentRequest;
      readonly failed: PaymentStatusEvent | null;
      readonly isUnfinished: boolean;
    };

/** A link is tried a few times at most; more are not looked at one by one. */
const mostAttempts = 20;

/** Reads a link and its attempts. Throws FlowError when a read fails. */
export async function lookAtLink(id: string, { gateway, account }: OpenedAccount, now: number): Promise<LinkState> {
  const request = await gateway.getPaymentRequest(id);
  let failed: PaymentStatusEvent | null = null;
  let isUnfinished = request.status === "Completed";
  for (const paymentId of listedPayments(request).slice(-mostAttempts)) {
    const reading = await confirmPayment(paymentId, { gateway, account, source: "poll", now });
    if (reading.kind === "event" && reading.event.status === "Completed") return { kind: "paid", event: reading.event };
    if (reading.kind === "event") failed = reading.event;
    if (reading.kind === "not-yet") isUnfinished = true;
  }
  return { kind: "open", request, failed, isUnfinished };
}

/** The event of a link that was closed because its time was up. */
export function expiredEvent(request: PaymentRequest, { account }: OpenedAccount, now: number): PaymentStatusEvent {
  const at = new Date(now).toISOString();
  return eventPayload({
    request: linkRow(request, account),
    status: "Cancelled",
    reason: "expired",
    previousStatus: null,
    payment: null,
    refund: null,
    occurrence: { source: "action", occurredAt: at, observedAt: at, raw: {} },
  });
}
