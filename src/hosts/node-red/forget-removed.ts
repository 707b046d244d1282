import { suspends } from "../../runtime/node-definition.ts";
import type { EventNodes } from "./event-node.ts";
import type { FlowHost } from "./flow-host.ts";

/**
 * Forgets, whenever the flows have started, the event nodes and the nodes with waiting runs that are in no flow any more,
 * also those that were taken out while Node-RED stood still: what was on its way to them is unclaimed then, instead of
 * waiting for ever.
 */
export function forgetRemovedEventNodes(host: FlowHost, alive: EventNodes): void {
  const { red, manifest } = host;
  const eventTypes = manifest.events.map(({ id }) => `instamojo-${id}`);
  const waitingTypes = manifest.nodes.filter(suspends).map(({ id }) => `instamojo-${id}`);
  const ourTypes = [...eventTypes, ...manifest.nodes.map(({ id }) => `instamojo-${id}`)];
  const idsOf = (types: readonly string[]) => {
    const ids: string[] = [];
    red.nodes.eachNode(({ id, type }) => void (types.includes(type) && ids.push(id)));
    return ids;
  };
  red.events.on("flows:started", () => {
    if (idsOf(ourTypes).length === 0) return;
    void forget().catch(() => red.log.debug("[instamojo] removed nodes are forgotten at the next start"));
  });
  async function forget(): Promise<void> {
    const plugin = await host.plugin();
    // Nodes inside a subflow are alive under an id of their own.
    const ids = [...idsOf(eventTypes), ...alive.keys()];
    for (const event of plugin?.events.values() ?? []) await event.forgetOthers(ids);
    await plugin?.waits.forgetOthers([...idsOf(waitingTypes), ...host.runs.places()]);
  }
}
