import type { EnvironmentName, PaymentStatus } from "../../schemas/payment-fields.ts";
import { customerOf } from "../payments/event-payload.ts";
import { formatPaise } from "../runtime/money.ts";
import type { HeldRows, RequestHistory, RequestRow } from "../store/rows.ts";
import { maskPerson, type Person } from "./mask-person.ts";
import { type NameTaker, type TimelineEntry, timelineOf } from "./timeline.ts";
import { type Verdict, verdictOf } from "./verdict.ts";
import { causeWords } from "./words.ts";

/** What an operator sees. Plain JSON; nothing secret, people masked unless asked for. */

/** One line of the list of payments. */
export interface PaymentLine {
  /** Names the payment request here, with the gateway's id or without. */
  readonly id: string;
  readonly paymentRequestId: string | null;
  readonly account: string;
  readonly environment: EnvironmentName;
  readonly reference: string | null;
  readonly purpose: string;
  /** Rupees with two places. */
  readonly amount: string;
  readonly status: PaymentStatus;
  readonly stage: RequestRow["stage"];
  readonly createdAt: number;
}

export interface PaymentView extends PaymentLine {
  readonly link: string | null;
  readonly customer: Person;
  readonly isMasked: boolean;
  readonly verdict: Verdict;
  readonly payments: readonly { readonly paymentId: string; readonly state: string; readonly amount: string }[];
  readonly timeline: readonly TimelineEntry[];
  /** When Instamojo is asked about it next, or null. */
  readonly nextReadAt: number | null;
}

/** Something that waits for a person. */
export interface HeldLine {
  readonly kind: "message" | "delivery" | "event" | "refund";
  /** Id to name it by in a command. */
  readonly id: string;
  /** The payment request it belongs to, where there is one. */
  readonly paymentId: string | null;
  readonly account: string;
  readonly at: number;
  readonly title: string;
  readonly detail: string;
  readonly offer: NonNullable<TimelineEntry["offer"]>;
}

export function paymentLine(request: RequestRow): PaymentLine {
  return {
    id: request.tag,
    paymentRequestId: request.paymentRequestId,
    account: request.account,
    environment: request.environment,
    reference: request.reference,
    purpose: String(request.input.purpose ?? ""),
    amount: formatPaise(request.amountPaise),
    status: request.status,
    stage: request.stage,
    createdAt: request.createdAt,
  };
}

export function paymentView(
  history: RequestHistory,
  { isMasked, nameTaker }: { readonly isMasked: boolean; readonly nameTaker?: NameTaker | undefined },
): PaymentView {
  const { request, payments } = history;
  const person = customerOf(request);
  return {
    ...paymentLine(request),
    link: request.link,
    customer: isMasked ? maskPerson(person) : person,
    isMasked,
    verdict: verdictOf(history),
    payments: payments.map(({ paymentId, state, amountPaise }) => ({
      paymentId,
      state,
      amount: formatPaise(amountPaise),
    })),
    timeline: timelineOf(history, nameTaker),
    nextReadAt: request.nextReadAt,
  };
}

/** Everything that waits for a person, the newest first. */
export function heldLines(held: HeldRows, nameTaker: NameTaker = (id) => id): readonly HeldLine[] {
  const messages = held.messages.map((message): HeldLine => {
    const isQuarantined = message.state === "quarantined";
    const cause = causeWords(message.cause);
    return {
      kind: "message",
      id: message.id,
      paymentId: message.tag,
      account: message.account,
      at: message.settledAt ?? message.receivedAt,
      title: isQuarantined ? `Quarantined: ${cause || "it"} differs` : "A message that Instamojo never confirmed",
      detail: [
        message.paymentId ? `payment ${message.paymentId}` : "",
        message.tag === null ? "it names no link that was made here, so no timeline shows it" : "",
      ]
        .filter((words) => words !== "")
        .join("; "),
      offer: { command: "judge", messageId: message.id, isQuarantined },
    };
  });
  const deliveries = held.deliveries.map(
    (delivery): HeldLine => ({
      kind: "delivery",
      id: delivery.eventId,
      paymentId: delivery.tag,
      account: "",
      at: delivery.settledAt ?? delivery.nextAt,
      title: `Parked: ${nameTaker(delivery.takerId)} did not take an event`,
      detail: `tried ${delivery.attempts} times${delivery.cause ? `, ${causeWords(delivery.cause)}` : ""}${holdsWords(delivery.holds)}`,
      offer: { command: "redeliver", eventId: delivery.eventId },
    }),
  );
  const events = held.events.map(
    ({ id, tag, event, createdAt, unclaimed }): HeldLine => ({
      kind: "event",
      id,
      paymentId: tag,
      account: event.account,
      at: createdAt ?? Date.parse(event.observedAt),
      title: `${event.status}, but ${unclaimed === "inactive" ? "the account was inactive" : "no flow listens"}`,
      detail: `₹${event.amount}${event.reference ? `, ${event.reference}` : ""}`,
      offer: { command: "redeliver", eventId: id },
    }),
  );
  const refunds = held.refunds.map(
    ({ transactionId, tag, account, environment, createdAt, amountPaise, paymentId }): HeldLine => ({
      kind: "refund",
      id: transactionId,
      paymentId: tag,
      account,
      at: createdAt,
      title: `Refund of ₹${formatPaise(amountPaise)}: nobody knows whether it was booked`,
      detail: `refund ${transactionId}, payment ${paymentId}`,
      offer: { command: "resolve", account, environment, transactionId },
    }),
  );
  return [...messages, ...deliveries, ...events, ...refunds].sort((one, other) => other.at - one.at);
}

/** What a parked event holds up: its successors are sent with it. */
function holdsWords(count: number): string {
  return count === 0 ? "" : `; holds up ${count} later ${count === 1 ? "event" : "events"} of this payment`;
}
