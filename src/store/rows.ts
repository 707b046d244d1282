import type { EnvironmentName, PaymentStatus } from "../../schemas/payment-fields.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { RefundState } from "../../schemas/refund-state.ts";

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
  /** Whether the gateway was told where to report payments of this link. */
  readonly hasWebhook: boolean;
  readonly createdAt: number;
  /** When the gateway is to be asked about it next, or null when nothing more is expected. */
  readonly nextReadAt: number | null;
  /** Grows with every change; a change must name the version it was decided on. */
  readonly version: number;
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
const reserving: readonly RefundStage[] = ["asking", "unknown", "requested", "refunded", "closed"];

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
}

/** What came in at a public route: a hint, kept before it is answered. */
export interface MessageRow {
  /** Hash of everything it said; the same message has the same id. */
  readonly id: string;
  readonly account: string;
  readonly environment: EnvironmentName;
  readonly source: "webhook" | "return";
  readonly paymentId: string | null;
  readonly paymentRequestId: string | null;
  readonly tag: string | null;
  readonly receivedAt: number;
  readonly attempts: number;
  /** `waiting` for its confirming read, `done`, `parked` after too long, or `quarantined` because the gateway contradicts it. */
  readonly state: "waiting" | "done" | "parked" | "quarantined";
  readonly nextAt: number;
}

export interface EventRow {
  readonly id: string;
  readonly tag: string;
  readonly sequence: number;
  readonly event: PaymentStatusEvent;
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
}

/** Everything known about one request, read together. */
export interface RequestSnapshot {
  readonly request: RequestRow;
  readonly payments: readonly PaymentRow[];
  readonly refunds: readonly RefundRow[];
}
