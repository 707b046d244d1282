import type { RequestListener, Server } from "node:http";

/** The parts of Node-RED that the playground uses; the package brings no types. */
export interface NodeRed {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: RequestListener;
  readonly httpNode: RequestListener;
  readonly runtime: {
    readonly flows: {
      getFlows(options: object): Promise<{ rev: string; flows: FlowNode[] }>;
      setFlows(options: {
        flows: { rev?: string; flows: FlowNode[]; credentials?: Record<string, Record<string, string>> };
        deploymentType: "full" | "nodes" | "flows";
      }): Promise<unknown>;
    };
  };
  readonly nodes: { getCredentials(id: string): Record<string, string> | undefined };
  readonly events: {
    once(name: string, listener: () => void): void;
    off(name: string, listener: () => void): void;
  };
}

/** A node as the flow file holds it. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}
