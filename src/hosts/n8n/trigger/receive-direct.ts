import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import { isFlowError } from "../../../runtime/errors.ts";
import { confirmPayment } from "./confirm-payment.ts";
import { maxHintAgeMs } from "./message-limits.ts";
import { type HintRefusal, type RawMessage, readHint } from "./payment-hint.ts";
import type { OpenedAccount } from "./open-account.ts";

/** What is answered to a message, and the event that it stands for, if any. */
export interface Received {
  readonly status: number;
  readonly text: string;
  readonly event?: PaymentStatusEvent;
}

const refusals: Readonly<Record<HintRefusal, Received>> = {
  "not-a-form": { status: 415, text: "Send application/x-www-form-urlencoded." },
  "too-large": { status: 413, text: "The body is too large." },
  malformed: { status: 400, text: "The form is malformed." },
  "bad-signature": { status: 403, text: "Forbidden." },
};

const later: Received = { status: 503, text: "Try again later." };

/** Takes a webhook of Instamojo: a hint, whose truth is read from Instamojo. Never rejects. */
export async function receiveDirect(
  message: RawMessage,
  { account, salts, gateway }: OpenedAccount,
  now: number,
): Promise<Received> {
  const hint = readHint(message, salts);
  if (typeof hint === "string") return refusals[hint];
  try {
    const reading = await confirmPayment(hint.paymentId, { gateway, account, source: "webhook", now });
    if (reading.kind === "not-yet") return later;
    if (reading.kind === "ignored") return { status: 200, text: reading.why };
    const isTooOld = now - Date.parse(reading.event.occurredAt) > maxHintAgeMs;
    return isTooOld
      ? { status: 200, text: "This payment is too old." }
      : { status: 200, text: "OK", event: reading.event };
  } catch (thrown) {
    if (!isFlowError(thrown)) throw thrown;
    return later;
  }
}
