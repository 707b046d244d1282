import type {
  AccountHealth,
  AccountRow,
  DecisionRow,
  DeliveryRow,
  EventRow,
  HeldRows,
  MessageRow,
  PaymentRow,
  RefundRow,
  RequestHistory,
  RequestPage,
  RequestRow,
  RequestSearch,
  RequestSnapshot,
  TakerRow,
} from "./rows.ts";
import type { ConversationCap, ConversationFull } from "./conversation-cap.ts";
import type { Undelivered } from "./undelivered.ts";
import type { RequestAge, SweepRow, WatchedPaymentRow } from "./sweep-rows.ts";
import type { WaitRow, WaitWithMessage } from "./wait-rows.ts";

/** An account as its credentials describe it: what tells one generation from the next. */
export type AccountIdentity = Pick<AccountRow, "name" | "environment" | "clientId">;

/** An account in one world, whatever its generation. */
export type AccountOf = Pick<RequestRow, "account" | "environment">;

/** What a settled fact changes, all at once or not at all. */
export interface Change {
  /** The request with its new state and `version` one above the one the change was decided on. */
  readonly request: RequestRow;
  readonly payments?: readonly PaymentRow[];
  readonly refunds?: readonly RefundRow[];
  /** The refunds as they were when the change was decided; the change is refused when one is at another stage by now. */
  readonly refundsBefore?: readonly RefundRow[];
  readonly events?: readonly EventRow[];
  readonly deliveries?: readonly DeliveryRow[];
  /** The wait for this link as it is from now on; its message stays unless one is given. */
  readonly wait?: WaitRow | WaitWithMessage;
  /** What a person decided, where the change is by their word. */
  readonly decision?: DecisionRow;
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
  /**
   * The account and generation that a callback token belongs to; null for an unknown token, and for one of an earlier
   * generation once the last link made with it is closed.
   */
  accountByToken(name: string, callbackToken: string): Promise<AccountRow | null>;
  /** Remembers the merchant seen in the first reply; later calls change nothing. Returns the pinned one. */
  pinMerchant(account: AccountRow, merchant: string): Promise<string>;
  setActive(name: string, isActive: boolean): Promise<void>;
  /** Whether payments of this account start flows; true for a name not seen yet. */
  isActive(name: string): Promise<boolean>;

  /**
   * Stores an intent, together with the run that is to wait for the link, unless another row answers for the same key:
   * then that one comes back and nothing is stored; a row that it `replaces` and that is no link yet ceases to answer for
   * the key with it. With a cap, a new one that its conversation has no room for is not
   * stored either, and `full` says so; refused links take no room.
   */
  addRequest(
    request: RequestRow,
    wait?: WaitWithMessage,
    cap?: ConversationCap,
  ): Promise<{ readonly request: RequestRow; readonly isNew: boolean; readonly full?: ConversationFull }>;
  /** The run that waits or waited for a link. */
  waitByTag(tag: string): Promise<WaitWithMessage | null>;
  requestByTag(tag: string): Promise<RequestRow | null>;
  requestById(
    account: Pick<RequestRow, "account" | "environment">,
    paymentRequestId: string,
  ): Promise<RequestRow | null>;
  snapshot(tag: string): Promise<RequestSnapshot | null>;
  /** How many links can be paid, or may turn out to exist. */
  countOpenLinks(): Promise<number>;
  /** Requests of an account whose next read is due, the most overdue first. */
  dueRequests(account: AccountOf, now: number, limit: number): Promise<readonly RequestRow[]>;
  /**
   * Applies a change; false when the request has moved on since the change was decided. An event that was told before
   * is not told again, whatever else the change says. A delivery to a taker that was forgotten meanwhile is left out;
   * an event whose takers are all gone is unclaimed.
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
  /**
   * Changes a refund that is still at the stage and case it was read with, and leaves everything else of it as it is
   * now. Returns the row as it is then; null when another change came first. A decision is recorded with the change or
   * not at all.
   */
  changeRefund(before: RefundRow, changes: Partial<RefundRow>, decision?: DecisionRow): Promise<RefundRow | null>;
  dueRefunds(now: number, limit: number): Promise<readonly RefundRow[]>;

