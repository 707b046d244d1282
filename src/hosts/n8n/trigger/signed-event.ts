import { createHmac, timingSafeEqual } from "node:crypto";
import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";

/** Why a message that claims to come from the HTTP host is refused. */
export type EventRefusal = "unsigned" | "too-old" | "forged" | "malformed";

export interface SignedMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The bytes of the body as they came in. */
  readonly body: Buffer;
}

/** How far the stamp of a message may be from now: what was overheard is of no use later. */
const toleranceMs = 5 * 60_000;

/**
 * Verifies a Standard Webhook and gives back the event in it. Any of the secrets may have made the signature; all are
 * tried, and compared in constant time.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function readSignedEvent(
  { headers, body }: SignedMessage,
  secrets: readonly string[],
  now: number,
): PaymentStatusEvent | EventRefusal {
  const id = headerOf(headers, "webhook-id");
  const stamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  if (id === "" || !/^[0-9]{1,12}$/.test(stamp) || !signatures.some((text) => text.startsWith("v1,")))
    return "unsigned";
  let isGenuine = false;
  for (const secret of secrets) {
    const key = keyOf(secret);
    if (key === null) continue;
    const made = createHmac("sha256", key).update(`${id}.${stamp}.`).update(body).digest();
    for (const signature of signatures) if (isSame(signature, made)) isGenuine = true;
  }
  if (!isGenuine) return "forged";
  if (Math.abs(now - Number(stamp) * 1000) > toleranceMs) return "too-old";
  return eventOf(body, id);
}

function headerOf(headers: SignedMessage["headers"], name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : "";
  return typeof value === "string" ? value : "";
}

/** Whether a secret is one that nobody guesses: at least 24 bytes in base64, after `whsec_`. */
export function isStrongSecret(secret: string): boolean {
  return keyOf(secret) !== null;
}

/** Null for a secret with which anybody could sign. */
function keyOf(secret: string): Buffer | null {
  const key = Buffer.from(secret.trim().replace(/^whsec_/, ""), "base64");
  return key.length < 24 ? null : key;
}

function isSame(signature: string, made: Buffer): boolean {
  if (!signature.startsWith("v1,")) return false;
  const received = Buffer.from(signature.slice(3), "base64");
  return received.length === made.length && timingSafeEqual(received, made);
}

function eventOf(body: Buffer, id: string): PaymentStatusEvent | "malformed" {
  try {
    const { type, data } = JSON.parse(body.toString("utf8")) as { type?: unknown; data?: Partial<PaymentStatusEvent> };
    const isEvent = type === "payment-status" && data?.id === id && typeof data.status === "string";
    return isEvent ? (data as PaymentStatusEvent) : "malformed";
  } catch {
    return "malformed";
  }
}
