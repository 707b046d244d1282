/** Who asks: a node that somebody waits for, the watch over links and refunds that are known, a hint from outside. */
export type ReadLane = "node" | "link" | "hint";

/** What one lane of one account may ask of the gateway. */
export interface LaneBudget {
  /** How many reads may begin in a second, in the long run. */
  readonly perSecond: number;
  /** How many may begin at once after a quiet time. */
  readonly burst: number;
  /** How many may be under way. */
  readonly parallel: number;
  /** How many may wait for their turn; more are refused at once. */
  readonly waiting: number;
  /** How long one may wait, in milliseconds; then it is refused. */
  readonly patienceMs: number;
}

/** Where a host wants other budgets than the default ones. */
export type ReadLimits = Readonly<Partial<Record<ReadLane, Partial<LaneBudget>>>>;
