import { randomUUID } from "node:crypto";

/** Where the handle of an event stands in a message; text, so that it survives the copies that Node-RED makes. */
export const handleProperty = "_eventHandle";

/**
 * The events that were started with *Confirm handling* and are not handled yet. What is handled too late still counts: it
 * ends the attempt that is under way by then, or the next one. Nothing of it outlives the process.
 */
export interface Confirmations {
  /**
   * Waits for a message with this handle to be handled. `handled` rejects once `signal` is aborted, or `release` was
   * called with the same owner. Null for what was handled late since the last attempt: it needs no other one.
   */
  open(attempt: Attempt): { readonly handle: string; readonly handled: Promise<void> } | null;
  /** False for a handle that waits for nothing: handled before, of an earlier start, or made up. */
  confirm(handle: unknown): boolean;
  /** Gives up everything of an owner that stops. */
  release(owner: object): void;
}

/** One start of a flow with an event. */
export interface Attempt {
  readonly owner: object;
  readonly signal: AbortSignal;
  /** The same for every attempt to hand the same event to the same node; absent for an event that comes only once. */
  readonly delivery?: string | undefined;
}

interface Waiting extends Attempt {
  resolve(): void;
  reject(reason: Error): void;
}

/** How many attempts that ran out of time are remembered. */
const maxLate = 1_000;

export function createConfirmations(): Confirmations {
  const waiting = new Map<string, Waiting>();
  /** Deliveries by the handles of their attempts that ran out of time. */
  const late = new Map<string, string>();
  const handledLate = new Set<string>();

  /** What is handled now must not be taken for handled when somebody asks for it again. */
  function end({ delivery, resolve }: Waiting): void {
    for (const [handle, other] of late) if (other === delivery) late.delete(handle);
    resolve();
  }

  function confirmLate(handle: string): boolean {
    const delivery = late.get(handle);
    if (delivery === undefined) return false;
    const underWay = [...waiting].find(([, attempt]) => attempt.delivery === delivery);
    if (underWay) {
      waiting.delete(underWay[0]);
      end(underWay[1]);
      return true;
    }
    for (const [known, other] of late) if (other === delivery) late.delete(known);
    remember(handledLate, () => handledLate.add(delivery));
    return true;
  }

  return {
    open(attempt) {
      const { delivery, signal } = attempt;
      if (delivery !== undefined && handledLate.delete(delivery)) return null;
      const handle = randomUUID();
      const handled = new Promise<void>((resolve, reject) => {
        waiting.set(handle, { ...attempt, resolve, reject });
        const giveUp = () => {
          if (delivery !== undefined && waiting.has(handle)) remember(late, () => late.set(handle, delivery));
          reject(new Error("Nobody waits any more."));
        };
        signal.addEventListener("abort", giveUp, { once: true });
      }).finally(() => waiting.delete(handle));
      handled.catch(() => {});
      return { handle, handled };
    },
    confirm(handle) {
      if (typeof handle !== "string") return false;
      const found = waiting.get(handle);
      if (!found) return confirmLate(handle);
      waiting.delete(handle);
      end(found);
      return true;
    },
    release(owner) {
      for (const entry of waiting.values()) {
        if (entry.owner === owner) entry.reject(new Error("The node stopped."));
      }
    },
  };
}

/** Adds something and lets the oldest go where it is too much. */
function remember(kept: Map<string, unknown> | Set<string>, add: () => void): void {
  add();
  for (const oldest of kept.keys()) {
    if (kept.size <= maxLate) return;
    kept.delete(oldest);
  }
}
