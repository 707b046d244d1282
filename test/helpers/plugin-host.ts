import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { events, nodes, registry } from "../../nodes/index.ts";
import type { Account } from "../../schemas/account.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { createPlugin, type Plugin } from "../../src/plugin.ts";
import type { Host, ResumedRun, SuspendedRun, WaitNews, WaitPlace } from "../../src/runtime/host.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { buildManifest } from "../../src/runtime/manifest.ts";
import type { NodeResult } from "../../src/runtime/run-node.ts";
import { offsetClock } from "./offset-clock.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";

export const localCredentials = {
  clientId: "test_client",
  clientSecret: "test_secret_value",
  salt: "0123456789abcdef0123456789abcdef",
};

export interface PluginHostOptions {
  readonly simulator?: SimulatorOptions;
  readonly host?: Partial<Host>;
  /** Whether the gateway can reach the webhook route. */
  readonly withWebhook?: boolean;
  readonly withSalt?: boolean;
  readonly storeFile?: string;
}

/** A plugin on real sockets with its own local Instamojo, and everything its one taker received. */
export interface PluginHost {
  readonly simulator: Simulator;
  readonly plugin: Plugin;
  readonly events: PaymentStatusEvent[];
  /** What it was told of runs that wait, and which went on; those of the place `chat` do at any time. */
  readonly runs: { readonly suspended: SuspendedRun[]; readonly resumed: ResumedRun[]; readonly news: WaitNews[] };
  readonly origin: string;
  /** What the plugin is told when it asks for its accounts; may be changed. */
  readonly accounts: Account[];
  /** Lets the plugin's clock jump ahead, unless the host options brought another clock. */
  advance(ms: number): void;
  run(
    node: string,
    input: Record<string, unknown>,
    extra?: { key?: string; correlation?: unknown; account?: string; wait?: WaitPlace },
  ): Promise<NodeResult>;
  /** Resolves with the first event that fits, received already or still to come. */
  event(fits: (event: PaymentStatusEvent) => boolean, withinMs?: number): Promise<PaymentStatusEvent>;
  close(): Promise<void>;
}

export const manifest = buildManifest({ nodes, events, version: "0.0.0-test" });

export async function startPluginHost(options: PluginHostOptions = {}): Promise<PluginHost> {
  const simulator = await startSimulator({
    ...localCredentials,
    switches: { refundReviewSeconds: 0 },
    ...options.simulator,
  });
  const accounts: Account[] = [
    {
      name: "shop",
      baseUrl: simulator.url,
      clientId: localCredentials.clientId,
      clientSecret: localCredentials.clientSecret,
      ...(options.withSalt === false ? {} : { privateSalts: [localCredentials.salt] }),
    },
  ];
  const clock = offsetClock();
  const runs: PluginHost["runs"] = { suspended: [], resumed: [], news: [] };
  let plugin: Plugin | undefined;
  const { server, origin } = await serve(() => plugin);
  plugin = await createPlugin(
    manifest,
    {
      tier: "development",
      accounts: () => accounts,
      store: await openSqliteStore({ file: options.storeFile ?? ":memory:" }),
      logger: silentLogger,
      localUrl: origin,
      clock,
      suspend: (run) => void runs.suspended.push(run),
      resume: async (run) => void runs.resumed.push(run),
      observeWait: (news) => void runs.news.push(news),
      ...(options.withWebhook === false ? {} : { publicUrl: origin }),
      ...options.host,
    },
    { load: loadFromRegistry(registry) },
  );
  await plugin.waits.attend("chat");
  const received: PaymentStatusEvent[] = [];
  const waiting = new Set<() => void>();
  await plugin.events.get("payment-status")?.subscribe({
    id: "test",
    statuses: ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"],
    refundUpdates: true,
    async deliver(event) {
      received.push(event);
      for (const look of waiting) look();
    },
  });
  const running = plugin;
  return {
    simulator,
    plugin: running,
    events: received,
    runs,
    origin,
    accounts,
    advance: clock.advance,
    async run(node, input, extra = {}) {
      const found = running.nodes.get(node);
      if (!found) throw new Error(`There is no node ${node}.`);
      return found.run({ account: "shop", input, ...extra });
    },
    event: (fits, withinMs = 10_000) =>
      new Promise((resolve, reject) => {
        const seen = () => received.map((event) => `${event.status}/${event.reason}`).join(", ");
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`No such event came. Received: ${seen() || "none"}.`));
        }, withinMs);
        const look = () => {
          const found = received.find(fits);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async close() {
      await running.close();
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(plugin: () => Plugin | undefined): Promise<{ server: Server; origin: string }> {
  const { nodeHandler } = await import("../../src/webhook.ts");
  const handler = nodeHandler(
    async (request) => (await plugin()?.receive(request)) ?? { status: 503, headers: {}, body: "" },
  );
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
