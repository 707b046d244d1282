import type { Store } from "./store.ts";

type Method = Exclude<keyof Store, "close">;

/** Every method of the port, for what passes them on as they are. */
export const storeMethods = [
  "openAccount",
  "accountByToken",
  "pinMerchant",
  "setActive",
  "isActive",
  "addRequest",
  "waitByTag",
  "requestByTag",
  "requestById",
  "snapshot",
  "countOpenLinks",
  "dueRequests",
  "commit",
  "reserveRefund",
  "refundByTransaction",
  "refundsOfPayment",
  "saveRefund",
  "changeRefund",
  "dueRefunds",
  "recordMessage",
  "saveMessage",
  "dueMessages",
  "heldMessages",
  "personalTags",
  "erasePersonal",
  "scrub",
  "eventById",
  "takers",
  "saveTaker",
  "forgetTaker",
  "dueDeliveries",
  "saveDelivery",
  "redeliver",
  "undelivered",
  "searchRequests",
  "tagsOf",
  "history",
  "messageById",
  "held",
  "health",
  "recordDecision",
  "unseenMarks",
  "saveMarks",
  "sweep",
  "saveSweep",
  "latestRequests",
  "watchPayments",
  "watchedPayments",
  "saveWatched",
  "endWatch",
  "damagedRows",
] as const satisfies readonly Method[];

/** Names a method that the list above forgot; `never` when it is complete. */
type Forgotten = Exclude<Method, (typeof storeMethods)[number]>;
const isComplete: [Forgotten] extends [never] ? true : never = true;
void isComplete;
