import { type Agent, request } from "node:http";
import type { Payment } from "../../schemas/wire/payment.ts";
import { signWebhook } from "../../src/simulator/sign-webhook.ts";
import { merchant } from "./host-talk.ts";

/** A signed message of one payment, as the gateway sends it. */
export interface Message {
  readonly paymentId: string;
  /** Path and query of the callback. */
  readonly path: string;
  readonly body: string;
  /** Whether it may come again after it was answered; of the others one answer is all there ever is. */
  readonly comesAgain: boolean;
  isAnswered: boolean;
}

/** The message of a payment. One of a failed payment says Credit all the same: a signed message may lie. */
export function messageOf(payment: Payment, webhook: string, comesAgain: boolean): Message {
  const { pathname, search } = new URL(webhook);
  const fields = {
    amount: payment.amount,
    buyer: payment.email ?? "",
    buyer_name: payment.name ?? "",
    buyer_phone: payment.phone ?? "",
    currency: payment.currency,
    fees: payment.fees ?? "",
    longurl: "",
    payment_id: payment.id,
    payment_request_id: payment.payment_request?.split("/").at(-2) ?? "",
    purpose: payment.title ?? "",
    shorturl: "",
    status: "Credit",
  };
  const mac = signWebhook(fields, merchant.privateSalts[0] as string);
  const body = new URLSearchParams({ ...fields, mac }).toString();
  return { paymentId: payment.id, path: pathname + search, body, comesAgain, isAnswered: false };
}

/** Posts a message; the status of the answer, or null when there was none. */
export type Post = (port: number, message: Message) => Promise<number | null>;

export function createPost(agent: Agent): Post {
  return (port, { path, body }) =>
    new Promise((resolve) => {
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
      };
      const outgoing = request(
        { host: "127.0.0.1", port, path, method: "POST", headers, agent, timeout: 10_000 },
        (reply) => {
          reply.on("error", () => {});
          reply.resume();
          resolve(reply.statusCode ?? null);
        },
      );
      outgoing.on("timeout", () => outgoing.destroy());
      outgoing.on("error", () => resolve(null));
      outgoing.end(body);
    });
}
