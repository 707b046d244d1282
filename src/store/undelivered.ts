import type { DeliveryRow } from "./rows.ts";

/** A delivery that was given up, and the later ones of its request and taker that wait behind it. */
export interface ParkedChain {
  readonly parked: DeliveryRow;
  readonly held: readonly DeliveryRow[];
}

/** What did not reach anybody. */
export interface Undelivered {
  /** Deliveries on their way, waiting for their next attempt, or held. */
  readonly waiting: number;
  readonly parked: number;
  /** Events that nobody is to receive, by why. */
  readonly unclaimed: Readonly<Record<"inactive" | "no-taker", number>>;
  /** The parked ones, the latest first. */
  readonly chains: readonly ParkedChain[];
}
