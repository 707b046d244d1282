import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Gateway, Page } from "../client/gateway.ts";
import { digest } from "./callbacks.ts";

/** One page of a list of the gateway, the newest row first whatever order it came in. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** All rows of the list, where the gateway says how many. */
  readonly count: number | null;
  readonly isLast: boolean;
}

/** A list of the gateway as the sweep reads it. */
export interface SweptList<Row> {
  readonly name: "payments" | "requests";
  read(page: Page): Promise<ListPage<Row>>;
  /** Stands for a row as it is now: id, status and stamp. The same row unchanged has the same mark. */
  markOf(row: Row): string;
  createdAt(row: Row): number;
  changedAt(row: Row): number;
}

export function paymentList(gateway: Gateway): SweptList<Payment> {
  return {
    name: "payments",
    async read(page) {
      const { payments, count, next } = await gateway.listPayments(page);
      return { rows: payments, count: count ?? null, isLast: isLast(payments, page, next) };
    },
    markOf: (row) => markOf(row.id, String(row.status), row.updated_at ?? row.created_at),
    createdAt: (row) => Date.parse(row.created_at ?? ""),
    changedAt: (row) => Date.parse(row.updated_at ?? row.created_at ?? ""),
  };
}

export function requestList(gateway: Gateway): SweptList<PaymentRequest> {
  return {
    name: "requests",
    async read(page) {
      const { payment_requests: requests, count, next } = await gateway.listPaymentRequests(page);
      return { rows: requests, count: count ?? null, isLast: isLast(requests, page, next) };
    },
    markOf: (row) => markOf(row.id, `${row.status} ${row.payments.length}`, row.modified_at ?? row.created_at),
    createdAt: (row) => Date.parse(row.created_at ?? ""),
    changedAt: (row) => Date.parse(row.modified_at ?? row.created_at ?? ""),
  };
}

/** A list that names no next page and fills this one may go on: the key is not documented. */
function isLast(rows: readonly unknown[], { limit }: Page, next: string | null | undefined): boolean {
  return next === null || rows.length === 0 || (next === undefined && rows.length < limit);
}

function markOf(id: string, status: string, stamp: string | undefined): string {
  return digest(id, status, stamp ?? "").slice(0, 32);
}

export type ListOrder = "newest-first" | "oldest-first" | "none";

/** The order in which a page came, by the stamps of its rows. */
export function orderOf<Row>(list: SweptList<Row>, rows: readonly Row[]): ListOrder {
  const falls = (stamp: (row: Row) => number) => isSorted(rows, (left, right) => stamp(left) >= stamp(right));
  if (falls(list.createdAt) || falls(list.changedAt)) return "newest-first";
  return isSorted(rows, (left, right) => list.createdAt(left) <= list.createdAt(right)) ? "oldest-first" : "none";
}

function isSorted<Row>(rows: readonly Row[], isInOrder: (left: Row, right: Row) => boolean): boolean {
  return rows.every((row, index) => index === 0 || isInOrder(rows[index - 1] as Row, row));
}
