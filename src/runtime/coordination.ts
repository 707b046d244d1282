/** What a process of several on one ledger does: take in what comes, work on it, or both. */
export const roles = ["all", "receiver", "worker"] as const;
export type Role = (typeof roles)[number];

/** How fast turns come back, and how many at most lie ready. */
export interface TurnRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What may be worth doing now: messages to confirm, events to deliver, links, payments and refunds to read. */
export const wakeKinds = ["confirm", "deliver", "reconcile"] as const;
export type WakeKind = (typeof wakeKinds)[number];

/**
 * What the processes of one ledger share besides its rows, so that together they are to the gateway like one. Every method
 * rejects with FlowError `store_unavailable` while the database cannot be asked.
 */
export interface Coordination {
  /**
   * Does `work` while nobody else does anything under this name, here or in another process; waits for its turn. A
   * process that dies gives up its turn after half a minute.
   */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Whether a task falls to this process. One that has it keeps it until it ends, or is not heard of for half a minute. */
  isChosen(task: string): Promise<boolean>;
  /** Takes turns out of what all processes have together; fewer than wanted, or none, where not so many lie ready. */
  takeTurns(name: string, wanted: number, rate: TurnRate): Promise<number>;
  /** A text that all processes read and write; null until it was written. */
  note(name: string): Promise<string | null>;
  saveNote(name: string, text: string): Promise<void>;
  /** Calls `onWake` when another process, or this one, stored something to do. May miss some: look from time to time. */
  listen(onWake: (kind: WakeKind) => void): Promise<void>;
  /** Gives up every turn and task. */
  close(): Promise<void>;
}
