import { type Desk, forbidden, json, type MerchantCall, notFound, type SimulatorResponse } from "../exchange.ts";
import { latest } from "../history.ts";
import { presentCase, presentRefund, presentRefundDetail, presentRefundRow, visibleCases } from "../present.ts";
import { FieldReader, required } from "../read-fields.ts";
import { casesOf, openCase, refundTypes, refusedBecause } from "../refund-cases.ts";
import { formatRupees, parseRupees } from "../rupees.ts";
import type { StoredCase } from "../state.ts";
import { pageOf } from "./page-of.ts";

/**
 * `POST /v2/payments/{id}/refund/`. `transaction_id` is needed from the second case of a payment on; `refund_amount` is
 * the whole payment unless given. A refusal names its `reason`, which the official PHP SDK reads, and repeats it as
 * `message`.
 */
export function createRefund(desk: Desk, call: MerchantCall): SimulatorResponse {
  const { merchant } = call;
  const history = merchant.payments.get(call.params.id ?? "");
  if (history === undefined) return notFound();
  if (!desk.settings.switches.accountActivated) return forbidden();
  const payment = latest(history);
  const form = new FieldReader(call.fields);
  const type = readType(form);
  const body = form.need("body");
  const amountText = form.may("refund_amount") ?? formatRupees(payment.amountPaise);
  const amountPaise = readAmount(form, amountText);
  const transactionId = form.may("transaction_id") ?? null;
  if (transactionId === null && casesOf(merchant, payment.id).length > 0) form.fail("transaction_id", required);
  if (!form.isValid || type === undefined || body === undefined || amountPaise === undefined) {
    return json(400, form.errors);
  }
  const order = { payment, transactionId, type, body, amountText, amountPaise };
  const reason = refusedBecause(desk, merchant, order);
  if (reason !== undefined) return json(400, { success: false, reason, message: reason });
  const opened = openCase(desk, merchant, order);
  return json(desk.settings.switches.createStatus, { refund: presentRefund(merchant, opened), success: true });
}

function readType(form: FieldReader): string | undefined {
  const type = form.need("type");
  if (type === undefined || refundTypes.some((known) => known === type)) return type;
  return form.fail("type", `"${type}" is not a valid choice.`);
}

function readAmount(form: FieldReader, text: string): number | undefined {
  const paise = parseRupees(text);
  if (paise === "not-a-number") return form.fail("refund_amount", "A valid number is required.");
  if (paise === "too-many-places") {
    return form.fail("refund_amount", "Ensure that there are no more than 2 decimal places.");
  }
  return paise > 0 ? paise : form.fail("refund_amount", "Ensure this value is greater than 0.");
}

function visibleCase(desk: Desk, call: MerchantCall): StoredCase | undefined {
  return visibleCases(desk, call.merchant).find((each) => each.id === call.params.id);
}

/** `GET /v2/resolutioncenter/cases/{id}/`. */
export function getCase(desk: Desk, call: MerchantCall): SimulatorResponse {
  const found = visibleCase(desk, call);
  return found === undefined ? notFound() : json(200, presentCase(desk, call.merchant, found));
}

/** `GET /v2/refunds/{id}/`, by the case id. */
export function getRefund(desk: Desk, call: MerchantCall): SimulatorResponse {
  const found = visibleCase(desk, call);
  return found === undefined ? notFound() : json(200, presentRefundDetail(desk, call.merchant, found));
}

/** `GET /v2/refunds/`. */
export function listRefunds(desk: Desk, call: MerchantCall): SimulatorResponse {
  const present = (row: StoredCase): unknown => presentRefundRow(desk, call.merchant, row);
  return pageOf(desk, call, { key: "refunds", rows: visibleCases(desk, call.merchant), present });
}
