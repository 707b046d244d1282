import type { Transport } from "../client/transport.ts";
import type { Clock } from "../runtime/clock.ts";

/** What time it is at the gateway, estimated from its replies; our own time until the first of them. */
export interface GatewayTime {
  /** Milliseconds since the epoch on the gateway's clock of this account. */
  now(account: string): number;
  /** Whether a reply has told the time since this process started. */
  isKnown(account: string): boolean;
  /** A reply said `gatewayMs` when our clock said `ourMs`. */
  observe(account: string, gatewayMs: number, ourMs: number): void;
  /** The transport, with every reply's `Date` header taken in for this account. */
  watch(account: string, transport: Transport): Transport;
}

/** A reply that took longer says too little about the moment it was written. */
const maxRoundTripMs = 30_000;

/**
 * Deadlines run on the gateway's clock: ours may be wrong, and what counts as paid in time is what the gateway dates so.
 * The latest reply counts, so that a clock that jumps, theirs or ours, is followed with the next call.
 */
export function createGatewayTime(clock: Clock): GatewayTime {
  const offsets = new Map<string, number>();

  function observe(account: string, gatewayMs: number, ourMs: number): void {
    // Whole milliseconds: the ledger holds no others.
    if (Number.isFinite(gatewayMs)) offsets.set(account, Math.round(gatewayMs - ourMs));
  }

  return {
    now: (account) => clock.now() + (offsets.get(account) ?? 0),
    isKnown: (account) => offsets.has(account),
    observe,
    watch: (account, transport) => ({
      async send(request) {
        const sentMs = clock.now();
        const response = await transport.send(request);
        const tookMs = clock.now() - sentMs;
        // A reply out of a cache tells the time at which it was stored.
        const isFresh = response.headers.age === undefined && tookMs >= 0 && tookMs <= maxRoundTripMs;
        // The header counts whole seconds: half of one is added, which it is off by at most.
        if (isFresh) observe(account, Date.parse(response.headers.date ?? "") + 500, clock.now() - tookMs / 2);
        return response;
      },
      close: () => transport.close(),
    }),
  };
}
