import type { EnvironmentName, PaymentStatus } from "../../schemas/payment-fields.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { RefundState } from "../../schemas/refund-state.ts";
import type { WaitRow } from "./wait-rows.ts";

/** The rows of the ledger. Times are milliseconds since the epoch, amounts paise. */

/** One merchant in one world; a new generation when the client id or the world behind a name changes. */
export interface AccountRow {
  readonly name: string;
  readonly environment: EnvironmentName;
  readonly generation: number;
  readonly clientId: string;
  /** 32 random bytes as text; part of the callback URL. */
  readonly callbackToken: string;
  /** The seller seen in the first reply; null until then. */
  readonly merchant: string | null;
  readonly isActive: boolean;
}

/** How far the making of a link got. `asking`: the call may be under way or was cut off by a crash. */
export type RequestStage = "asking" | "unknown" | "refused" | "open";

/** One link that was asked for: an intent first, with the gateway's id once it is known. */
export interface RequestRow {
  /** Random; rides in the callback and return URLs and says that a link is ours. */
  readonly tag: string;
  readonly account: string;
  readonly environment: EnvironmentName;
  readonly generation: number;
  readonly key: string;
  /** Whether this row answers for its key; a replaced one stays watched but no longer does. */
  readonly isCurrent: boolean;
  /** Tags of the link that this one was made in place of because nobody knew whether it exists, and of the reverse. */
  readonly replaces?: string;
  readonly replacedBy?: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reference: string | null;
  readonly correlation: unknown;
  readonly amountPaise: number;
  readonly stage: RequestStage;
  readonly paymentRequestId: string | null;
  readonly link: string | null;
  /** The gateway's reply to the create call, masked. */
  readonly response: Readonly<Record<string, unknown>> | null;
  readonly status: PaymentStatus;
  /** How many events this request has had. */
  readonly sequence: number;
  /** Gateway time at which the link is to be closed, or null for never. */
  readonly deadlineAt: number | null;
  /** Why the link is closed or about to be; null while open. */
  readonly closedFor: "expired" | "disabled" | null;
  /** Gateway time at which it was asked to close the link; absent while open. */
  readonly closedAt?: number;
  /** Whether the gateway was told where to report payments of this link. */
  readonly hasWebhook: boolean;
  readonly createdAt: number;
  /** When the gateway is to be asked about this link by itself, on the gateway's clock; null for never. */
  readonly nextReadAt: number | null;
  /** Grows with every change; a change must name the version it was decided on. */
  readonly version: number;
  /** Its personal data was erased: names, mails, phones, conversation and replies are gone. */
  readonly isForgotten?: true;
}

export type PaymentState = "open" | "failed" | "paid";

/** One attempt to pay one of our links, as last confirmed by a read. */
export interface PaymentRow {
  readonly paymentId: string;
  readonly tag: string;
  readonly state: PaymentState;
  readonly amountPaise: number;
  /** What the gateway keeps, in rupees; null while unknown. */
  readonly fees: string | null;
}

/** Where a refund stands here: the gateway's states, and `asking` and `refused` before there is a case. */
export type RefundStage = RefundState | "asking" | "refused";

/** Stages in which the amount of a refund is not free for another one. */
const reserving: readonly RefundStage[] = ["asking", "unknown", "requested", "in-review", "refunded", "closed"];

/** Whether the amount of this refund counts against what is left of its payment. */
export function isReserving(refund: Pick<RefundRow, "stage">): boolean {
  return reserving.includes(refund.stage);
}

/** One refund: an intent first, one send, ever. */
export interface RefundRow {
  readonly account: string;
  readonly environment: EnvironmentName;
  readonly transactionId: string;
  readonly paymentId: string;
  readonly paymentRequestId: string | null;
  /** Tag of our request, or null when the payment came another way. */
  readonly tag: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly amountPaise: number;
  readonly paidPaise: number;
  readonly stage: RefundStage;
  readonly caseId: string | null;
  readonly response: Readonly<Record<string, unknown>> | null;
  readonly createdAt: number;
  readonly nextReadAt: number | null;
  /** Who said what came of it, where it was a person and not the gateway. */
  readonly resolvedBy?: string;
  /** Its description and the gateway's replies were erased. */
  readonly isForgotten?: true;
}