  /** Records a message, or makes the one with the same id due again; one in quarantine stays in it. */
  recordMessage(message: MessageRow): Promise<void>;
  saveMessage(message: MessageRow): Promise<void>;
  /** Waiting and quarantined messages whose next read is due, the most overdue first. */
  dueMessages(now: number, limit: number): Promise<readonly MessageRow[]>;
  /** Quarantined and parked messages about this payment. */
  heldMessages(account: Pick<RequestRow, "account" | "environment">, paymentId: string): Promise<readonly MessageRow[]>;

  /** Requests that personal data is kept of, by tag from `after` on, with the time of the newest of it. */
  personalTags(after: string, limit: number): Promise<readonly { readonly tag: string; readonly lastAt: number }[]>;
  /** Erases the personal data of these requests; ids, amounts, hashes and states stay. Records the decisions with it. */
  erasePersonal(tags: readonly string[], decisions?: readonly DecisionRow[]): Promise<void>;
  /** Leaves nothing that was erased in the files of the ledger; false when a reader is in the way now. */
  scrub(): Promise<boolean>;

  eventById(id: string): Promise<EventRow | null>;
  takers(): Promise<readonly TakerRow[]>;
  saveTaker(taker: TakerRow): Promise<void>;
  /** Drops a taker and what is on its way to it; events that nobody else has or had are unclaimed from then on. */
  forgetTaker(id: string): Promise<void>;
  /**
   * The first undelivered event of each request and taker, or of this taker, where due. A parked one holds its successors.
   * One planned further ahead than any attempt is was planned by a clock that was set back since, and is due too.
   */
  dueDeliveries(now: number, limit: number, takerId?: string): Promise<readonly DeliveryRow[]>;
  /** Where a delivery stands now; nothing when it was dropped with its taker meanwhile. */
  saveDelivery(delivery: DeliveryRow): Promise<void>;
  /**
   * Sends an event once more to every taker it was for, with all that its request still owes them, parked ones too; one
   * that had nobody goes to the known takers among `wanting`. Returns the deliveries of this event; null for an unknown one.
   */
  redeliver(eventId: string, wanting: readonly string[], now: number): Promise<readonly DeliveryRow[] | null>;
  /** What did not reach anybody: the numbers, and at most `limit` parked deliveries with what they hold. */
  undelivered(limit: number): Promise<Undelivered>;

  /** Requests that fit, the newest first. Looks at a bounded number of them: a page may be short and still go on. */
  searchRequests(search: RequestSearch): Promise<RequestPage>;
  /** Tags of the requests that an id belongs to: a tag, or the id of a request, payment, refund, event or message. */
  tagsOf(id: string): Promise<readonly string[]>;
  history(tag: string): Promise<RequestHistory | null>;
  messageById(id: string): Promise<MessageRow | null>;
  /** What waits for a person, at most `limit` of each kind. */
  held(limit: number): Promise<HeldRows>;
  /** How the accounts are doing. Numbers of messages stop at ten thousand, so that looking costs the same at any size. */
  health(): Promise<readonly AccountHealth[]>;
  recordDecision(decision: DecisionRow): Promise<void>;

  /** Those of the marks that were not saved for this list. */
  unseenMarks(account: AccountOf, list: string, marks: readonly string[]): Promise<readonly string[]>;
  /** Remembers rows of a list by their marks, and forgets those that no list showed since `forgetBefore`. */
  saveMarks(
    account: AccountOf,
    list: string,
    seen: { readonly marks: readonly string[]; readonly seenAt: number; readonly forgetBefore: number },
  ): Promise<void>;
  sweep(account: AccountOf): Promise<SweepRow | null>;
  saveSweep(sweep: SweepRow): Promise<void>;
  /** When the first request of an account was made, and its latest ones, the newest first. */
  latestRequests(
    account: AccountOf,
    limit: number,
  ): Promise<{ readonly firstCreatedAt: number | null; readonly latest: readonly RequestAge[] }>;
  /** Payments to be read by their id; one that is watched already becomes due at the earlier time. */
  watchPayments(payments: readonly WatchedPaymentRow[]): Promise<void>;
  watchedPayments(now: number, limit: number): Promise<readonly WatchedPaymentRow[]>;
  /** When a watched payment is read next; nothing when its watch has ended. */
  saveWatched(payment: WatchedPaymentRow): Promise<void>;
  endWatch(payment: Pick<WatchedPaymentRow, "account" | "environment" | "paymentId">): Promise<void>;

  /** How many damaged rows the lists have left out since the ledger was opened, by table; empty in a whole ledger. */
  damagedRows(): Promise<Readonly<Record<string, number>>>;

  close(): Promise<void>;
}
