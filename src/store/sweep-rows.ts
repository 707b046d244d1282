import type { EnvironmentName } from "../../schemas/payment-fields.ts";

/** How far the gateway's lists were read for one account. Times of our own clock. */
export interface SweepRow {
  readonly account: string;
  readonly environment: EnvironmentName;
  /** When the last pass over a whole day ended; null before the first. */
  readonly deepDoneAt: number | null;
  /** How many payments of others than this ledger's links were seen; nothing else is kept of them. */
  readonly foreignPayments: number;
}

/** A payment that a list showed and that is read by its id until it is final. */
export interface WatchedPaymentRow {
  readonly account: string;
  readonly environment: EnvironmentName;
  readonly paymentId: string;
  readonly firstSeenAt: number;
  readonly nextAt: number;
}

/** What of a request says how often the lists are to be read. */
export interface RequestAge {
  readonly createdAt: number;
  readonly hasWebhook: boolean;
  readonly stage: string;
  readonly status: string;
}
