import { type Desk, forbidden, json, type MerchantCall, notFound, type SimulatorResponse } from "../exchange.ts";
import { asOf, change } from "../history.ts";
import { presentRequest, requestStatus } from "../present.ts";
import type { MerchantData, StoredRequest } from "../state.ts";
import { pageOf } from "./page-of.ts";

/** `GET /v2/payment_requests/{id}/`. */
export function getPaymentRequest(desk: Desk, call: MerchantCall): SimulatorResponse {
  const history = call.merchant.requests.get(call.params.id ?? "");
  const at = desk.now - desk.settings.switches.readLagSeconds * 1000;
  const request = history && asOf(history, at);
  return request === undefined ? notFound() : json(200, presentRequest(desk, call.merchant, request, at));
}

/** `GET /v2/payment_requests/`, with the filters of the official Java SDK. */
export function listPaymentRequests(desk: Desk, call: MerchantCall): SimulatorResponse {
  const at = desk.now - desk.settings.switches.listLagSeconds * 1000;
  const all = [...call.merchant.requests.values()].flatMap((history) => asOf(history, at) ?? []);
  const isFiltered = desk.settings.switches.listFilters && filters.some((name) => call.request.query.has(name));
  const rows = isFiltered ? all.filter((row) => passes(desk, call, row, at)) : all;
  const present = (row: StoredRequest): unknown => presentRequest(desk, call.merchant, row, at);
  return pageOf(desk, call, { key: "payment_requests", rows, present });
}

const filters = [
  "user",
  "status",
  "phone",
  "min_created_at",
  "max_created_at",
  "min_modified_at",
  "max_modified_at",
] as const;

function passes(desk: Desk, call: MerchantCall, row: StoredRequest, at: number): boolean {
  const { query } = call.request;
  const is = (key: string, value: string | null): boolean => !query.get(key) || query.get(key) === value;
  const time = (key: string): number => Date.parse(query.get(key) ?? "");
  return (
    is("status", requestStatus(desk, row, at)) &&
    is("phone", row.phone) &&
    isUser(query.get("user"), call.merchant) &&
    !(row.createdAt < time("min_created_at") || row.createdAt > time("max_created_at")) &&
    !(row.changedAt < time("min_modified_at") || row.changedAt > time("max_modified_at"))
  );
}

function isUser(wanted: string | null, merchant: MerchantData): boolean {
  return !wanted || wanted === merchant.userId || wanted.endsWith(`/v2/users/${merchant.userId}/`);
}

export const enablePaymentRequest = (desk: Desk, call: MerchantCall): SimulatorResponse => turn(desk, call, false);

export const disablePaymentRequest = (desk: Desk, call: MerchantCall): SimulatorResponse => turn(desk, call, true);

/** The status stays as it is; what changes is that the checkout page refuses. */
function turn(desk: Desk, call: MerchantCall, isDisabled: boolean): SimulatorResponse {
  const history = call.merchant.requests.get(call.params.id ?? "");
  if (history === undefined) return notFound();
  if (desk.settings.switches.enableDisableRefused) return forbidden();
  change(history, desk.now, { isDisabled, changedAt: desk.now });
  return json(200, { success: true });
}
