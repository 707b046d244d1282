import { type Static, Type } from "@sinclair/typebox";
import { Nullable } from "./nullable.ts";

/** Form fields of `POST /v2/payments/{payment_id}/refund/`. */
export const CreateRefundBody = Type.Object({
  transaction_id: Type.String(),
  type: Type.String(),
  body: Type.String(),
  refund_amount: Type.String(),
});
export type CreateRefundBody = Static<typeof CreateRefundBody>;

/** Reply of the refund call: the case that was opened. Amounts are decimal strings with or without places. */
export const RefundReply = Type.Object({
  refund: Type.Object({
    id: Type.String({ minLength: 1 }),
    payment_id: Type.String(),
    status: Type.String(),
    type: Type.String(),
    body: Type.Optional(Nullable(Type.String())),
    refund_amount: Type.String(),
    total_amount: Type.Optional(Nullable(Type.String())),
    created_at: Type.Optional(Type.String()),
  }),
  success: Type.Literal(true),
});
export type RefundReply = Static<typeof RefundReply>;

/**
 * A refund case of `GET /v2/resolutioncenter/cases/{id}/`. `resolution_status`: null open, FINI_CONC refunded,
 * FINI_DENY declined, FINI_WITH withdrawn, FINI_INIT closed. `payment` is a URL.
 */
export const RefundCase = Type.Object({
  id: Type.String({ minLength: 1 }),
  payment: Type.Optional(Nullable(Type.String())),
  status: Type.Optional(Nullable(Type.String())),
  resolution_status: Nullable(Type.String()),
  status_text: Type.Optional(Nullable(Type.String())),
  type: Type.Optional(Nullable(Type.String())),
  body: Type.Optional(Nullable(Type.String())),
  refund_amount: Type.String(),
  references: Type.Optional(Type.Array(Type.Unknown())),
  refunds: Type.Optional(Type.Array(Type.Unknown())),
  transaction_id: Type.Optional(Nullable(Type.String())),
  created_at: Type.Optional(Type.String()),
  updated_at: Type.Optional(Type.String()),
  resource_uri: Type.Optional(Type.String()),
  creator_name: Type.Optional(Nullable(Type.String())),
  created_by: Type.Optional(Type.Unknown()),
});
export type RefundCase = Static<typeof RefundCase>;

/** Reply of `GET /v2/refunds/`; the rows are not documented beyond id, payment and amount. */
export const RefundList = Type.Object({
  count: Type.Optional(Type.Number()),
  next: Type.Optional(Nullable(Type.String())),
  previous: Type.Optional(Nullable(Type.String())),
  refunds: Type.Array(Type.Record(Type.String(), Type.Unknown())),
});
export type RefundList = Static<typeof RefundList>;
