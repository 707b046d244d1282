import type { Gateway } from "../client/gateway.ts";
import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";

/** How the calls of one account went lately; gone with the process. */
export interface GatewayRecord {
  /** When Instamojo last answered one of our calls, in milliseconds since the epoch. */
  readonly lastReplyAt: number | null;
  /** What the last call failed with; null when it was answered. */
  readonly fault: { readonly at: number; readonly message: string; readonly remedy: string } | null;
}

/** Remembers how the calls of each account went. */
export interface GatewayWatch {
  /** The same gateway, with an eye on its calls. */
  watch(account: string, gateway: Gateway): Gateway;
  recordOf(account: string): GatewayRecord;
}

export function createGatewayWatch(clock: Clock): GatewayWatch {
  const records = new Map<string, GatewayRecord>();
  const none: GatewayRecord = { lastReplyAt: null, fault: null };
  const recordOf = (account: string) => records.get(account) ?? none;

  function failed(account: string, thrown: unknown): void {
    if (!isFlowError(thrown)) return;
    // A refusal that can be read is an answer too; credentials that are refused are not one to be content with.
    const isAnswer = ["not_found", "gateway_refused", "link_switch_refused"].includes(thrown.code);
    if (isAnswer) records.set(account, { lastReplyAt: clock.now(), fault: null });
    else {
      const { message, remedy } = thrown;
      records.set(account, { ...recordOf(account), fault: { at: clock.now(), message, remedy } });
    }
  }

  return {
    recordOf,
    watch(account, gateway) {
      const watched = Object.entries(gateway).map(
        ([name, call]: [string, (...args: unknown[]) => Promise<unknown>]) => [
          name,
          name === "close"
            ? call
            : async (...args: unknown[]) => {
                try {
                  const reply = await call(...args);
                  records.set(account, { lastReplyAt: clock.now(), fault: null });
                  return reply;
                } catch (thrown) {
                  failed(account, thrown);
                  throw thrown;
                }
              },
        ],
      );
      return Object.fromEntries(watched) as Gateway;
    },
  };
}