/** A hint at a payment: what came in at a public route, kept before it is answered, or a payment that a sweep found odd. */
export interface MessageRow {
  /** Hash of everything it said; the same message has the same id. */
  readonly id: string;
  readonly account: string;
  readonly environment: EnvironmentName;
  /** `poll`: no message came; a read of ours found a payment that does not fit. */
  readonly source: "webhook" | "return" | "poll";
  readonly paymentId: string | null;
  readonly paymentRequestId: string | null;
  readonly tag: string | null;
  readonly receivedAt: number;
  readonly attempts: number;
  /**
   * `waiting` for its confirming read, `done`, `parked` after too long, `quarantined` because the gateway contradicts it
   * (and read again by itself at `nextAt`), or `dismissed` by a person.
   */
  readonly state: "waiting" | "done" | "parked" | "quarantined" | "dismissed";
  readonly nextAt: number;
  /** When it got the state it has; absent while it waits for its first read. */
  readonly settledAt?: number;
  /** Why it is in this state, in a word: the field that contradicts, the code of the last failed read. */
  readonly cause?: string;
}

export interface EventRow {
  readonly id: string;
  readonly tag: string;
  readonly sequence: number;
  readonly event: PaymentStatusEvent;
  /** When it was stored. */
  readonly createdAt?: number;
  /**
   * Why nobody is to receive it; absent when somebody is or was, and for statuses that are off by default and that
   * nobody asked for.
   */
  readonly unclaimed?: "inactive" | "no-taker";
}

/** A receiver of events that is known, whether it listens now or not. */
export interface TakerRow {
  readonly id: string;
  readonly accounts: readonly string[];
  readonly statuses: readonly string[];
  readonly refundUpdates: boolean;
}

/** One event on its way to one taker. */
export interface DeliveryRow {
  readonly eventId: string;
  readonly takerId: string;
  readonly tag: string;
  readonly sequence: number;
  readonly state: "waiting" | "taken" | "parked";
  readonly attempts: number;
  readonly nextAt: number;
  /** When it was taken or parked. */
  readonly settledAt?: number;
  /** What the last failed attempt ended with, in a word. */
  readonly cause?: string;
}

/** Everything known about one request, read together. */
export interface RequestSnapshot {
  readonly request: RequestRow;
  readonly payments: readonly PaymentRow[];
  readonly refunds: readonly RefundRow[];
  /** The run that waits or waited for this link, where there is one. */
  readonly wait?: WaitRow;
}

/** What a person decided about something in the ledger, or an agent called about it. Never changed, never removed. */
export interface DecisionRow {
  readonly at: number;
  /** Who, by the name they logged in with or gave. */
  readonly by: string;
  readonly action: "redeliver" | "resolve" | "accept" | "dismiss" | "forget" | "call";
  /** Id of the event, refund, message or request it is about; of a call, the node. */
  readonly subject: string;
  /** Tag of the request it belongs to, where there is one. */
  readonly tag: string | null;
  /** Why, in their words; "" where none are asked for. */
  readonly reason: string;
  /** What was decided, where there is a choice: the case of a refund, or that it was not booked; of a call, how it ended. */
  readonly outcome?: string;
}

/** The whole story of one request, read together. */
export interface RequestHistory extends RequestSnapshot {
  readonly messages: readonly MessageRow[];
  readonly events: readonly EventRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly decisions: readonly DecisionRow[];
}

/** Everything that waits for a person, the newest first. */
export interface HeldRows {
  readonly messages: readonly MessageRow[];
  /** Deliveries that are parked, each with how many later ones of its request and taker it holds up. */
  readonly deliveries: readonly (DeliveryRow & { readonly holds: number })[];
  /** Events that nobody was to receive. */
  readonly events: readonly EventRow[];
  /** Refunds that were sent and nobody can say what came of them. */
  readonly refunds: readonly RefundRow[];
}

/** How one account is doing, by its own rows. */
export interface AccountHealth {
  readonly account: AccountRow;
  readonly lastMessageAt: number | null;
  /** Messages that wait for their confirming read. */
  readonly waitingMessages: number;
  readonly heldMessages: number;
}

/** What to look for among the requests; all of it must fit. */
export interface RequestSearch {
  readonly account?: string;
  readonly status?: PaymentStatus;
  /** Part of an id, the reference or the purpose; upper and lower case are alike. */
  readonly text?: string;
  /** Goes on where an earlier page ended. */
  readonly before?: number;
  readonly limit: number;
}

export interface RequestPage {
  readonly requests: readonly RequestRow[];
  /** Where the next page starts; null when all were looked at. */
  readonly before: number | null;
}
