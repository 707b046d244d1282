import type { PickKind } from "../../schemas/form.ts";
import type { PaymentStatus } from "../../schemas/payment-fields.ts";
import { customerOf } from "../payments/event-payload.ts";
import type { ListedRefund } from "../payments/refund-cases.ts";
import { planRefund } from "../payments/refund-plan.ts";
import { formatRupees } from "../runtime/money.ts";
import type { EventRow, PaymentRow, RefundRow, RequestHistory, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { maskPerson, type Person } from "./mask-person.ts";

/** One line to pick from. Plain JSON; text of people, to be shown as text. */
export interface PickItem {
  /** What the field is filled with. */
  readonly id: string;
  /** "₹499.00 · Yoga class · John Doe" */
  readonly title: string;
  /** What happened last, to be read with its day: "paid" */
  readonly state: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** "₹299.00 left" where part of a payment has gone back; null elsewhere. */
  readonly left: string | null;
}

/** What is known of a line before it is put into words. */
export interface PickFacts extends Pick<PickItem, "id" | "state" | "at"> {
  readonly paise: number;
  readonly purpose: string;
  readonly person: Person;
  readonly leftPaise?: number;
}

/** Puts a line into words; people as far as they may be shown. */
export function pickItem(facts: PickFacts, isMasked: boolean): PickItem {
  const { name, email, mobileNumber } = isMasked ? maskPerson(facts.person) : facts.person;
  const { id, state, at, paise, purpose, leftPaise = paise } = facts;
  const title = [formatRupees(paise), purpose, name ?? email ?? mobileNumber].filter(Boolean).join(" · ");
  return { id, title, state, at, left: leftPaise < paise ? `${formatRupees(leftPaise)} left` : null };
}

/** What a payment's status is called in a line; its day follows. */
export const requestWords: Readonly<Record<PaymentStatus, string>> = {
  Pending: "asked for",
  Processing: "being paid since",
  Completed: "paid",
  Failed: "failed",
  Refunded: "refunded",
  Cancelled: "closed",
};

/** What became of one attempt to pay, in the gateway's values and in ours. */
export const attemptWords = { paid: "paid", failed: "failed", open: "being paid since" } as const;

export interface LedgerPick {
  readonly kind: PickKind;
  readonly store: Pick<Store, "history" | "refundsOfPayment">;
  /** Refunds that the gateway lists; empty where they are not needed. */
  readonly listed: readonly ListedRefund[];
}

/** What there is to pick of one link of the ledger: the link itself, its payments or its refunds. */
export async function ledgerFacts({ tag }: RequestRow, pick: LedgerPick): Promise<readonly PickFacts[]> {
  const history = await pick.store.history(tag);
  if (!history) return [];
  const { request, payments, refunds } = history;
  const about = { purpose: String(request.input.purpose ?? ""), person: customerOf(request) };
  switch (pick.kind) {
    case "payment-requests":
      return linkFacts(history).map((facts) => ({ ...about, ...facts }));
    case "payments":
      return payments.map((payment) => ({ ...about, ...attemptFacts(history, payment) }));
    case "refundable-payments": {
      const paid = payments.filter(({ state }) => state === "paid");
      const left = await Promise.all(
        paid.map(({ paymentId, amountPaise }) => leftOf(pick, request, { id: paymentId, paise: amountPaise })),
      );
      return paid
        .map((payment, index) => ({ ...about, ...attemptFacts(history, payment), leftPaise: left[index] ?? 0 }))
        .filter(({ leftPaise }) => leftPaise > 0);
    }
    case "refunds":
      return refunds.flatMap((refund) => refundFacts(refund).map((facts) => ({ ...about, ...facts })));
  }
}

/** Paise of a payment that are neither refunded nor being refunded, as far as ledger and list know. */
export async function leftOf(
  { store, listed }: Pick<LedgerPick, "store" | "listed">,
  world: Pick<RefundRow, "environment">,
  { id, paise }: { readonly id: string; readonly paise: number },
): Promise<number> {
  const ours = await store.refundsOfPayment(world, id);
  return planRefund({ paidPaise: paise, listed, ours, paymentId: id, transactionId: "" }).remainingPaise;
}

type OwnFacts = Omit<PickFacts, "purpose" | "person">;

function linkFacts({ request, events }: RequestHistory): readonly OwnFacts[] {
  const { paymentRequestId: id, amountPaise: paise, status, createdAt } = request;
  if (id === null) return [];
  const at = events.findLast(({ event }) => event.status === status);
  return [{ id, paise, state: requestWords[status], at: timeOf(at) ?? createdAt }];
}

function attemptFacts({ request, events }: RequestHistory, { paymentId, state, amountPaise }: PaymentRow): OwnFacts {
  const status = { paid: "Completed", failed: "Failed", open: "Processing" }[state];
  const told = events.find(({ event }) => event.paymentId === paymentId && event.status === status);
  return { id: paymentId, paise: amountPaise, state: attemptWords[state], at: timeOf(told) ?? request.createdAt };
}

function refundFacts({ caseId, amountPaise, stage, createdAt }: RefundRow): readonly OwnFacts[] {
  return caseId === null
    ? []
    : [{ id: caseId, paise: amountPaise, state: `refund ${stage}, asked for`, at: createdAt }];
}

function timeOf(row: EventRow | undefined): number | null {
  const at = Date.parse(row?.event.occurredAt ?? "");
  return Number.isNaN(at) ? null : at;
}
