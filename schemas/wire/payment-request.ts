import { type Static, Type } from "@sinclair/typebox";
import { Nullable } from "./nullable.ts";

/** 32 lower-case hex digits. */
export const paymentRequestIdPattern = "^[0-9a-f]{32}$";

/**
 * Form fields of `POST /v2/payment_requests/`. Values are text as they go on the wire; a field that is not given is
 * left out, never sent empty.
 */
export const CreatePaymentRequestBody = Type.Object({
  amount: Type.String(),
  purpose: Type.String(),
  buyer_name: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
  redirect_url: Type.Optional(Type.String()),
  webhook: Type.Optional(Type.String()),
  send_email: Type.String(),
  send_sms: Type.String(),
  allow_repeated_payments: Type.String(),
});
export type CreatePaymentRequestBody = Static<typeof CreatePaymentRequestBody>;

/**
 * A payment request as the gateway shows it. `amount` is a decimal string; `payments` are URLs whose last segment is
 * the payment id; `status` is Pending, Sent, Failed (mail or SMS not delivered) or Completed.
 * Only keys that this package relies on are required; others may come and go.
 */
export const PaymentRequest = Type.Object({
  id: Type.String({ pattern: paymentRequestIdPattern }),
  amount: Type.String(),
  purpose: Type.String(),
  status: Type.String(),
  longurl: Type.String(),
  payments: Type.Array(Type.String()),
  user: Type.Optional(Nullable(Type.String())),
  phone: Type.Optional(Nullable(Type.String())),
  email: Type.Optional(Nullable(Type.String())),
  buyer_name: Type.Optional(Nullable(Type.String())),
  send_sms: Type.Optional(Type.Boolean()),
  send_email: Type.Optional(Type.Boolean()),
  sms_status: Type.Optional(Nullable(Type.String())),
  email_status: Type.Optional(Nullable(Type.String())),
  shorturl: Type.Optional(Nullable(Type.String())),
  redirect_url: Type.Optional(Nullable(Type.String())),
  webhook: Type.Optional(Nullable(Type.String())),
  scheduled_at: Type.Optional(Nullable(Type.String())),
  expires_at: Type.Optional(Nullable(Type.String())),
  allow_repeated_payments: Type.Optional(Type.Boolean()),
  mark_fulfilled: Type.Optional(Type.Boolean()),
  created_at: Type.Optional(Type.String()),
  modified_at: Type.Optional(Type.String()),
  resource_uri: Type.Optional(Type.String()),
});
export type PaymentRequest = Static<typeof PaymentRequest>;

/** Reply of `GET /v2/payment_requests/`. */
export const PaymentRequestList = Type.Object({
  count: Type.Optional(Type.Number()),
  next: Type.Optional(Nullable(Type.String())),
  previous: Type.Optional(Nullable(Type.String())),
  payment_requests: Type.Array(PaymentRequest),
});
export type PaymentRequestList = Static<typeof PaymentRequestList>;

/** Reply of `…/enable/` and `…/disable/`. */
export const SwitchReply = Type.Object({ success: Type.Literal(true) });
export type SwitchReply = Static<typeof SwitchReply>;
