import { type Desk, json, type MerchantCall, notFound, type SimulatorResponse } from "../exchange.ts";
import { asOf } from "../history.ts";
import { isListed, presentPayment } from "../present.ts";
import { pageOf } from "./page-of.ts";

/** `GET /v2/payments/{id}/`. */
export function getPayment(desk: Desk, call: MerchantCall): SimulatorResponse {
  const history = call.merchant.payments.get(call.params.id ?? "");
  const at = desk.now - desk.settings.switches.readLagSeconds * 1000;
  const payment = history && asOf(history, at);
  return payment === undefined ? notFound() : json(200, presentPayment(desk, call.merchant, payment));
}

/** `GET /v2/payments/`. */
export function listPayments(desk: Desk, call: MerchantCall): SimulatorResponse {
  const at = desk.now - desk.settings.switches.listLagSeconds * 1000;
  const rows = [...call.merchant.payments.values()]
    .flatMap((history) => asOf(history, at) ?? [])
    .filter((payment) => isListed(desk, payment));
  return pageOf(desk, call, { key: "payments", rows, present: (row) => presentPayment(desk, call.merchant, row) });
}

/** `POST /v2/payments/{id}/fulfil/`, for marketplaces; nothing is held here, so nothing is released. */
export function fulfilPayment(_desk: Desk, call: MerchantCall): SimulatorResponse {
  return call.merchant.payments.has(call.params.id ?? "") ? json(200, { fulfil: true, success: true }) : notFound();
}
