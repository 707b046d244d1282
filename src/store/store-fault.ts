import { FlowError } from "../runtime/errors.ts";

/** SQLite's primary result codes that a ledger may meet and get over. */
const busy = 5;
const locked = 6;
const full = 13;

/** The upper bits of a result code only say more about the lower ones. */
function codeOf(fault: unknown): number {
  return Number((fault as { errcode?: number } | null)?.errcode) & 0xff;
}

/** Whether the file is as it was and only the moment was bad: no room, or another process has the lock. */
export function isPassing(fault: unknown): boolean {
  return [busy, locked, full].includes(codeOf(fault));
}

/** Every fault of the ledger's file as one typed error; a FlowError stays what it is. */
export function storeFault(fault: unknown): FlowError {
  if (fault instanceof FlowError) return fault;
  const code = codeOf(fault);
  if (code === busy || code === locked) {
    return new FlowError("store_unavailable", "The ledger is in use by another process.", {
      cause: fault,
      remedy: "Stop the other process, or give this one a ledger of its own.",
    });
  }
  const message = code === full ? "There is no room for the ledger." : "The ledger could not be read or written.";
  return new FlowError("store_unavailable", message, { cause: fault });
}

const damaged = "A row of the ledger is damaged.";

/** A row that is not what was written: it stops, and only it. */
export function damagedRow(cause: unknown): FlowError {
  return new FlowError("store_unavailable", damaged, {
    cause,
    remedy: "Stop the flows and restore the ledger from a backup; everything but this row goes on meanwhile.",
    retryable: false,
  });
}

export function isDamage(fault: unknown): boolean {
  return fault instanceof FlowError && fault.message === damaged;
}
