import { defaultEventStatuses, type PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Taker } from "../runtime/host.ts";
import type { TakerRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { placeOf } from "./wait-routing.ts";

/** The known receivers of events: those that listen now, and those that did before a restart. */
export interface Takers {
  /** Adds or replaces a receiver, from now on: it hears nothing of what was before. */
  add(taker: Taker): Promise<void>;
  /** It stops listening for now; what is on its way waits for it. Nothing where another took its place meanwhile. */
  pause(taker: Taker): void;
  /** It is gone for good; what is on its way to it is dropped. */
  forget(id: string): Promise<void>;
  /**
   * Forgets all but these, for hosts that know which receivers there are. `isMeant` says which ones may go: those of
   * event flows unless given.
   */
  forgetOthers(ids: readonly string[], isMeant?: (id: string) => boolean): Promise<void>;
  /** The receiver, if it listens now. */
  listening(id: string): Taker | undefined;
  /** Ids of all that listen now. */
  allListening(): readonly string[];
  isKnown(id: string): boolean;
  /** Ids of all known receivers that want this event. */
  wanting(event: Pick<PaymentStatusEvent, "account" | "status" | "reason">): readonly string[];
}

export async function openTakers(store: Store): Promise<Takers> {
  const rows = new Map((await store.takers()).map((row) => [row.id, row]));
  const listening = new Map<string, Taker>();

  async function forget(id: string): Promise<void> {
    listening.delete(id);
    rows.delete(id);
    // An event that is being stored now was decided before; the ledger leaves its delivery out.
    await store.forgetTaker(id);
  }

  return {
    async add(taker) {
      const row: TakerRow = {
        id: taker.id,
        accounts: [...(taker.accounts ?? [])],
        statuses: [...(taker.statuses ?? defaultEventStatuses)],
        refundUpdates: taker.refundUpdates ?? false,
      };
      // Nothing is decided for a receiver that the ledger does not know yet: its delivery would be left out.
      await store.saveTaker(row);
      rows.set(taker.id, row);
      listening.set(taker.id, taker);
    },
    pause(taker) {
      if (listening.get(taker.id) === taker) listening.delete(taker.id);
    },
    forget,
    async forgetOthers(ids, isMeant = (id) => placeOf(id) === null) {
      await Promise.all([...rows.keys()].filter((id) => isMeant(id) && !ids.includes(id)).map(forget));
    },
    listening: (id) => listening.get(id),
    allListening: () => [...listening.keys()],
    isKnown: (id) => rows.has(id),
    wanting: (event) => [...rows.values()].filter((row) => wants(row, event)).map((row) => row.id),
  };
}

/**
 * Whether a receiver wants an event. News of a refund that moves no money also has the status Completed; a flow that
 * ships on Completed must not ship again, so such news is only for those that ask for it.
 */
export function wants(
  taker: Pick<TakerRow, "accounts" | "statuses" | "refundUpdates">,
  event: Pick<PaymentStatusEvent, "account" | "status" | "reason">,
): boolean {
  if (taker.accounts.length > 0 && !taker.accounts.includes(event.account)) return false;
  if (event.reason?.startsWith("refund-")) return taker.refundUpdates;
  return taker.statuses.includes(event.status);
}
