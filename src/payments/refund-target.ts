import type { Payment } from "../../schemas/wire/payment.ts";
import type { Gateway } from "../client/gateway.ts";
import { FlowError } from "../runtime/errors.ts";
import { idOfUrl } from "./payment-facts.ts";

/**
 * The one confirmed payment that a refund is about: read by its own id, or by the id of the request it paid.
 * @throws {FlowError} `not_paid_yet`, `several_payments`, or what the reads throw
 */
export async function refundTarget(gateway: Gateway, id: string): Promise<Payment> {
  if (id.startsWith("MOJO")) {
    const payment = await gateway.getPayment(id);
    if (payment.status === true) return payment;
    throw new FlowError("not_paid_yet", `Payment ${id} is not a successful payment.`);
  }
  const request = await gateway.getPaymentRequest(id);
  const ids = [...new Set(request.payments.map(idOfUrl))].filter((paymentId) => paymentId !== null);
  const payments = await Promise.all(ids.map((paymentId) => gateway.getPayment(paymentId)));
  const paid = payments.filter((payment) => payment.status === true);
  const [only] = paid;
  if (!only) throw new FlowError("not_paid_yet", `Payment request ${id} has no successful payment.`);
  if (paid.length === 1) return only;
  const list = paid.map((payment) => payment.id).join(", ");
  throw new FlowError("several_payments", `Payment request ${id} was paid ${paid.length} times: ${list}.`);
}
