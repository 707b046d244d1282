import type {
  AccountRow,
  DeliveryRow,
  EventRow,
  MessageRow,
  PaymentRow,
  RefundRow,
  RequestRow,
  RequestSnapshot,
  TakerRow,
} from "./rows.ts";

/** An account as its credentials describe it: what tells one generation from the next. */
export type AccountIdentity = Pick<AccountRow, "name" | "environment" | "clientId">;

/** What a settled fact changes, all at once or not at all. */
export interface Change {
  /** The request with its new state and `version` one above the one the change was decided on. */
  readonly request: RequestRow;
  readonly payments?: readonly PaymentRow[];
  readonly refunds?: readonly RefundRow[];
  readonly events?: readonly EventRow[];
  readonly deliveries?: readonly DeliveryRow[];
}

export type Reservation =
  | { readonly kind: "reserved"; readonly refund: RefundRow }
  | { readonly kind: "exists"; readonly refund: RefundRow }
  /** Would give back more than is left; the sum of all refunds of the payment that are made, open or unknown. */
  | { readonly kind: "exceeds"; readonly reservedPaise: number };

/**
 * The ledger behind a port. Every promise resolves only once its effect is durable, and rejects with FlowError
 * `store_unavailable` when it is not.
 */
export interface Store {
  /**
   * The generation of an account that these credentials belong to. A client id or world that this name has not had
   * before starts a new one with `callbackToken`; going back to an earlier one goes on with its rows.
   */
  openAccount(identity: AccountIdentity, callbackToken: string): Promise<AccountRow>;
  /** The account and generation that a callback token belongs to; null for an unknown token. */
  accountByToken(name: string, callbackToken: string): Promise<AccountRow | null>;
  /** Remembers the merchant seen in the first reply; later calls change nothing. Returns the pinned one. */
  pinMerchant(account: AccountRow, merchant: string): Promise<string>;
  setActive(name: string, isActive: boolean): Promise<void>;
  /** Whether payments of this account start flows; true for a name not seen yet. */
  isActive(name: string): Promise<boolean>;

  /** Stores an intent, unless another row answers for the same key: then that one comes back. */
  addRequest(request: RequestRow): Promise<{ readonly request: RequestRow; readonly isNew: boolean }>;
  requestByKey(account: AccountRow, key: string): Promise<RequestRow | null>;
  requestByTag(tag: string): Promise<RequestRow | null>;
  requestById(
    account: Pick<RequestRow, "account" | "environment">,
    paymentRequestId: string,
  ): Promise<RequestRow | null>;
  snapshot(tag: string): Promise<RequestSnapshot | null>;
  /** Open requests of these accounts whose next read is due, the most overdue first. */
  dueRequests(now: number, limit: number): Promise<readonly RequestRow[]>;
  /**
   * Applies a change; false when the request has moved on since the change was decided. An event that was told before
   * is not told again, whatever else the change says.
   */
  commit(change: Change): Promise<boolean>;

  /** Reserves the amount of a refund: at most `remainingPaise` together with all that is reserved already. */
  reserveRefund(refund: RefundRow, options: { readonly availablePaise: number }): Promise<Reservation>;
  refundByTransaction(
    account: Pick<RefundRow, "account" | "environment">,
    transactionId: string,
  ): Promise<RefundRow | null>;
  /** All refunds of a payment, under whatever name the account had. */
  refundsOfPayment(world: Pick<RefundRow, "environment">, paymentId: string): Promise<readonly RefundRow[]>;
  saveRefund(refund: RefundRow): Promise<void>;
  dueRefunds(now: number, limit: number): Promise<readonly RefundRow[]>;

  /** Records a message, or makes the one with the same id due again. */
  recordMessage(message: MessageRow): Promise<void>;
  saveMessage(message: MessageRow): Promise<void>;
  dueMessages(now: number, limit: number): Promise<readonly MessageRow[]>;

  eventById(id: string): Promise<EventRow | null>;
  takers(): Promise<readonly TakerRow[]>;
  saveTaker(taker: TakerRow): Promise<void>;
  forgetTaker(id: string): Promise<void>;
  /** The first undelivered event of each request and taker, where due. A parked one holds its successors. */
  dueDeliveries(now: number, limit: number): Promise<readonly DeliveryRow[]>;
  /** Where a delivery stands now; nothing when it was dropped with its taker meanwhile. */
  saveDelivery(delivery: DeliveryRow): Promise<void>;

  close(): Promise<void>;
}
