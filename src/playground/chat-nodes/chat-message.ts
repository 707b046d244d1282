import type { ChatArrival } from "../chat/chat-hub.ts";
import { type FlowMessage, type Red, type RedNode, statusText } from "./red-node.ts";

/** Registers *Chat message*: starts a flow when a buyer opens the chat, writes, or presses a button. */
export default function chatMessage(RED: Red): void {
  RED.nodes.registerType("chat-message", function (this: RedNode, config: object) {
    RED.nodes.createNode(this, config);
    const hub = RED.settings.chat;
    if (!hub) {
      this.status({ fill: "red", shape: "ring", text: "only in the playground" });
      return;
    }
    let leave = (): void => {};
    const take = (arrival: ChatArrival): void => {
      const kept = hub.session(arrival.conversation);
      const standing = hub.standing(arrival.conversation);
      const message: FlowMessage = {
        payload: arrival.text,
        conversation: { id: arrival.conversation },
        session: (kept.data ?? {}) as Record<string, unknown>,
        asked: (kept.asked ?? "") as string,
        ...(standing && { standing }),
        ...(arrival.action && { action: structuredClone(arrival.action) }),
      };
      this.status({ fill: "green", shape: "dot", text: arrival.isStart ? "chat opened" : statusText(arrival.text) });
      this.send(arrival.isStart ? [message] : arrival.action ? [null, null, message] : [null, message]);
    };
    const begin = (): void => {
      leave = hub.onArrival(take);
    };
    RED.events.once("flows:started", begin);
    this.on("close", () => {
      RED.events.off("flows:started", begin);
      leave();
    });
  });
}
