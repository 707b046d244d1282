import type { ManifestEvent } from "../../../schemas/manifest.ts";
import { environmentOf } from "../../accounts.ts";
import type { Plugin, Subscription } from "../../plugin.ts";
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
  return keepSubscribed(host, {
    subscribe: async (plugin) => plugin.events.get(unit.id)?.subscribe(taker),
    show,
    listening: () => ({ fill: "grey", shape: "ring", text: waitingText(host, taker.accounts ?? []) }),
  });
}

export interface KeptSubscription {
  /** Subscribes once; resolves with nothing where there is nothing to subscribe to. */
  subscribe(plugin: Plugin): Promise<Subscription | undefined>;
  show(status: NodeStatus): void;
  /** What the node says once it listens. */
  listening(): NodeStatus;
}

/** Does the work of `listen` for any subscription. */
export function keepSubscribed(
  host: FlowHost,
  { subscribe: subscribeTo, show, listening }: KeptSubscription,
): (isRemoved: boolean) => Promise<void> {
  let subscription: Subscription | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function subscribe(): Promise<void> {
    try {
      const plugin = await host.plugin();
      if (isStopped || !plugin) return;
      subscription = await subscribeTo(plugin);
      if (!subscription) return;
      if (isStopped) subscription.pause();
      else show(listening());
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

/** Whom a node listens to, with the worlds of those accounts: "waiting, all accounts (live, test)". */
function waitingText({ accounts }: FlowHost, names: readonly string[]): string {
  const heard = accounts.list().filter(({ name }) => names.length === 0 || names.includes(name));
  const worlds = [...new Set(heard.map(({ baseUrl }) => environmentOf(baseUrl)))].join(", ");
  const text = `waiting, ${names.length > 0 ? names.join(", ") : "all accounts"}`;
  return worlds === "" ? text : `${text} (${worlds})`;
}
