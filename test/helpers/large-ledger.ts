import { writeFileSync } from "node:fs";
import type { StoredPayment, StoredRequest } from "../../src/simulator/state.ts";
import type { RequestRow } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { paymentRow, requestRow } from "../stores/sample-rows.ts";

export interface LargeLedger {
  readonly openLinks: number;
  /** Payments of the last day, each on a link of its own that both sides know as paid. */
  readonly payments: number;
  readonly now: number;
  readonly clientId: string;
}

const hour = 3_600_000;
const hex = (index: number, first: string) => first + index.toString(16).padStart(31, "0");

/** Writes a data file of the local Instamojo that holds these links and payments. */
export function writeGatewayFile(path: string, { openLinks, payments, now, clientId }: LargeLedger): void {
  const paid = Array.from({ length: payments }, (_, index) => paidOf(index, payments, now));
  const requests = [
    ...Array.from({ length: openLinks }, (_, index) => storedRequest(hex(index, "a"), index + 1, openedAt(index, now))),
    ...paid.map(({ request }) => request),
  ];
  const merchant = {
    clientId,
    username: "local",
    userId: "1".repeat(32),
    tokens: [],
    requests: requests.map((value) => [{ at: value.createdAt, value }]),
    payments: paid.map(({ payment }) => [{ at: payment.createdAt, value: payment }]),
    cases: [],
  };
  const order = 2 * (openLinks + payments) + 2;
  writeFileSync(
    path,
    JSON.stringify({
      format: 1,
      clockOffsetMs: 0,
      order,
      writes: 0,
      listReads: 0,
      merchants: [merchant],
      webhooks: [],
    }),
  );
}

/** Puts the same links and payments into the ledger. */
export async function fillLedger(store: Store, { openLinks, payments, now }: LargeLedger): Promise<void> {
  const all = [
    ...Array.from({ length: openLinks }, (_, index) => row(hex(index, "a"), openedAt(index, now), "Pending")),
    ...Array.from({ length: payments }, (_, index) => row(hex(index, "b"), paidAt(index, payments, now), "Completed")),
  ];
  for (let start = 0; start < all.length; start += 1000) {
    const rows = all.slice(start, start + 1000);
    await Promise.all(rows.map((request) => store.addRequest(request)));
    const settled = rows.filter(({ status }) => status === "Completed");
    await Promise.all(
      settled.map((request) => {
        const index = Number.parseInt(request.tag.slice(1), 16);
        const payment = paymentRow({ paymentId: paymentId(index), tag: request.tag });
        return store.commit({ request: { ...request, version: 2 }, payments: [payment] });
      }),
    );
  }
}

/** Open links are a few days old: none of them is young. */
const openedAt = (index: number, now: number) => now - 72 * hour + index;
const paidAt = (index: number, count: number, now: number) => now - 24 * hour + Math.floor((22 * hour * index) / count);
const paymentId = (index: number) => `MOJO6b22A${String(index).padStart(11, "0")}`;

function row(id: string, createdAt: number, status: RequestRow["status"]): RequestRow {
  return requestRow({
    tag: id,
    environment: "local",
    key: id,
    reference: null,
    paymentRequestId: id,
    link: `http://127.0.0.1/@local/${id}`,
    response: {},
    status,
    createdAt,
    nextReadAt: status === "Pending" ? createdAt + 30 * 24 * hour : null,
  });
}

function storedRequest(id: string, order: number, createdAt: number): StoredRequest {
  return {
    id,
    order,
    amountPaise: 20_000,
    purpose: "Iphone",
    isCompleted: false,
    isDisabled: false,
    buyerName: null,
    email: null,
    phone: null,
    redirectUrl: null,
    webhook: `http://127.0.0.1:9/integrations/instamojo/shop?id=x&op=${id}`,
    sendEmail: false,
    sendSms: false,
    allowRepeatedPayments: false,
    markFulfilled: true,
    expiresAt: null,
    paymentIds: [],
    shortCode: id.slice(-5),
    createdAt,
    changedAt: createdAt,
  };
}

function paidOf(index: number, count: number, now: number): { request: StoredRequest; payment: StoredPayment } {
  const at = paidAt(index, count, now);
  const id = hex(index, "b");
  const order = 1_000_000 + 2 * index;
  const request = { ...storedRequest(id, order, at), isCompleted: true, paymentIds: [paymentId(index)] };
  const payment: StoredPayment = {
    id: paymentId(index),
    order: order + 1,
    requestId: id,
    title: "Iphone",
    status: true,
    amountPaise: 20_000,
    name: "John",
    email: "John@test.com",
    phone: "+919999999999",
    feesPaise: 380,
    taxesPaise: 68,
    failure: null,
    createdAt: at + 1000,
    changedAt: at + 1000,
  };
  return { request, payment };
}
