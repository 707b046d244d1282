import type { Manifest } from "../schemas/manifest.ts";
import type { PaymentStatus } from "../schemas/payment-fields.ts";
import type { PaymentStatusEvent } from "../schemas/payment-status.ts";
import { type AccountView, environmentOf, tierWarning } from "./accounts.ts";
import { type ConnectionReport, testConnection } from "./client/connection-test.ts";
import type { GatewayOptions } from "./client/gateway.ts";
import { createOperator, type Operator } from "./operator/operator.ts";
import { createPickList, type PickList } from "./operator/pick-list.ts";
import { ownerCommands } from "./payments/owner-commands.ts";
import { type Payments, startPayments } from "./payments/payments.ts";
import type { Forgetting } from "./payments/forget.ts";
import type { Waits } from "./payments/waits.ts";
import type { Quarantine } from "./payments/quarantine.ts";
import { systemClock } from "./runtime/clock.ts";
import { FlowError, invalidInput } from "./runtime/errors.ts";
import type { EventDefinition } from "./runtime/event-definition.ts";
import type { HandlerRequest, HandlerResponse, Host, RunRequest, Taker } from "./runtime/host.ts";
import { importDeclaration, loadUnits } from "./runtime/load-units.ts";
import { type NodeDefinition, suspends } from "./runtime/node-definition.ts";
import { type NodeResult, runNode } from "./runtime/run-node.ts";
import { type OwnerServer, serveOwner } from "./store/owner-socket.ts";
import type { Undelivered } from "./store/undelivered.ts";

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
  /** Forgets all receivers but these, for a host that knows which of them still exist. */
  forgetOthers(ids: readonly string[]): Promise<void>;
  /**
   * Sends an event once more to every receiver it was for, parked or taken, and after it, in order, all that its payment
   * request still owes them. An event that had nobody goes to those that want it now. Returns the ids of its receivers:
   * none while nobody wants it or the account is inactive. Throws FlowError `not_found`.
   */
  redeliver(eventId: string): Promise<readonly string[]>;
  /** What did not reach anybody: how much waits, is parked or unclaimed, and the parked events with what they hold. */
  undelivered(limit?: number): Promise<Undelivered>;
  /** A complete payload of a status, as if it came from this account now. Throws FlowError for live accounts. */
  sample(status: PaymentStatus, account: string, correlation?: unknown): PaymentStatusEvent;
}

/** What a host gets. */
export interface Plugin {
  readonly manifest: Manifest;
  readonly nodes: ReadonlyMap<string, PluginNode>;
  readonly events: ReadonlyMap<string, PluginEvent>;
  /** The places where runs wait for their payment, for hosts that can suspend and resume them. */
  readonly waits: Pick<Waits, "attend" | "forgetOthers">;
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
  /** What a person decides about payments that contradict the gateway's reads or are not confirmed. */
  readonly quarantine: Quarantine;
  /** Erases the personal data of one request. */
  readonly forget: Forgetting["forget"];
  /** Recent links, payments and refunds of an account, for a field of a form that takes the id of one. */
  readonly pick: PickList;
  /** What happened to a payment, and what a person decides about it. The host asks for the login. */
  readonly operator: Operator;
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
  const operator = createOperator({ host, payments, clock });
  const owner = await takeCommands(host, { operator, payments });

  const runWith = (
    definition: NodeDefinition,
    { account, input, key, correlation, wait }: RunRequest,
  ): Promise<NodeResult> =>
    runNode(definition, input, {
      validator,
      logger: host.logger,
      context: async () => {
        assertCorrelation(correlation);
        const session = await payments.sessions.open(account);
        return payments.context({ session, node: definition.id, key, correlation, wait });
      },
    });

  return {
    manifest,
    nodes: new Map(
      units.nodes
        .filter((definition) => canRun(host, definition))
        .map((definition) => [definition.id, { definition, run: (request) => runWith(definition, request) }]),
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
    waits: payments.waits,
    receive: payments.receive,
    pick: createPickList({ store: host.store, sessions: payments.sessions }),
    operator,
    quarantine: payments.quarantine,
    forget: payments.forget,
    async close() {
      await owner?.close();
      await payments.close();
    },
  };
}

/** A node whose runs wait is only for hosts that can suspend and resume them. */
function canRun(host: Host, definition: NodeDefinition): boolean {
  return !suspends(definition) || (host.suspend !== undefined && host.resume !== undefined);
}

/** Payments go on without it: commands of other processes then need this one stopped. */
async function takeCommands(
  host: Host,
  { operator, payments }: { readonly operator: Operator; readonly payments: Payments },
): Promise<OwnerServer | null> {
  const { ledgerFile, logger } = host;
  if (ledgerFile === undefined || ledgerFile === ":memory:") return null;
  try {
    return await serveOwner(ledgerFile, { ...ownerCommands(host, payments), ...operator.commands });
  } catch {
    logger.warn("Commands of other processes cannot be taken: the socket beside the ledger could not be made.");
    return null;
  }
}

function pluginEvent(definition: EventDefinition, host: Host, { takers, deliveries }: Payments): PluginEvent {
  return {
    definition,
    async subscribe(taker) {
      await takers.add(taker);
      deliveries.wake();
      return {
        pause: () => takers.pause(taker),
        forget: () => takers.forget(taker.id).finally(() => deliveries.wake()),
      };
    },
    forgetOthers: (ids) => takers.forgetOthers(ids).finally(() => deliveries.wake()),
    redeliver: (eventId) => deliveries.redeliver(eventId),
    undelivered: (limit = 100) => host.store.undelivered(limit),
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
