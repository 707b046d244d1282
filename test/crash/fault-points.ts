/**
 * The steps of a message at which the process can be made to die, in the order of a message's life. They are reached by
 * what the harness wraps around the product (ledger, receiver, taker); the product knows nothing of them.
 */
export const crashSteps = [
  /** The message is checked and about to be written. */
  "before-write",
  /** Its row is in the transaction, which is not committed. */
  "written",
  /** It is committed, and not answered. */
  "committed",
  /** The answer 200 was handed to the system. */
  "answered",
  /** The confirming reads are done, and nothing of them is written. */
  "confirming",
  /** State and event are in the transaction, which is not committed. */
  "settling",
  /** The taker has the event, and its own record of it is not written. */
  "delivering",
  /** The taker has recorded the event, and the ledger does not know. */
  "delivered",
  /** The ledger knows that the event was taken. */
  "marked",
] as const;
export type CrashStep = (typeof crashSteps)[number];

export interface CrashPlan {
  readonly step: CrashStep;
  /** Dies when the step is reached for the n-th time. */
  readonly nth: number;
}

const variable = "CRASH_AT";
let count = 0;

/** Sets where this process dies; threads started afterwards know it too. */
export function planCrash(plan: CrashPlan | null): void {
  if (plan) process.env[variable] = `${plan.step}:${plan.nth}`;
}

/** Dies here, without any farewell, when the plan says so. */
export function reach(step: CrashStep): void {
  const [planned, nth] = (process.env[variable] ?? "").split(":");
  if (planned !== step) return;
  count += 1;
  if (count === Number(nth)) process.kill(process.pid, "SIGKILL");
}
