import { type Static, Type } from "@sinclair/typebox";
import { Nullable } from "./nullable.ts";

/** `MOJO` and letters or digits, 20 characters today. */
export const paymentIdPattern = "^MOJO[0-9A-Za-z]{4,36}$";

/**
 * A payment as the gateway shows it. `status` is true (paid), false (failed) or null (not finished); `amount` a decimal
 * string; `payment_request` and `seller` are URLs.
 */
export const Payment = Type.Object({
  id: Type.String({ pattern: paymentIdPattern }),
  status: Nullable(Type.Boolean()),
  amount: Type.String(),
  currency: Type.String(),
  payment_request: Nullable(Type.String()),
  seller: Type.Optional(Nullable(Type.String())),
  title: Type.Optional(Nullable(Type.String())),
  payment_type: Type.Optional(Nullable(Type.String())),
  link: Type.Optional(Nullable(Type.String())),
  product: Type.Optional(Nullable(Type.String())),
  name: Type.Optional(Nullable(Type.String())),
  email: Type.Optional(Nullable(Type.String())),
  phone: Type.Optional(Nullable(Type.String())),
  payout: Type.Optional(Type.Unknown()),
  fees: Type.Optional(Nullable(Type.String())),
  total_taxes: Type.Optional(Nullable(Type.String())),
  /** Refund cases; what an element looks like is not documented. */
  cases: Type.Optional(Type.Array(Type.Unknown())),
  affiliate_id: Type.Optional(Type.Unknown()),
  affiliate_commission: Type.Optional(Nullable(Type.String())),
  order_info: Type.Optional(Type.Unknown()),
  instrument_type: Type.Optional(Nullable(Type.String())),
  billing_instrument: Type.Optional(Nullable(Type.String())),
  failure: Type.Optional(
    Nullable(
      Type.Object({
        reason: Type.Optional(Nullable(Type.String())),
        message: Type.Optional(Nullable(Type.String())),
      }),
    ),
  ),
  created_at: Type.Optional(Type.String()),
  updated_at: Type.Optional(Type.String()),
  tax_invoice_id: Type.Optional(Nullable(Type.String())),
  resource_uri: Type.Optional(Type.String()),
});
export type Payment = Static<typeof Payment>;

/** Reply of `GET /v2/payments/`. */
export const PaymentList = Type.Object({
  count: Type.Optional(Type.Number()),
  next: Type.Optional(Nullable(Type.String())),
  previous: Type.Optional(Nullable(Type.String())),
  payments: Type.Array(Payment),
});
export type PaymentList = Static<typeof PaymentList>;
