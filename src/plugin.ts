import type { Manifest } from "../schemas/manifest.ts";
import type { PaymentStatus } from "../schemas/payment-fields.ts";
import type { PaymentStatusEvent } from "../schemas/payment-status.ts";
import { type AccountView, environmentOf, tierWarning } from "./accounts.ts";
import { type ConnectionReport, testConnection } from "./client/connection-test.ts";
import type { GatewayOptions } from "./client/gateway.ts";
import { type Payments, startPayments } from "./payments/payments.ts";
import { systemClock } from "./runtime/clock.ts";
import { FlowError, invalidInput } from "./runtime/errors.ts";
import type { EventDefinition } from "./runtime/event-definition.ts";
import type { HandlerRequest, HandlerResponse, Host, RunRequest, Taker } from "./runtime/host.ts";
import { importDeclaration, loadUnits } from "./runtime/load-units.ts";
import type { NodeDefinition } from "./runtime/node-definition.ts";
import { type NodeResult, runNode } from "./runtime/run-node.ts";

/** A node of the palette, ready to run. */
export interface PluginNode {
  readonly definition: NodeDefinition;
  /** Runs the node once. Never rejects: what went wrong leaves by a port. */
  run(request: RunRequest): Promise<NodeResult>;
}

/** One receiver of events that listens. */
export interface Subscription {
  /** Stops listening for now, as on a restart: what is on its way waits for the same id to come back. */
  pause(): void;
  /** Gone for good: what is on its way to it is dropped. */
  forget(): Promise<void>;
}

/** The event, ready to start flows. */
export interface PluginEvent {
  readonly definition: EventDefinition;
  /** Adds a receiver of events; adding an id again replaces it. Resolves once it is known durably. */
  subscribe(taker: Taker): Promise<Subscription>;
  /** An account starts active. While inactive its payments are recorded and shown, but start nothing. */
  activate(account: string): Promise<void>;
  deactivate(account: string): Promise<void>;
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
    testConnection(account: {
      name: string;
      baseUrl: string;
      clientId: string;
      clientSecret: string;
    }): Promise<ConnectionReport>;
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

/** Largest correlation as JSON text, in bytes. */
const maxCorrelationBytes = 4096;

/**
 * The one door: registers what the manifest names with a host.
 * Rejects an unknown manifest version, a declaration that is missing or is another one than the manifest says.
 */
export async function createPlugin(manifest: Manifest, host: Host, options: PluginOptions = {}): Promise<Plugin> {
  const units = await loadUnits(manifest, options.load ?? importDeclaration);
  // Loaded when a plugin is made, so that reading the registry costs nobody the validator and the HTTP client.
  const validator = host.validator ?? (await import("./runtime/ajv-validator.ts")).createAjvValidator();
  const { createKyTransport } = await import("./client/ky-transport.ts");
  const clock = host.clock ?? systemClock;
  const gatewayOptions = (): GatewayOptions => ({
    transport: host.transport
      ? { ...host.transport, send: host.transport.send.bind(host.transport), close: async () => {} }
      : createKyTransport(),
    clock,
    fits: (schema, value) => validator.issues(schema, value).length === 0,
    logger: host.logger,
    ...(host.timeouts ? { timeouts: host.timeouts } : {}),
  });
  const payments = await startPayments({ host, validator, clock, gatewayOptions });

  const runWith = (definition: NodeDefinition, { account, input, key, correlation }: RunRequest): Promise<NodeResult> =>
    runNode(definition, input, {
      validator,
      logger: host.logger,
      context: async () => {
        assertCorrelation(correlation);
        const session = await payments.sessions.open(account);
        return payments.context({ session, node: definition.id, key, correlation });
      },
    });

  return {
    manifest,
    nodes: new Map(
      units.nodes.map((definition) => [definition.id, { definition, run: (request) => runWith(definition, request) }]),
    ),
    events: new Map(units.events.map((definition) => [definition.id, pluginEvent(definition, host, payments)])),
    accounts: {
      list: () =>
        host.accounts().map(({ name, baseUrl }) => {
          const environment = environmentOf(baseUrl);
          return { name, baseUrl, environment, warning: tierWarning(host.tier, environment) };
        }),
      testConnection: (account) => testConnection(account, gatewayOptions()),
    },
    receive: payments.receive,
    close: payments.close,
  };
}

function pluginEvent(definition: EventDefinition, host: Host, payments: Payments): PluginEvent {
  return {
    definition,
    async subscribe(taker) {
      await payments.takers.add(taker);
      payments.wakeDelivery();
      return { pause: () => payments.takers.pause(taker.id), forget: () => payments.takers.forget(taker.id) };
    },
    activate: (account) => host.store.setActive(account, true),
    deactivate: (account) => host.store.setActive(account, false),
    sample: (status, name, correlation = null) => sampleEvent(definition, { status, name, correlation }, host),
  };
}

function sampleEvent(
  definition: EventDefinition,
  {
    status,
    name,
    correlation,
  }: { readonly status: PaymentStatus; readonly name: string; readonly correlation: unknown },
  host: Pick<Host, "accounts" | "clock">,
): PaymentStatusEvent {
  const account = host.accounts().find((candidate) => candidate.name === name);
  if (!account) throw new FlowError("account_unknown", `There is no account named ${JSON.stringify(name)} here.`);
  const environment = environmentOf(account.baseUrl);
  if (environment === "live") {
    throw new FlowError("invalid_input", "Samples are not sent for accounts that move real money.", {
      remedy: "Choose an account of the test or local world.",
    });
  }
  const sample = structuredClone(definition.samples[status]) as unknown as PaymentStatusEvent;
  const observedAt = new Date((host.clock ?? systemClock).now()).toISOString();
  return { ...sample, account: name, environment, correlation, observedAt, occurredAt: observedAt, source: "sample" };
}

function assertCorrelation(correlation: unknown): void {
  if (correlation === undefined) return;
  let text: string | undefined;
  try {
    text = JSON.stringify(correlation);
  } catch {
    text = undefined;
  }
  if (text !== undefined && new TextEncoder().encode(text).length <= maxCorrelationBytes) return;
  const rule = "plain JSON of at most 4 kB";
  throw invalidInput([
    {
      field: "correlation",
      rule,
      message: `The conversation must be ${rule}.`,
      remedy: "Hand over ids only, such as the conversation and the sender.",
    },
  ]);
}
