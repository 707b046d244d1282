import type { Desk, SimulatorRequest } from "./exchange.ts";
import { latest } from "./history.ts";
import { refundedOf, reviewCases } from "./refund-cases.ts";
import type { StoredCase, StoredOrder, StoredPayment, StoredRequest, StoredWebhook } from "./state.ts";
import type { SimulatorProfile, SimulatorSwitches } from "./switches.ts";

/** One call that came in. Secrets, card data and the `Authorization` header are left out. */
export interface LedgerCall {
  /** Milliseconds of the simulator's clock. */
  at: number;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  /** Whose token came along. */
  clientId: string | null;
  /** Null while it has no answer, or when it never got one. */
  status: number | null;
  /** False: no route for it. */
  isHandled: boolean;
  /** Whether the state was asked: false for a call that a fault swallowed. */
  isApplied: boolean;
  /** Kind of the fault that hit it, or null. */
  fault: string | null;
}

export interface LedgerPayment extends StoredPayment {
  clientId: string;
  refundedPaise: number;
  /** Held by cases that are still open. */
  openRefundPaise: number;
}

/** The truth, whatever a profile shows: everything held and every call that came. Amounts are paise. */
export interface SimulatorLedger {
  now: number;
  world: "test" | "live";
  profile: SimulatorProfile;
  switches: SimulatorSwitches;
  merchants: { clientId: string; username: string; userId: string }[];
  paymentRequests: (StoredRequest & { clientId: string })[];
  payments: LedgerPayment[];
  /** Gateway orders. */
  orders: (StoredOrder & { clientId: string })[];
  refunds: (StoredCase & { clientId: string })[];
  webhooks: StoredWebhook[];
  calls: LedgerCall[];
  /** The calls that no route was there for. */
  unhandled: LedgerCall[];
  /** Mistakes of the simulator itself. */
  errors: string[];
}

export function writeLedger(desk: Desk, calls: readonly LedgerCall[], errors: readonly string[]): SimulatorLedger {
  reviewCases(desk);
  const { settings, state } = desk;
  const merchants = [...state.merchants.values()];
  const inOrder = (a: { order: number }, b: { order: number }): number => a.order - b.order;
  return structuredClone({
    now: desk.now,
    world: settings.world,
    profile: settings.profile,
    switches: settings.switches,
    merchants: merchants.map(({ clientId, username, userId }) => ({ clientId, username, userId })),
    paymentRequests: merchants
      .flatMap(({ clientId, requests }) => [...requests.values()].map((each) => ({ ...latest(each), clientId })))
      .sort(inOrder),
    payments: merchants
      .flatMap((merchant) =>
        [...merchant.payments.values()].map((each) => {
          const payment = latest(each);
          const { openPaise, refundedPaise } = refundedOf(merchant, payment.id);
          return { ...payment, clientId: merchant.clientId, refundedPaise, openRefundPaise: openPaise };
        }),
      )
      .sort(inOrder),
    orders: merchants
      .flatMap(({ clientId, orders }) => [...orders.values()].map((each) => ({ ...latest(each), clientId })))
      .sort(inOrder),
    refunds: merchants
      .flatMap(({ clientId, cases }) => [...cases.values()].map((each) => ({ ...latest(each), clientId })))
      .sort(inOrder),
    webhooks: state.webhooks,
    calls: [...calls],
    unhandled: calls.filter((call) => !call.isHandled),
    errors: [...errors],
  });
}

const hidden = new Set(["client_secret", "password", "refresh_token", "access_token", "card_number", "card_cvv"]);
const hiddenHeaders = new Set(["authorization", "proxy-authorization", "cookie"]);

const veil = (entries: Iterable<[string, unknown]>): Record<string, unknown> =>
  Object.fromEntries([...entries].map(([key, value]) => [key, hidden.has(key) ? "[hidden]" : value]));

/** The line of a call before it is answered. */
export function openCall(request: SimulatorRequest, at: number): LedgerCall {
  const headers = Object.entries(request.headers).filter(([name]) => !hiddenHeaders.has(name));
  return {
    at,
    method: request.method,
    path: request.path,
    query: veil(request.query) as Record<string, string>,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: "fields" in request.body ? veil(request.body.fields) : {},
    clientId: null,
    status: null,
    isHandled: true,
    isApplied: false,
    fault: null,
  };
}
