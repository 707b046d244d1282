/** How often a call is made in all, the first time included. */
export const maxAttempts = 3;

const firstDelayMs = 250;
const maxRetryAfterMs = 30_000;

/** The three forms of RFC 9110 section 5.6.7 begin with a day's name; what `Date.parse` takes besides is no HTTP date. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w: -]+$/;

/**
 * Milliseconds that a `Retry-After` header asks for, at most 30 s. Undefined when it is missing, malformed or in the
 * past: the caller's own back-off counts then.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  const askedMs = /^\d+$/.test(text) ? Number(text) * 1000 : parseHttpDate(text) - nowMs;
  return askedMs > 0 ? Math.min(askedMs, maxRetryAfterMs) : undefined;
}

function parseHttpDate(text: string): number {
  if (!httpDate.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(" GMT") ? text : `${text} GMT`);
}

/**
 * Pause before the attempt after number `attempt` (from 1): doubling, the upper half of it random, so that callers who
 * failed together do not come back together; never shorter than what the gateway asked for.
 */
export function retryDelayMs(options: {
  readonly attempt: number;
  readonly retryAfter: string | undefined;
  readonly nowMs: number;
  readonly random: () => number;
}): number {
  const backOffMs = firstDelayMs * 2 ** (options.attempt - 1) * (0.5 + options.random() / 2);
  return Math.max(backOffMs, parseRetryAfter(options.retryAfter, options.nowMs) ?? 0);
}
