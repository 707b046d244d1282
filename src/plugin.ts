import type { PaymentStatus } from "../schemas/payment-fields.ts";
import type { PaymentStatusEvent } from "../schemas/payment-status.ts";
import type { Manifest } from "../schemas/manifest.ts";
import type { AccountView } from "./accounts.ts";
import type { ConnectionReport } from "./client/connection-test.ts";
import type { EventDefinition } from "./runtime/event-definition.ts";
import type { HandlerRequest, HandlerResponse, Host, RunRequest, Taker } from "./runtime/host.ts";
import type { NodeDefinition } from "./runtime/node-definition.ts";
import type { NodeResult } from "./runtime/run-node.ts";

/** A node of the palette, ready to run. */
export interface PluginNode {
  readonly definition: NodeDefinition;
  /** Runs the node once. Never rejects: what went wrong leaves by a port. */
  run(request: RunRequest): Promise<NodeResult>;
}

/** The event, ready to start flows. */
export interface PluginEvent {
  readonly definition: EventDefinition;
  /** Adds a receiver of events; returns a function that takes it away. Adding an id again replaces it. */
  subscribe(taker: Taker): () => void;
  /** An account starts active. While inactive its payments are recorded and shown, but start nothing. */
  activate(account: string): void;
  deactivate(account: string): void;
  /** A complete payload of a status, as if it came from this account now. Throws FlowError for live accounts. */
  sample(status: PaymentStatus, account: string, correlation?: unknown): PaymentStatusEvent;
}

/** What a host gets. */
export interface Plugin {
  readonly manifest: Manifest;
  readonly nodes: ReadonlyMap<string, PluginNode>;
  readonly events: ReadonlyMap<string, PluginEvent>;
  readonly accounts: {
    /** The accounts without their secrets, in the order of adding. */
    list(): readonly AccountView[];
    /** Asks the gateway whether the credentials work. Also for accounts that are not stored yet. */
    testConnection(account: { name: string; baseUrl: string; clientId: string; clientSecret: string }): Promise<ConnectionReport>;
  };
  /** Takes the webhook and return routes: `/integrations/instamojo/{account}` and `…/return`. Never rejects. */
  receive(request: HandlerRequest): Promise<HandlerResponse>;
  /** Finishes what is in flight and closes the ledger. */
  close(): Promise<void>;
}

export interface PluginOptions {
  /** Loads a declaration that the manifest names; `import()` unless given. Bundles and tests pass the literal registry. */
  readonly load?: (module: string, exportName: string) => Promise<unknown>;
}

/**
 * The one door: registers what the manifest names with a host.
 * Rejects an unknown manifest version and a declaration that is missing.
 */
export declare function createPlugin(manifest: Manifest, host: Host, options?: PluginOptions): Promise<Plugin>;
