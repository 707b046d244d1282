import type { ManifestEvent } from "../../../schemas/manifest.ts";
import type { Subscription } from "../../plugin.ts";
import { isFlowError } from "../../runtime/errors.ts";
import type { Taker } from "../../runtime/host.ts";
import type { FlowHost } from "./flow-host.ts";
import type { NodeStatus } from "./red.ts";
import { faultStatus } from "./status-text.ts";

/** How long after a failed subscription it is tried again. */
const retryAfterMs = 6000;

export interface Listener {
  readonly taker: Taker;
  show(status: NodeStatus): void;
}

/**
 * Subscribes a taker once the flows have started, and again until the ledger opens. The function it returns stops: a
 * node that only restarts gets afterwards what comes in between, one that was taken out gets nothing more.
 */
export function listen(
  host: FlowHost,
  unit: ManifestEvent,
  { taker, show }: Listener,
): (isRemoved: boolean) => Promise<void> {
  let subscription: Subscription | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function subscribe(): Promise<void> {
    try {
      const event = (await host.plugin())?.events.get(unit.id);
      if (isStopped || !event) return;
      subscription = await event.subscribe(taker);
      if (isStopped) subscription.pause();
      else show({ fill: "grey", shape: "ring", text: waitingText(taker.accounts ?? []) });
    } catch (error) {
      if (isStopped) return;
      show(faultStatus(isFlowError(error) ? error.remedy : "Events cannot be received; see the log of Node-RED."));
      timer = setTimeout(() => void subscribe(), retryAfterMs);
      timer.unref();
    }
  }

  const cancel = host.onceStarted(() => void subscribe());
  return async (isRemoved) => {
    isStopped = true;
    cancel();
    clearTimeout(timer);
    try {
      if (isRemoved) await subscription?.forget();
      else subscription?.pause();
    } catch {
      // The ledger is gone; what is on its way waits there.
    }
  };
}

function waitingText(accounts: readonly string[]): string {
  return accounts.length > 0 ? `waiting, ${accounts.join(", ")}` : "waiting, all accounts";
}
