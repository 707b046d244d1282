import type { Clock } from "../runtime/clock.ts";
import type { Store } from "../store/store.ts";
import type { Confirmer } from "./confirm.ts";
import type { Sessions } from "./sessions.ts";

export interface ReturnReadOptions {
  readonly store: Pick<Store, "requestByTag">;
  readonly sessions: Pick<Sessions, "ofRow">;
  readonly confirmer: Pick<Confirmer, "confirmRequest">;
  readonly clock: Clock;
}

/** How long a returning buyer waits for a read; the answer comes to the chat in any case. */
const patienceMs = 3_000;
/** How many reads returning buyers may have under way; a leaked address starts no more. */
const maxReads = 8;

/** A status that no read is needed for: it was confirmed by one, and nothing the buyer did since takes it back. */
const settled: readonly string[] = ["Completed", "Refunded"];

/**
 * Reads the link a buyer came back from and says where it stands then; null where that is not known yet. Any number of
 * returns of one link share one read.
 */
export function createReturnReads({ store, sessions, confirmer, clock }: ReturnReadOptions) {
  const underWay = new Map<string, Promise<boolean>>();

  async function readLink(tag: string): Promise<boolean> {
    const request = await store.requestByTag(tag);
    const session = request && (await sessions.ofRow(request));
    if (!session || typeof session === "string") return false;
    await confirmer.confirmRequest(session, request, "return");
    return true;
  }

  /** Resolves when the read has ended or patience has, with whether it said anything. */
  function shared(tag: string): Promise<boolean> {
    let reading = underWay.get(tag);
    if (!reading) {
      if (underWay.size >= maxReads) return Promise.resolve(false);
      reading = readLink(tag)
        .catch(() => false)
        .finally(() => underWay.delete(tag));
      underWay.set(tag, reading);
    }
    let cancel = () => {};
    const late = new Promise<false>((resolve) => {
      cancel = clock.after(patienceMs, () => resolve(false));
    });
    return Promise.race([reading, late]).finally(() => cancel());
  }

  return async (tag: string, account: string): Promise<string | null> => {
    const request = await store.requestByTag(tag);
    if (request?.stage !== "open" || request.account !== account) return null;
    if (settled.includes(request.status)) return request.status;
    // Without a read the stored word may be out of date: a failed attempt may have been followed by a paid one.
    if (!(await shared(tag))) return null;
    const status = (await store.requestByTag(tag))?.status ?? null;
    return status === "Pending" || status === "Processing" ? null : status;
  };
}
