import type { PickKind } from "../../schemas/form.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import { idOfUrl } from "../payments/payment-facts.ts";
import { type ListedRefund, listRefunds } from "../payments/refund-cases.ts";
import type { Session } from "../payments/sessions.ts";
import { paymentStateOf } from "../payments/status-table.ts";
import { gatewayPaise } from "../runtime/money.ts";
import type { Store } from "../store/store.ts";
import { attemptWords, type LedgerPick, leftOf, type PickFacts, requestWords } from "./pick-items.ts";

/** Rows of one page of the gateway's lists. */
const pageSize = 50;

export interface GatewayPick extends LedgerPick {
  readonly store: Pick<Store, "history" | "refundsOfPayment" | "requestById" | "refundByTransaction">;
  readonly session: Session;
}

export interface GatewayPage {
  readonly facts: readonly PickFacts[];
  readonly hasNext: boolean;
}

/** One page of what the gateway has and the ledger has not: made in the dashboard, say. One call. */
export async function gatewayPage(pick: GatewayPick, page: number): Promise<GatewayPage> {
  const { kind, session } = pick;
  const query = { page, limit: pageSize };
  if (kind === "payment-requests") {
    const { payment_requests: rows, next } = await session.gateway.listPaymentRequests(query);
    return { facts: await unknownOnly(rows, pick, (row) => row.id, requestFacts), hasNext: goesOn(rows, next) };
  }
  if (kind === "refunds") return { facts: await foreignRefunds(pick), hasNext: false };
  const { payments, next } = await session.gateway.listPayments(query);
  const facts = await unknownOnly(payments, pick, ({ payment_request: url }) => idOfUrl(url), paymentFacts);
  return { facts: await fitting(facts, payments, pick), hasNext: goesOn(payments, next) };
}

/** The one object of this id that the gateway has; empty where there is none or it does not fit. One call. */
export async function gatewayOne(pick: GatewayPick, id: string): Promise<readonly PickFacts[]> {
  const { kind, session } = pick;
  if (kind === "payment-requests") return requestFacts(await session.gateway.getPaymentRequest(id));
  const payment = await session.gateway.getPayment(id);
  return fitting(paymentFacts(payment), [payment], pick);
}

/** The newest refunds that the gateway lists: one page, so that a list to pick from stays quick. */
export function newestRefunds({ listRefunds: list }: Session["gateway"]): Promise<readonly ListedRefund[]> {
  return listRefunds({ listRefunds: async (page) => ({ ...(await list(page)), next: null }) }, 0);
}

/** Whether an id of this shape names something of this kind. */
export function isIdOf(kind: PickKind, text: string): boolean {
  if (kind === "payment-requests") return /^[0-9a-f]{32}$/.test(text);
  return kind !== "refunds" && /^MOJO[0-9A-Za-z]{4,36}$/.test(text);
}

/** A list that names no next page and fills this one may go on: the key is not documented. */
function goesOn(rows: readonly unknown[], next: string | null | undefined): boolean {
  return typeof next === "string" || (next === undefined && rows.length >= pageSize);
}

async function unknownOnly<Row>(
  rows: readonly Row[],
  { store, session }: GatewayPick,
  requestId: (row: Row) => string | null,
  factsOf: (row: Row) => readonly PickFacts[],
): Promise<readonly PickFacts[]> {
  const account = { account: session.account.name, environment: session.environment };
  const known = await Promise.all(
    rows.map((row) => {
      const id = requestId(row);
      return id === null ? null : store.requestById(account, id);
    }),
  );
  return rows.filter((_row, index) => !known[index]).flatMap(factsOf);
}

/** With what is left of each; of refundable payments only those that something is left of. */
async function fitting(
  facts: readonly PickFacts[],
  payments: readonly Payment[],
  pick: GatewayPick,
): Promise<readonly PickFacts[]> {
  if (pick.kind !== "refundable-payments") return facts;
  const paid = facts.filter(({ id }) => payments.some((payment) => payment.id === id && payment.status === true));
  const left = await Promise.all(paid.map((payment) => leftOf(pick, pick.session, payment)));
  return paid
    .map((payment, index) => ({ ...payment, leftPaise: left[index] ?? 0 }))
    .filter(({ leftPaise }) => leftPaise > 0);
}

function requestFacts(row: PaymentRequest): readonly PickFacts[] {
  const paise = gatewayPaise(row.amount);
  if (paise === null) return [];
  const person = { name: row.buyer_name || null, email: row.email || null, mobileNumber: row.phone || null };
  const state = requestWords[row.status === "Completed" ? "Completed" : "Pending"];
  return [{ id: row.id, paise, purpose: row.purpose, person, state, at: timeOf(row.created_at) }];
}

function paymentFacts(row: Payment): readonly PickFacts[] {
  const paise = gatewayPaise(row.amount);
  if (paise === null) return [];
  const person = { name: row.name || null, email: row.email || null, mobileNumber: row.phone || null };
  const state = attemptWords[paymentStateOf(row.status)];
  return [{ id: row.id, paise, purpose: row.title ?? "", person, state, at: timeOf(row.created_at) }];
}

async function foreignRefunds({ listed, store, session }: GatewayPick): Promise<readonly PickFacts[]> {
  const account = { account: session.account.name, environment: session.environment };
  const known = await Promise.all(
    listed.map(({ transactionId }) =>
      transactionId === null ? null : store.refundByTransaction(account, transactionId),
    ),
  );
  const nobody = { name: null, email: null, mobileNumber: null };
  return listed.flatMap(({ id, amountPaise, createdAt, paymentId }, index) => {
    // Ours stand with their link; one whose payment came another way has none.
    if (id === null || amountPaise === null || known[index]?.tag) return [];
    const purpose = paymentId === null ? "" : `of payment ${paymentId}`;
    return [{ id, paise: amountPaise, purpose, person: nobody, state: "refund asked for", at: timeOf(createdAt) }];
  });
}

function timeOf(stamp: string | null | undefined): number {
  return Date.parse(stamp ?? "") || 0;
}
