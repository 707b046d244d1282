import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The part of Node-RED's runtime API that this host uses; the same in 4.1 and 5. */
export interface Red {
  readonly settings: {
    readonly userDir?: string;
    readonly httpNodeRoot?: string | false;
    /** Where its own server listens; not set where another program serves it. */
    readonly uiPort?: number | string;
    readonly uiHost?: string;
    /** How people log in; not set where nobody has to. */
    readonly adminAuth?: unknown;
    readonly https?: unknown;
    /** `InstamojoSettings`, as a person wrote it. */
    readonly instamojo?: unknown;
  };
  readonly events: EventEmitter;
  readonly hooks: {
    /** Called before a node gets a message. With one parameter it is called at once, and what it returns is waited for. */
    add(hook: string, callback: (event: ReceiveEvent) => void): void;
    /** Takes a hook with a label out again; one that is not there is no fault. */
    remove(hook: string): void;
  };
  readonly log: Record<"debug" | "info" | "warn" | "error", (text: string) => void>;
  readonly httpNode: RouteTable;
  readonly httpAdmin: RouteTable;
  readonly auth: { needsPermission(permission: string): Middleware };
  readonly nodes: {
    createNode(node: RedNode, config: NodeConfig): void;
    registerType(
      type: string,
      create: (this: RedNode, config: NodeConfig) => void,
      options?: { credentials?: Record<string, { type: "text" | "password" }> },
    ): void;
    getNode(id: string): RedNode | null;
    eachNode(visit: (config: NodeConfig) => void): void;
  };
  readonly util: {
    evaluateNodeProperty(
      value: unknown,
      type: string,
      node: RedNode,
      message: Message,
      done: (error: unknown, value: unknown) => void,
    ): void;
    getMessageProperty(message: Message, property: string): unknown;
    setMessageProperty(message: Message, property: string, value: unknown, createMissing: boolean): boolean;
    generateId(): string;
    /** A deep copy, but for `req` and `res`, which both then have. */
    cloneMessage(message: Message): Message;
  };
}

/** What a hook learns of a message that a node is about to get. */
export interface ReceiveEvent {
  readonly msg: Message;
  readonly destination: { readonly node?: { readonly type: string } };
}

/** A message of a flow. It may carry functions of other nodes, so the same object goes on. */
export type Message = Record<string, unknown> & { _msgid?: string };

/** A node as the flow file has it. */
export type NodeConfig = Record<string, unknown> & {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
};

export interface NodeStatus {
  readonly fill?: "red" | "green" | "yellow" | "blue" | "grey";
  readonly shape?: "ring" | "dot";
  readonly text?: string;
}

/** A node while its flow runs. */
export interface RedNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly credentials?: Record<string, string | undefined>;
  /** Ids of the nodes behind each output. */
  readonly wires?: readonly (readonly string[])[];
  on(event: "input", listener: (message: Message, send: Send, done: Done) => void): void;
  on(event: "close", listener: (isRemoved: boolean, done: () => void) => void): void;
  send(message: Message | readonly (Message | null)[]): void;
  status(status: NodeStatus): void;
  warn(text: string): void;
}

export type Send = (message: readonly (Message | null)[]) => void;
export type Done = (error?: unknown) => void;

/** Express as far as it is used. */
export interface RouteTable {
  get(path: string, ...handlers: (Middleware | RouteHandler)[]): void;
  post(path: string, ...handlers: (Middleware | RouteHandler)[]): void;
}
export type Middleware = (request: RouteRequest, response: ServerResponse, next: (error?: unknown) => void) => void;
export type RouteHandler = (request: RouteRequest, response: ServerResponse) => void;
export interface RouteRequest extends IncomingMessage {
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The whole path, what the admin root adds included. */
  readonly originalUrl?: string;
  /** Who logged in, where Node-RED asks for a login. */
  readonly user?: { readonly username?: string; readonly anonymous?: boolean };
  /** What that login may do: `*`, `read`, `flows.write` or a list of such. */
  readonly authInfo?: { readonly scope?: unknown };
  /** What a parser that ran before us made of the body. */
  readonly body?: unknown;
}
