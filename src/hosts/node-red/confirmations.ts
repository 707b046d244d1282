import { randomUUID } from "node:crypto";

/** Where the handle of an event stands in a message; text, so that it survives the copies that Node-RED makes. */
export const handleProperty = "_eventHandle";

/** The events that were started with *Confirm handling* and are not handled yet. Nothing of it outlives the process. */
export interface Confirmations {
  /**
   * Waits for a message with this handle to be handled. `handled` rejects once `signal` is aborted, or `release` was
   * called with the same owner.
   */
  open(owner: object, signal: AbortSignal): { readonly handle: string; readonly handled: Promise<void> };
  /** False for a handle that waits for nothing: handled before, too late, of an earlier start, or made up. */
  confirm(handle: unknown): boolean;
  /** Gives up everything of an owner that stops. */
  release(owner: object): void;
}

export function createConfirmations(): Confirmations {
  const waiting = new Map<string, { readonly owner: object; resolve(): void; reject(reason: Error): void }>();
  return {
    open(owner, signal) {
      const handle = randomUUID();
      const handled = new Promise<void>((resolve, reject) => {
        waiting.set(handle, { owner, resolve, reject });
        signal.addEventListener("abort", () => reject(new Error("Nobody waits any more.")), { once: true });
      }).finally(() => waiting.delete(handle));
      handled.catch(() => {});
      return { handle, handled };
    },
    confirm(handle) {
      const found = typeof handle === "string" ? waiting.get(handle) : undefined;
      if (typeof handle === "string") waiting.delete(handle);
      found?.resolve();
      return found !== undefined;
    },
    release(owner) {
      for (const entry of waiting.values()) {
        if (entry.owner === owner) entry.reject(new Error("The node stopped."));
      }
    },
  };
}
