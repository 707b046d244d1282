import type { Received } from "./receive-direct.ts";
import { maxEventBytes } from "./message-limits.ts";
import { type EventRefusal, readSignedEvent, type SignedMessage } from "./signed-event.ts";

const refusals: Readonly<Record<EventRefusal, Received>> = {
  unsigned: { status: 401, text: "The message is not signed." },
  forged: { status: 403, text: "Forbidden." },
  "too-old": { status: 403, text: "The message is too old." },
  malformed: { status: 400, text: "This is no event." },
};

/** Takes an event of the HTTP host, which is true as it comes: the host confirmed it. */
export function receiveFromHost(message: SignedMessage, secrets: readonly string[], now: number): Received {
  if (message.body.length > maxEventBytes) return { status: 413, text: "The body is too large." };
  const read = readSignedEvent(message, secrets, now);
  return typeof read === "string" ? refusals[read] : { status: 200, text: "OK", event: read };
}
