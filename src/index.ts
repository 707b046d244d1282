/** The package's main entry: the registry, the one door for hosts, and what both speak. Loads no host. */
export { events, nodes, registry } from "../nodes/index.ts";
export type { Account, Tier } from "../schemas/account.ts";
export type { Manifest } from "../schemas/manifest.ts";
export type { PaymentStatusEvent } from "../schemas/payment-status.ts";
export { type AccountView, assertAccountsEditable, checkAccount, checkAccounts, environmentOf } from "./accounts.ts";
export {
  createPlugin,
  type Plugin,
  type PluginEvent,
  type PluginNode,
  type PluginOptions,
  type Subscription,
} from "./plugin.ts";
export type { Clock } from "./runtime/clock.ts";
export {
  type ErrorCode,
  errorTable,
  type FieldError,
  FlowError,
  isFlowError,
  type NodeError,
  type Outcome,
} from "./runtime/errors.ts";
export { defineEvent, type EventDefinition } from "./runtime/event-definition.ts";
export type {
  HandlerRequest,
  HandlerResponse,
  Host,
  ResumedRun,
  RunRequest,
  SuspendedRun,
  Taker,
  WaitNews,
  WaitPlace,
} from "./runtime/host.ts";
export { loadFromRegistry } from "./runtime/load-units.ts";
export { type LogFields, type Logger, silentLogger } from "./runtime/logger.ts";
export type { MetricLabels, Metrics } from "./runtime/metrics.ts";
export {
  defineNode,
  errorPort,
  type NodeDefinition,
  successPort,
  suspends,
  unknownPort,
} from "./runtime/node-definition.ts";
export { type NodeResult, runNode } from "./runtime/run-node.ts";
export { checkInput, type Validator } from "./runtime/validation.ts";
export { openPostgresLedger, openPostgresStore } from "./store/open-postgres.ts";
export { openSqliteStore } from "./store/sqlite-store.ts";
export type { Store } from "./store/store.ts";
