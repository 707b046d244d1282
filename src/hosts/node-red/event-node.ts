import type { ManifestEvent } from "../../../schemas/manifest.ts";
import type { PaymentStatusEvent } from "../../../schemas/payment-status.ts";
import { openConversation } from "./conversation.ts";
import type { FlowHost } from "./flow-host.ts";
import { listen } from "./listen.ts";
import type { Message, NodeConfig, Red, RedNode } from "./red.ts";
import { eventStatus } from "./status-text.ts";

/** The event nodes that are alive, by id, for *Send sample*. */
export type EventNodes = Map<string, EventNode>;

/** One event node on the canvas. */
export interface EventNode {
  readonly unitId: string;
  /** Names of the accounts it listens to; empty: all. */
  readonly accounts: readonly string[];
  /** Starts the flow with an event. */
  start(event: PaymentStatusEvent): void;
}

/** Registers one event of the manifest as a node type. An event is taken once it was handed to the node. */
export function registerEventNode(host: FlowHost, unit: ManifestEvent, alive: EventNodes): void {
  const { red } = host;
  function StatusNode(this: RedNode, config: NodeConfig): void {
    red.nodes.createNode(this, config);
    const accounts = asList(config["accounts"]);
    const statuses = asList(config["statuses"]);
    const refundUpdates = config["refundUpdates"] === true;
    const start = (event: PaymentStatusEvent) => {
      this.status(eventStatus(event));
      this.send(messageOf(red.util, event));
    };
    alive.set(this.id, { unitId: unit.id, accounts, start });
    const stop = listen(host, unit, {
      taker: {
        id: this.id,
        accounts,
        refundUpdates,
        ...(statuses.length > 0 ? { statuses } : {}),
        deliver: async (event) => start(event),
      },
      show: (status) => this.status(status),
    });
    this.on("close", (isRemoved, done) => {
      alive.delete(this.id);
      stop(isRemoved && !isDrawn(red, this.id)).finally(done);
    });
  }
  red.nodes.registerType(`instamojo-${unit.id}`, StatusNode);
}

/** Whether the flows still hold a node. Node-RED calls one removed, too, that was only disabled. */
function isDrawn(red: Red, id: string): boolean {
  let isThere = false;
  red.nodes.eachNode((config) => {
    isThere ||= config.id === id;
  });
  return isThere;
}

/** The event as the message of a flow, with the conversation back in the place where the link node took it from. */
export function messageOf(util: Red["util"], event: PaymentStatusEvent): Message {
  const { property, value } = openConversation(event.correlation);
  const payload = { ...event, correlation: value };
  const message: Message = { _msgid: util.generateId(), topic: event.status, payload, payment: { ...payload } };
  if (property !== null) util.setMessageProperty(message, property, value, true);
  return message;
}

function asList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
