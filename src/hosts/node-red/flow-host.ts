import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Manifest } from "../../../schemas/manifest.ts";
import { type AccountView, environmentOf, tierWarning } from "../../accounts.ts";
import type { Plugin } from "../../plugin.ts";
import type { PrometheusMetrics } from "../../metrics.ts";
import { type AccountRegistry, accountType, createAccountRegistry } from "./account-registry.ts";
import { type ButtonStarts, watchButtons } from "./button-starts.ts";
import { createNodeRedLogger } from "./log.ts";
import { createPluginHolder } from "./plugin-holder.ts";
import type { Red } from "./red.ts";
import { type HostSettings, readSettings } from "./settings.ts";
import { createWaitingRuns, type WaitingRuns } from "./waiting-runs.ts";

/** What the nodes and routes of one Node-RED runtime share. */
export interface FlowHost {
  readonly red: Red;
  readonly manifest: Manifest;
  readonly settings: HostSettings;
  readonly accounts: AccountRegistry;
  readonly buttons: ButtonStarts;
  /** The runs that wait for their payment, and the nodes they wait in. */
  readonly runs: WaitingRuns;
  /** The account of a configuration node without its secrets. */
  viewAccount(id: string): AccountView | undefined;
  /** Calls back once when all nodes of this start are alive; returns a function that cancels. */
  onceStarted(callback: () => void): () => void;
  /**
   * The plugin, opened at the first need once the flows have started, or null before that.
   * Rejects with FlowError `store_unavailable` while the ledger cannot be opened.
   */
  plugin(): Promise<Plugin> | null;
  /** The numbers of this runtime, over all its starts. */
  metrics(): Promise<PrometheusMetrics>;
}

const closing = new Set<Promise<void>>();

/** Resolves when the ledgers of all runtimes that were stopped are closed. */
export async function ledgersClosed(): Promise<void> {
  await Promise.all(closing);
}

/** The manifest that this package ships. */
export function readManifest(): Manifest {
  const file = createRequire(import.meta.url).resolve("instamojo-flow-nodes/manifest.json");
  return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

/** Sets up what one Node-RED runtime needs; nothing is opened before one of our nodes is deployed. */
export function createFlowHost(red: Red): FlowHost {
  const manifest = readManifest();
  const settings = readSettings(red.settings);
  const accounts = createAccountRegistry(settings.tier, () => accountNodes(red));
  const runs = createWaitingRuns();
  let counting: Promise<PrometheusMetrics> | undefined;
  // Loaded with the plugin: a Node-RED that uses none of our nodes does not pay for it.
  const metrics = () => {
    counting ??= import("../../metrics.ts").then(({ createPrometheusMetrics }) => createPrometheusMetrics());
    return counting;
  };
  const holder = createPluginHolder({
    manifest,
    dataDir: settings.dataDir,
    host: { ...settings, accounts: () => accounts.list(), logger: createNodeRedLogger(red), ...runs.hooks },
    metrics,
  });
  const waiting = new Set<() => void>();
  let isStarted = false;
  red.events.on("flows:started", () => {
    isStarted = true;
    accounts.seal();
    const callbacks = [...waiting];
    waiting.clear();
    for (const callback of callbacks) callback();
  });
  red.events.on("runtime-event", (event: RuntimeEvent) => {
    if (!isEnd(event)) return;
    isStarted = false;
    const closed: Promise<void> = holder
      .close()
      .catch(() => red.log.warn("[instamojo] the ledger did not close cleanly"))
      .finally(() => closing.delete(closed));
    closing.add(closed);
  });
  return {
    red,
    manifest,
    settings,
    accounts,
    buttons: watchButtons(red),
    runs,
    viewAccount(id) {
      const account = accounts.byId(id);
      if (!account) return undefined;
      const environment = environmentOf(account.baseUrl);
      const { name, baseUrl } = account;
      return { name, baseUrl, environment, warning: tierWarning(settings.tier, environment) };
    },
    onceStarted(callback) {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
    plugin: () => (isStarted ? holder.get() : null),
    metrics,
  };
}

interface RuntimeEvent {
  readonly id?: string;
  readonly payload?: { readonly state?: string; readonly deploy?: boolean; readonly error?: string };
}

/**
 * Whether the flows were stopped for good. A deploy stops them too and starts them again; and while a node of another
 * package is missing, they stand still but payments are still recorded.
 */
function isEnd({ id, payload }: RuntimeEvent): boolean {
  return id === "runtime-state" && payload?.state === "stop" && payload.deploy !== true && payload.error === undefined;
}

function accountNodes(red: Red): readonly string[] {
  const ids: string[] = [];
  red.nodes.eachNode((config) => {
    if (config.type === accountType) ids.push(config.id);
  });
  return ids;
}
