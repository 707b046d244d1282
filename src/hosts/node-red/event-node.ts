import type { ManifestEvent } from "../../../schemas/manifest.ts";
import type { PaymentStatusEvent } from "../../../schemas/payment-status.ts";
import { type ConfirmSettings, readConfirmSettings } from "./confirm-settings.ts";
import { type Confirmations, handleProperty } from "./confirmations.ts";
import { openConversation } from "./conversation.ts";
import type { FlowHost } from "./flow-host.ts";
import { listen } from "./listen.ts";
import type { Message, NodeConfig, NodeStatus, Red, RedNode } from "./red.ts";
import { eventStatus, inWorld, notHandledStatus, waitingToBeHandledStatus } from "./status-text.ts";

/** The event nodes that are alive, by id, for *Send sample*. */
export type EventNodes = Map<string, EventNode>;

/** One event node on the canvas. */
export interface EventNode {
  readonly unitId: string;
  /** Names of the accounts it listens to; empty: all. */
  readonly accounts: readonly string[];
  /** Starts the flow with an event that nobody waits for. */
  start(event: PaymentStatusEvent): void;
}

/** How many events of different links a node hands out at once, each of which may wait to be handled. */
const width = 100;

export interface EventNodeOptions {
  readonly alive: EventNodes;
  readonly confirmations: Confirmations;
}

/**
 * Registers one event of the manifest as a node type. An event is taken once it was handed to the node or, with *Confirm
 * handling*, once its message reached an Event handled node.
 */
export function registerEventNode(
  host: FlowHost,
  unit: ManifestEvent,
  { alive, confirmations }: EventNodeOptions,
): void {
  const { red } = host;
  function StatusNode(this: RedNode, config: NodeConfig): void {
    red.nodes.createNode(this, config);
    const accounts = asList(config["accounts"]);
    const statuses = asList(config["statuses"]);
    const settings = readConfirmSettings(config);
    let isClosed = false;
    const show = (status: NodeStatus) => {
      if (!isClosed) this.status(status);
    };
    const runOnce = starter({ red, node: this, settings, confirmations, show });
    const start = (event: PaymentStatusEvent) =>
      void runOnce(event, AbortSignal.timeout(settings.confirmWithin * 1000)).catch(() => {});
    alive.set(this.id, { unitId: unit.id, accounts, start });
    const stop = listen(host, unit, {
      taker: {
        id: this.id,
        accounts,
        refundUpdates: config["refundUpdates"] === true,
        ...(statuses.length > 0 ? { statuses } : {}),
        timeoutMs: settings.confirmWithin * 1000,
        width,
        deliver: runOnce,
      },
      show,
    });
    this.on("close", (isRemoved, done) => {
      isClosed = true;
      alive.delete(this.id);
      const stopped = stop(isRemoved && !isDrawn(red, this.id));
      confirmations.release(this);
      stopped.finally(done);
    });
  }
  red.nodes.registerType(`instamojo-${unit.id}`, StatusNode);
}

interface StarterOptions {
  readonly red: Red;
  readonly node: RedNode;
  readonly settings: ConfirmSettings;
  readonly confirmations: Confirmations;
  show(status: NodeStatus): void;
}

/** Starts the flow with an event and resolves when it is taken. */
function starter({ red, node, settings, confirmations, show }: StarterOptions) {
  return async (event: PaymentStatusEvent, signal: AbortSignal): Promise<void> => {
    const message = messageOf(red.util, event);
    if (!settings.confirmHandling) {
      show(inWorld(event.environment, eventStatus(event)));
      node.send(message);
      return;
    }
    // A sample is no delivery: the next one is another.
    const delivery = event.source === "sample" ? undefined : `${node.id} ${event.id}`;
    const opened = confirmations.open({ owner: node, signal, delivery });
    if (!opened) {
      show(inWorld(event.environment, eventStatus(event, "handled")));
      return;
    }
    const { handle, handled } = opened;
    show(inWorld(event.environment, waitingToBeHandledStatus(event)));
    node.send({ ...message, [handleProperty]: handle });
    try {
      await handled;
    } catch (reason) {
      show(inWorld(event.environment, notHandledStatus(event)));
      throw reason;
    }
    show(inWorld(event.environment, eventStatus(event, "handled")));
  };
}

/** Whether the flows still hold a node. Node-RED calls one removed, too, that was only disabled. */
export function isDrawn(red: Red, id: string): boolean {
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
