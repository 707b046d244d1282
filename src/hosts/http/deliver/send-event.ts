import { Webhook } from "standardwebhooks";
import { Agent, request } from "undici";
import type { DeliveryTarget } from "../../../../schemas/http-settings.ts";
import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import { assertPublicUrl, PrivateAddressError, publicLookup } from "./public-address.ts";

const connectMs = 5_000;
const answerMs = 15_000;
/** How much of an answer is read before its connection is given up. */
const maxAnswerBytes = 16 * 1024;

/** Why an event was not taken; the name is what the timeline says. */
export class NotTakenError extends Error {
  constructor(name: string) {
    super(`The event was not taken: ${name}.`);
    this.name = name;
  }
}

export interface Sender {
  /** Resolves once the receiver answered 2xx. Rejects with an error whose name says why it was not taken. */
  send(event: PaymentStatusEvent, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface SenderOptions {
  /** Milliseconds since the epoch, for the signature; receivers refuse old ones. */
  readonly now?: () => number;
  /** Resolves names in place of the system. */
  readonly resolve?: Parameters<typeof publicLookup>[0];
}

/**
 * Posts events to one target as Standard Webhooks. Signs anew for each attempt, with each secret of the target. Follows
 * no redirects.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createSender(target: DeliveryTarget, { now = Date.now, resolve }: SenderOptions = {}): Sender {
  const url = new URL(target.url);
  const signers = target.secrets.map(signerOf);
  if (signers.length === 0) throw new RangeError("A delivery target needs a secret.");
  const agent = new Agent({
    connect: {
      timeout: connectMs,
      rejectUnauthorized: true,
      ...(target.allowPrivate ? {} : { lookup: publicLookup(resolve) }),
    },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    maxResponseSize: maxAnswerBytes,
  });

  return {
    async send(event, signal) {
      if (!target.allowPrivate) assertPublicUrl(url);
      const body = JSON.stringify({ type: event.type, timestamp: event.occurredAt, data: event });
      const at = new Date(now());
      const headers = {
        "content-type": "application/json",
        "user-agent": "instamojo-flow-nodes",
        "webhook-id": event.id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": signers.map((signer) => signer.sign(event.id, at, body)).join(" "),
      };
      const answer = await request(url, {
        method: "POST",
        headers,
        body,
        dispatcher: agent,
        signal: signal ?? null,
      }).catch((thrown: unknown) => Promise.reject(new NotTakenError(causeOf(thrown))));
      const { statusCode } = answer;
      // What a receiver says in its answer is of no use, and may be endless.
      await answer.body.dump({ limit: maxAnswerBytes }).catch(() => {});
      if (statusCode < 200 || statusCode > 299) throw new NotTakenError(`status ${statusCode}`);
    },
    close: () => agent.destroy(),
  };
}

/** The library takes an empty secret, with which anybody could sign. */
function signerOf(secret: string): Webhook {
  if (Buffer.from(secret.replace(/^whsec_/, ""), "base64").length < 24) {
    throw new RangeError("A secret of a delivery target must have at least 24 bytes.");
  }
  return new Webhook(secret);
}

/** A cause in a word, without the address or anything that a receiver said. */
function causeOf(thrown: unknown): string {
  if (thrown instanceof PrivateAddressError) return thrown.name;
  const { code, name } = thrown as NodeJS.ErrnoException;
  return code && /^[A-Z0-9_]{1,40}$/.test(code) ? code : (name ?? "failed");
}
