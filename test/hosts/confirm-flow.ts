import { botFlow } from "./bot-flow.ts";
import type { FlowFile, NodeRed } from "./start-node-red.ts";

/** Keeps a copy of the message instead of passing it on, as a flow does that takes its time. */
const keep = `const kept = global.get("kept") || []; kept.push(msg); global.set("kept", kept);`;

/**
 * The bot with *Confirm handling* on. What the event node sends is kept until POST /release, which sends all of it through
 * an Event handled node, and through a second one.
 */
export function confirmFlow(baseUrl: string, confirmWithin: number, changes: Record<string, object> = {}): FlowFile {
  const at = { z: "bot", x: 200, y: 200 };
  const nodes = [
    ...botFlow(baseUrl, {
      paid: { statuses: ["Completed"], confirmHandling: true, confirmWithin, wires: [["collect", "keep"]] },
      says: { scope: ["paid", "handled", "again"] },
    }),
    { id: "keep", type: "function", ...at, func: keep, outputs: 1, wires: [[]] },
    { id: "release-in", type: "http in", ...at, url: "/release", method: "post", wires: [["release"]] },
    {
      id: "release",
      type: "function",
      ...at,
      func: `const kept = global.get("kept") || []; global.set("kept", []); msg.payload = kept.length; return [kept, msg];`,
      outputs: 2,
      wires: [["handled"], ["out"]],
    },
    { id: "handled", type: "instamojo-event-handled", ...at, name: "", wires: [["again"]] },
    { id: "again", type: "instamojo-event-handled", ...at, name: "", wires: [[]] },
  ];
  return nodes.map((node) => ({ ...node, ...changes[node.id as string] }));
}

/** Sends everything that was kept through the Event handled nodes. */
export async function release(nodeRed: NodeRed): Promise<void> {
  const { status } = await nodeRed.postJson("/release", {});
  if (status !== 200) throw new Error(`/release was answered ${status}`);
}
