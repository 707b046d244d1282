import { type Confirmations, handleProperty } from "./confirmations.ts";
import type { FlowHost } from "./flow-host.ts";
import type { NodeConfig, RedNode } from "./red.ts";
import { handledStatus } from "./status-text.ts";

/** The node that says that an event is handled. */
export const eventHandledType = "instamojo-event-handled";

/**
 * Registers the node that ends an event of a Payment status node with *Confirm handling*. It passes every message on; a
 * second one of the same event, or one of no event, changes nothing.
 */
export function registerEventHandledNode({ red }: FlowHost, confirmations: Confirmations): void {
  function EventHandledNode(this: RedNode, config: NodeConfig): void {
    red.nodes.createNode(this, config);
    this.on("input", (message, send, done) => {
      const handle = message[handleProperty];
      const isHandled = confirmations.confirm(handle);
      this.status(handledStatus(message["topic"], { isHandled, isEvent: handle !== undefined }));
      send([message]);
      done();
    });
  }
  red.nodes.registerType(eventHandledType, EventHandledNode);
}
