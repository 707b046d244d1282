/** What the doctor looks at, in the order of its report. */
export const checks = [
  "configuration",
  "accounts",
  "credentials",
  "world",
  "salt",
  "public URL",
  "store",
  "clock",
] as const;
export type Check = (typeof checks)[number];

/** What one check found. Only `failed` makes the command end with 1. */
export interface Finding {
  readonly check: Check;
  /** Name of the account it is about. */
  readonly account?: string;
  /** `unknown`: it cannot be told from here. */
  readonly result: "ok" | "warning" | "failed" | "unknown";
  /** One sentence or two without any secret. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** One finding as one line of text. */
export function lineOf({ check, account, result, message, remedy }: Finding): string {
  const subject = account === undefined ? check : `${check} of ${account}`;
  const text = remedy ? `${message} ${remedy}` : message;
  // Words of the gateway or the database may stand in it: nothing of them may steer the terminal.
  return `${result.padEnd(8)} ${subject}: ${text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")}`;
}
