import type { TSchema } from "@sinclair/typebox";
import { Payment, PaymentList } from "../../schemas/wire/payment.ts";
import {
  type CreatePaymentRequestBody,
  PaymentRequest,
  PaymentRequestList,
  SwitchReply,
} from "../../schemas/wire/payment-request.ts";
import { type CreateRefundBody, RefundCase, RefundList, RefundReply } from "../../schemas/wire/refund.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import { createCaller } from "./caller.ts";
import { pathId } from "./ids.ts";
import type { TokenShare } from "./token.ts";
import type { Transport, TransportTimeouts } from "./transport.ts";

/** What the client needs of an account. `baseUrl` is an origin, for example `https://test.instamojo.com`. */
export interface GatewayAccount {
  readonly name: string;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface GatewayOptions {
  /** Closed together with the gateway: give each gateway its own. */
  readonly transport: Transport;
  readonly clock: Clock;
  /** Says whether a value fits a schema. */
  readonly fits: (schema: TSchema, value: unknown) => boolean;
  /** Jitter of the back-off, 0 ≤ x < 1. */
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly timeouts?: Partial<TransportTimeouts>;
  /** Where several processes use one account. */
  readonly shareToken?: TokenShare | undefined;
}

/** A page of a list: `page` counts from 1. */
export interface Page {
  readonly page: number;
  readonly limit: number;
}

/**
 * Instamojo's v2 API for one account. Every method throws `FlowError` and nothing else. Reads are tried up to three
 * times; what changes something is sent again only when it is certain that nothing was sent, and a refund never.
 */
export interface Gateway {
  createPaymentRequest(body: CreatePaymentRequestBody): Promise<PaymentRequest>;
  getPaymentRequest(id: string): Promise<PaymentRequest>;
  listPaymentRequests(page: Page): Promise<PaymentRequestList>;
  /** Both throw `link_switch_refused` where the account may not do that with an application's token. */
  enablePaymentRequest(id: string): Promise<void>;
  disablePaymentRequest(id: string): Promise<void>;
  getPayment(id: string): Promise<Payment>;
  listPayments(page: Page): Promise<PaymentList>;
  /** Sent at most once per call, on a connection of its own. */
  createRefund(paymentId: string, body: CreateRefundBody): Promise<RefundReply>;
  getRefundCase(id: string): Promise<RefundCase>;
  listRefunds(page: Page): Promise<RefundList>;
  /** Lets running calls end, stops those that wait to try again, closes the transport. */
  close(): Promise<void>;
}

/** @throws {FlowError} `account_invalid` when the base URL is none. */
export function createGateway(account: GatewayAccount, options: GatewayOptions): Gateway {
  const { read, write, close } = createCaller(account, options);

  async function flip(id: string, action: "enable" | "disable"): Promise<void> {
    const path = `/v2/payment_requests/${pathId("paymentRequestId", id)}/${action}/`;
    const call = { effect: "write", path, form: {}, reply: SwitchReply, forbidden: switchRefused } as const;
    await write(call).catch(rethrowRepeatable);
  }

  return {
    createPaymentRequest: (form) =>
      write({ effect: "write", path: "/v2/payment_requests/", form, reply: PaymentRequest }),
    getPaymentRequest: async (id) =>
      read({
        path: `/v2/payment_requests/${pathId("paymentRequestId", id)}/`,
        reply: PaymentRequest,
        isAbout: (reply) => reply.id === id,
      }),
    listPaymentRequests: (page) => read({ path: `/v2/payment_requests/${query(page)}`, reply: PaymentRequestList }),
    enablePaymentRequest: (id) => flip(id, "enable"),
    disablePaymentRequest: (id) => flip(id, "disable"),
    getPayment: async (id) =>
      read({
        path: `/v2/payments/${pathId("paymentId", id)}/`,
        reply: Payment,
        isAbout: (reply) => reply.id === id,
      }),
    listPayments: (page) => read({ path: `/v2/payments/${query(page)}`, reply: PaymentList }),
    createRefund: async (paymentId, form) =>
      write({
        effect: "refund",
        path: `/v2/payments/${pathId("paymentId", paymentId)}/refund/`,
        form,
        reply: RefundReply,
        isAbout: (reply) => reply.refund.payment_id === paymentId,
      }),
    getRefundCase: async (id) =>
      read({ path: `/v2/resolutioncenter/cases/${pathId("refundId", id)}/`, reply: RefundCase }),
    listRefunds: (page) => read({ path: `/v2/refunds/${query(page)}`, reply: RefundList }),
    close,
  };
}

/** A switch may be thrown twice: what to do about a lost answer is not what a lost new link needs. */
function rethrowRepeatable(thrown: unknown): never {
  if (!isFlowError(thrown) || thrown.code !== "outcome_unknown") throw thrown;
  const remedy = "Run the node again: switching a link to what it is already changes nothing.";
  throw new FlowError(thrown.code, thrown.message, { ...thrown, remedy, cause: thrown });
}

/** The documentation wants a user's token for enable and disable; an application's token is taken by some accounts. */
function switchRefused({ message, statusCode, response }: FlowError): FlowError {
  return new FlowError("link_switch_refused", `Instamojo does not let this account do that with its API: ${message}`, {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(response === undefined ? {} : { response }),
  });
}

function query({ page, limit }: Page): string {
  return `?${new URLSearchParams({ page: String(page), limit: String(limit) })}`;
}
