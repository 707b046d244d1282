import type { TokenReply } from "../../schemas/wire/token.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";

/** An access token is renewed this long before it ends (as the official Java SDK does). */
const marginMs = 300_000;
/** Life of a token that does not say how long it lives, or says nonsense. */
const fallbackLifeMs = 300_000;
const maxLifeMs = 86_400_000;
/** No token call for this long after the credentials, or a token just issued, were refused. */
const refusedPauseMs = 5_000;
/** Where renewing ahead of time fails, the token still good is used and renewing is tried again after this. */
const renewPauseMs = 30_000;
/** How far the clocks of machines that share a token may be apart. */
const longestSkewMs = 60_000;
/** How many refused tokens are remembered. */
const maxRefused = 16;

/** The access token of one account: in memory only, fetched once however many ask for it. */
export interface TokenSource {
  current(): Promise<string>;
  /** Forgets a token that the gateway refused, unless another has taken its place already. */
  drop(refused: string): void;
  /** As `drop`, and fails every caller with this error for some seconds: a token just issued was refused. */
  pause(refused: string, error: FlowError): void;
}

/** A token and its times, in milliseconds since the epoch. */
export interface HeldToken {
  readonly value: string;
  readonly issuedAtMs: number;
  readonly endsAtMs: number;
  readonly renewAtMs: number;
}

/**
 * Lets several processes use one token, so that none takes away another's by asking for a new one: gives the token that
 * they have where it is good, else fetches one and hands it on.
 */
export type TokenShare = (fetch: () => Promise<HeldToken>, isGood: (token: HeldToken) => boolean) => Promise<HeldToken>;

/** @param fetchToken makes the token call; throws FlowError. */
export function createTokenSource(options: {
  readonly fetchToken: () => Promise<TokenReply>;
  readonly clock: Clock;
  readonly share?: TokenShare | undefined;
}): TokenSource {
  const { fetchToken, clock, share = (fetch) => fetch() } = options;
  const refusedTokens = new Set<string>();
  let held: HeldToken | undefined;
  let flight: Promise<string> | undefined;
  let pausedBy: { readonly error: FlowError; readonly sinceMs: number } | undefined;

  async function renew(): Promise<string> {
    try {
      const token = await share(
        async () => hold(await fetchToken(), clock.now()),
        ({ value, issuedAtMs, renewAtMs }) =>
          isWithin(clock.now(), issuedAtMs - longestSkewMs, renewAtMs) && !refusedTokens.has(value),
      );
      // The clock of the machine that fetched it may be ahead.
      held = { ...token, issuedAtMs: Math.min(token.issuedAtMs, clock.now()) };
      return held.value;
    } catch (error) {
      if (isFlowError(error) && error.code === "credentials_refused") {
        held = undefined;
        pausedBy = { error, sinceMs: clock.now() };
      }
      if (held === undefined || !isWithin(clock.now(), held.issuedAtMs, held.endsAtMs)) throw error;
      held = { ...held, renewAtMs: Math.min(clock.now() + renewPauseMs, held.endsAtMs) };
      return held.value;
    } finally {
      flight = undefined;
    }
  }

  function drop(refused: string): void {
    // Few at a time: one that was refused longer ago has been replaced by all.
    if (refusedTokens.size >= maxRefused) refusedTokens.clear();
    refusedTokens.add(refused);
    if (held?.value === refused) held = undefined;
  }

  return {
    async current() {
      const now = clock.now();
      if (held !== undefined && isWithin(now, held.issuedAtMs, held.renewAtMs)) return held.value;
      if (pausedBy !== undefined && isWithin(now, pausedBy.sinceMs, pausedBy.sinceMs + refusedPauseMs)) {
        throw copyOf(pausedBy.error);
      }
      flight ??= renew();
      return flight;
    },
    drop,
    pause(refused, error) {
      if (held?.value !== refused) return;
      drop(refused);
      pausedBy = { error, sinceMs: clock.now() };
    },
  };
}

/** The lower bound makes a clock that was set back end a token or a pause, not prolong it. */
function isWithin(nowMs: number, fromMs: number, untilMs: number): boolean {
  return nowMs >= fromMs && nowMs < untilMs;
}

function hold(reply: TokenReply, nowMs: number): HeldToken {
  const lifeMs = lifeOf(reply.expires_in);
  return {
    value: reply.access_token,
    issuedAtMs: nowMs,
    endsAtMs: nowMs + lifeMs,
    renewAtMs: nowMs + Math.max(lifeMs - marginMs, lifeMs / 2),
  };
}

function lifeOf(expiresIn: number | string | undefined): number {
  const seconds = typeof expiresIn === "string" ? Number(/^\d+$/.exec(expiresIn.trim())?.[0]) : expiresIn;
  return seconds !== undefined && seconds > 0 ? Math.min(seconds * 1000, maxLifeMs) : fallbackLifeMs;
}

/** Every caller gets an error of its own, with its own stack. */
function copyOf(error: FlowError): FlowError {
  return new FlowError(error.code, error.message, { ...error, cause: error.cause });
}
