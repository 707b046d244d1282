import type { History } from "./history.ts";
import { userIdOf } from "./identifiers.ts";
import type { CaseResolution } from "./switches.ts";

/** Times are milliseconds of the simulator's clock; `order` counts up over everything that is made. */
export interface StoredRequest {
  id: string;
  order: number;
  amountPaise: number;
  purpose: string;
  isCompleted: boolean;
  isDisabled: boolean;
  buyerName: string | null;
  email: string | null;
  phone: string | null;
  redirectUrl: string | null;
  webhook: string | null;
  sendEmail: boolean;
  sendSms: boolean;
  allowRepeatedPayments: boolean;
  markFulfilled: boolean;
  expiresAt: number | null;
  paymentIds: readonly string[];
  shortCode: string;
  createdAt: number;
  changedAt: number;
}

export interface StoredPayment {
  id: string;
  order: number;
  /** Null when it was an order that was paid and no request stands behind it. */
  requestId: string | null;
  /** The gateway order it was paid through; left out where there is none. */
  orderId?: string;
  title: string;
  /** True: paid, false: failed, null: not finished. */
  status: boolean | null;
  amountPaise: number;
  name: string;
  email: string;
  phone: string;
  feesPaise: number | null;
  taxesPaise: number | null;
  failure: { reason: string; message: string } | null;
  createdAt: number;
  changedAt: number;
}

/** A gateway order: of its own, or made for a payment request so that a mobile app can pay that. */
export interface StoredOrder {
  id: string;
  order: number;
  /** The merchant's own id; null for the order of a payment request. */
  transactionId: string | null;
  requestId: string | null;
  amountPaise: number;
  name: string;
  email: string;
  phone: string;
  description: string | null;
  redirectUrl: string | null;
  webhookUrl: string | null;
  isCompleted: boolean;
  paymentIds: readonly string[];
  createdAt: number;
  changedAt: number;
}

export interface StoredCase {
  id: string;
  order: number;
  paymentId: string;
  transactionId: string | null;
  type: string;
  body: string;
  /** As it was sent; the create reply repeats it. */
  amountText: string;
  amountPaise: number;
  /** Null while the case is open. */
  resolution: CaseResolution | null;
  bankReference: string;
  refundUuid: string;
  createdAt: number;
  changedAt: number;
}

export interface StoredToken {
  value: string;
  refreshValue: string | null;
  expiresAt: number;
}

export interface MerchantData {
  clientId: string;
  username: string;
  userId: string;
  tokens: StoredToken[];
  requests: Map<string, History<StoredRequest>>;
  payments: Map<string, History<StoredPayment>>;
  orders: Map<string, History<StoredOrder>>;
  cases: Map<string, History<StoredCase>>;
}

export interface WebhookAttempt {
  at: number;
  /** HTTP status of the receiver, or null when it did not answer. */
  status: number | null;
  error: string | null;
  /** The form body that was sent. */
  body: string;
}

export interface StoredWebhook {
  id: number;
  clientId: string;
  /** Null when it is about an order behind which there is no request. */
  requestId: string | null;
  paymentId: string;
  status: "Credit" | "Failed";
  url: string;
  /** `refused`: not a loopback address, never called. `dropped`: swallowed by a fault. */
  state: "waiting" | "delivered" | "failed" | "refused" | "dropped";
  dueAt: number;
  attempts: WebhookAttempt[];
}

/** Everything the local Instamojo remembers. No origin is in it, so it can be served from any port. */
export interface SimulatorState {
  clockOffsetMs: number;
  order: number;
  writes: number;
  listReads: number;
  merchants: Map<string, MerchantData>;
  webhooks: StoredWebhook[];
}

export function emptyState(): SimulatorState {
  return { clockOffsetMs: 0, order: 0, writes: 0, listReads: 0, merchants: new Map(), webhooks: [] };
}

export function addMerchant(state: SimulatorState, clientId: string, username: string): void {
  const known = state.merchants.get(clientId);
  if (known !== undefined) {
    known.username = username;
    return;
  }
  state.merchants.set(clientId, {
    clientId,
    username,
    userId: userIdOf(clientId),
    tokens: [],
    requests: new Map(),
    payments: new Map(),
    orders: new Map(),
    cases: new Map(),
  });
}
