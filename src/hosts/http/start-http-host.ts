import { createServer, type Server } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import type { FastifyInstance } from "fastify";
import type { ApiKey, DeliveryTarget, ServeSettings } from "../../../schemas/http-settings.ts";
import type { Manifest } from "../../../schemas/manifest.ts";
import { createPrometheusMetrics } from "../../metrics.ts";
import { createPlugin, type Plugin, type PluginOptions } from "../../plugin.ts";
import type { Host } from "../../runtime/host.ts";
import { type LedgerPlace, openLedger } from "../../store/open-ledger.ts";
import { nodeHandler } from "../../webhook.ts";
import { registerAboutRoutes, registerHealthRoutes } from "./about-routes.ts";
import { createKeyRing } from "./api-keys.ts";
import { createApp } from "./app.ts";
import { registerDocsPage } from "./docs-page.ts";
import { eventTarget, takerId } from "./deliver/event-target.ts";
import { createSender, type Sender, type SenderOptions } from "./deliver/send-event.ts";
import { registerNodeRoutes } from "./node-routes.ts";
import { openApiDocument } from "./openapi.ts";
import { registerOperatorRoutes } from "./operator-routes.ts";
import { registerPaymentRoutes } from "./payment-routes.ts";
import { createTraffic } from "./traffic.ts";
import { createWhereabouts } from "./who-asks.ts";

export interface HttpHostOptions
  extends LedgerPlace,
    Omit<Host, "store" | "coordination" | "ledgerFile" | "localUrl" | "metrics" | "suspend" | "resume"> {
  readonly manifest: Manifest;
  /** 0 for any free one. */
  readonly port: number;
  readonly deliver?: readonly DeliveryTarget[];
  readonly apiKeys?: readonly ApiKey[];
  readonly serve?: ServeSettings;
  /** Loads the declarations; see `createPlugin`. */
  readonly load?: PluginOptions["load"];
  /** How long a call waits for another one under the same key, in milliseconds; 30 s unless given. */
  readonly keyWaitMs?: number;
  /** Resolves the names of delivery targets in place of the system. */
  readonly resolve?: SenderOptions["resolve"];
}

export interface HttpHost {
  readonly url: string;
  readonly plugin: Plugin;
  /** Takes no new calls, finishes those under way, closes the ledger. */
  close(): Promise<void>;
}

const defaultAddress = "127.0.0.1";
const defaultCallsPerMinute = 600;
const publicPath = /^\/integrations\/instamojo\//;

/**
 * Serves the nodes and the event over HTTP. Rejects with FlowError `store_unavailable` where the ledger cannot be had,
 * and with Node's own error where the port is taken.
 */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const { port, serve = {} } = options;
  const address = serve.address ?? defaultAddress;
  const traffic = createTraffic();
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, maxHeaderSize: 16 * 1024 },
    traffic.listener,
  );
  server.maxConnections = 1_000;
  server.maxHeadersCount = 100;
  await listen(server, port, address);
  const url = urlOf(server, address);
  const undo: (() => Promise<unknown>)[] = [() => closeServer(server)];
  try {
    const { plugin, senders, metrics } = await openPlugin(options, url);
    undo.unshift(
      () => plugin.close(),
      () => Promise.all(senders.map((sender) => sender.close())),
    );
    const app = await buildApp(options, { server, plugin, metrics, url, isClosing: traffic.isClosing });
    undo.unshift(() => app.close());
    const isPublic = nodeHandler(plugin.receive);
    traffic.open((request, response) =>
      publicPath.test(request.url ?? "") && options.role !== "worker"
        ? isPublic(request, response)
        : app.routing(request, response),
    );
    return {
      url,
      plugin,
      async close() {
        server.close();
        await traffic.close();
        for (const step of undo.splice(0)) await step();
      },
    };
  } catch (error) {
    for (const step of undo) await step();
    throw error;
  }
}

async function openPlugin(options: HttpHostOptions, localUrl: string) {
  const { manifest, storeFile, storeUrl, deliver = [], load, resolve, clock, port: _port, ...host } = options;
  const metrics = createPrometheusMetrics();
  const senders: Sender[] = deliver.map((target) => createSender(target, { ...(resolve ? { resolve } : {}) }));
  const ledger = await openLedger({ storeFile, storeUrl, logger: options.logger });
  try {
    const plugin = await createPlugin(
      manifest,
      { ...host, ...(clock ? { clock } : {}), ...ledger, localUrl, metrics },
      load ? { load } : {},
    );
    await listenForEvents(plugin, deliver, senders);
    return { plugin, senders, metrics };
  } catch (error) {
    await ledger.coordination?.close();
    await ledger.store.close();
    throw error;
  }
}

/** One taker per target. What is on its way to a target that was taken out of the configuration is dropped. */
async function listenForEvents(plugin: Plugin, targets: readonly DeliveryTarget[], senders: readonly Sender[]) {
  for (const event of plugin.events.values()) {
    await event.forgetOthers(targets.map(takerId));
    for (const [index, target] of targets.entries())
      await event.subscribe(eventTarget(target, senders[index] as Sender));
  }
}

interface AppParts {
  readonly server: Server;
  readonly plugin: Plugin;
  readonly metrics: ReturnType<typeof createPrometheusMetrics>;
  readonly url: string;
  isClosing(): boolean;
}

async function buildApp(options: HttpHostOptions, parts: AppParts): Promise<FastifyInstance> {
  const { logger, manifest, apiKeys = [], serve = {}, keyWaitMs } = options;
  const { server, plugin, metrics, url, isClosing } = parts;
  const callerOf = createKeyRing(apiKeys);
  const app = await createApp({
    server,
    logger,
    callsPerMinute: serve.callsPerMinute ?? defaultCallsPerMinute,
    whereabouts: createWhereabouts({
      address: serve.address ?? defaultAddress,
      ...(serve.allowedHosts ? { allowedHosts: serve.allowedHosts } : {}),
    }),
    callerOf,
  });
  registerHealthRoutes(app, { plugin, metrics, isClosing });
  if (options.role === "worker") {
    await app.ready();
    return app;
  }
  const nodes = manifest.nodes.filter(({ id }) => plugin.nodes.has(id));
  const document = openApiDocument(manifest, nodes, url);
  registerAboutRoutes(app, { plugin, document });
  registerNodeRoutes(app, plugin, keyWaitMs);
  registerPaymentRoutes(app, plugin);
  await registerOperatorRoutes(app, { plugin, callerOf });
  await registerDocsPage(app, document);
  await app.ready();
  return app;
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function urlOf(server: Server, address: string): string {
  const { port } = server.address() as AddressInfo;
  if (address === "0.0.0.0" || /^[0:]+$/.test(address)) return `http://127.0.0.1:${port}`;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
