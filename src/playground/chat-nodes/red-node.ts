import type { ChatHub } from "../chat/chat-hub.ts";
import type { OrderStanding } from "../chat/order-standing.ts";

/** The parts of Node-RED's node API that the chat nodes use; the package brings no types. */
export interface Red {
  readonly nodes: {
    createNode(node: RedNode, config: object): void;
    registerType(type: string, create: (this: RedNode, config: never) => void): void;
  };
  readonly util: { getMessageProperty(message: object, path: string): unknown };
  readonly events: {
    once(name: string, listener: () => void): void;
    off(name: string, listener: () => void): void;
  };
  /** `chat` is what the playground put there. */
  readonly settings: { readonly chat?: ChatHub };
}

export interface RedNode {
  send(messages: unknown): void;
  status(status: { fill?: string; shape?: string; text?: string }): void;
  on(event: "input", listener: (message: FlowMessage, send: unknown, done: (error?: Error) => void) => void): void;
  on(event: "close", listener: () => void): void;
}

/** A message of a flow, as far as the chat knows it. */
export interface FlowMessage {
  payload?: unknown;
  /** The conversation; the payment nodes carry it along and the event brings it back. */
  conversation?: { id?: string };
  /** What the flow keeps about the conversation, over restarts. */
  session?: Record<string, unknown>;
  /** What the last reply asked for. */
  asked?: string;
  /** Where the orders stand, by what was said about them. */
  standing?: OrderStanding;
  /** The action of the pressed button. */
  action?: object;
}

const longestStatus = 24;

/** Fits a text into the line below a node. */
export function statusText(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longestStatus ? `${line.slice(0, longestStatus - 1)}…` : line;
}
