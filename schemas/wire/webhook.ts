import { type Static, Type } from "@sinclair/typebox";

/**
 * The form fields of a webhook, all text. More may come; the MAC covers whatever came.
 * `status` is Credit or Failed, `buyer` is the mail address.
 */
export const WebhookFields = Type.Object({
  payment_id: Type.String(),
  payment_request_id: Type.String(),
  status: Type.String(),
  amount: Type.String(),
  mac: Type.String(),
  buyer: Type.Optional(Type.String()),
  buyer_name: Type.Optional(Type.String()),
  buyer_phone: Type.Optional(Type.String()),
  currency: Type.Optional(Type.String()),
  fees: Type.Optional(Type.String()),
  longurl: Type.Optional(Type.String()),
  purpose: Type.Optional(Type.String()),
  shorturl: Type.Optional(Type.String()),
});
export type WebhookFields = Static<typeof WebhookFields>;
