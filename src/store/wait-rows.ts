/** How a run that waited went on. `error`: its link was not made, or nobody could say whether it was. */
export type WaitEnding = "paid" | "failed" | "expired" | "cancelled" | "error";

/** A run of a flow that waits for the end of one link. */
export interface WaitRow {
  /** Tag of the link. */
  readonly tag: string;
  /** The receiver of its events: the place in the flows where the run waits. */
  readonly takerId: string;
  /** Whether the events of its link go to event flows too. */
  readonly startsEventFlows: boolean;
  /** Null while it waits. */
  readonly ending: WaitEnding | null;
  /** The event that ended it; null while it waits, and where there is none. */
  readonly eventId: string | null;
}

/** A wait with the message that goes on with it: plain JSON, and personal data. */
export interface WaitWithMessage extends WaitRow {
  /** Null where there was none, or it was erased. */
  readonly message: Readonly<Record<string, unknown>> | null;
}
