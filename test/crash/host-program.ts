/** The process that is killed: a small host with the plugin, its ledger, the webhook route and one taker. */
import { fsyncSync, openSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { events, nodes, registry } from "../../nodes/index.ts";
import { createPlugin, type Plugin } from "../../src/plugin.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { buildManifest } from "../../src/runtime/manifest.ts";
import type { OpenLedger } from "../../src/store/open-ledger.ts";
import { openPostgresLedger } from "../../src/store/postgres/postgres-ledger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { nodeHandler } from "../../src/webhook.ts";
import { planCrash, reach } from "./fault-points.ts";
import { type FromHost, type Life, merchant, publicUrl, type ReceivedEvent, type ToHost } from "./host-talk.ts";
import { watchStatements } from "./postgres-statements.ts";
import { crashingStore } from "./variants.ts";

const manifest = buildManifest({ nodes, events, version: "0.0.0-crash" });
const tell = (word: FromHost): void => void process.send?.(word);

/** Shorter than a life, so that the next one goes on with what the one before died over. */
const leases = { leaseMs: 200, processLeaseMs: 500 };

async function open(ledger: string): Promise<OpenLedger> {
  if (!ledger.startsWith("postgres:")) return { store: await openSqliteStore({ file: ledger }) };
  watchStatements();
  return openPostgresLedger({ url: ledger, logger: silentLogger, ...leases });
}

async function live({ ledger, received, gateway, variant, crash }: Life): Promise<Plugin> {
  planCrash(crash);
  const diary = openSync(received, "a");
  const { store, coordination } = await open(ledger);
  const plugin = await createPlugin(
    manifest,
    {
      tier: "development",
      accounts: () => [{ ...merchant, baseUrl: gateway }],
      store: crashingStore(store, variant),
      ...(coordination ? { coordination } : {}),
      logger: silentLogger,
      publicUrl,
    },
    { load: loadFromRegistry(registry) },
  );
  await plugin.events.get("payment-status")?.subscribe({
    id: "shop",
    statuses: ["Completed", "Failed"],
    async deliver({ id, status, paymentId, paymentRequestId, sequence, correlation }) {
      reach("delivering");
      const line: ReceivedEvent = { id, status, paymentId: paymentId ?? "", paymentRequestId, sequence, correlation };
      writeSync(diary, `${JSON.stringify(line)}\n`);
      fsyncSync(diary);
    },
  });
  const handler = nodeHandler(plugin.receive);
  const server = createServer((request, response) => {
    response.on("finish", () => {
      if (response.statusCode === 200) reach("answered");
    });
    handler(request, response);
  });
  server.listen(0, "127.0.0.1", () => tell({ kind: "listening", port: (server.address() as AddressInfo).port }));
  return plugin;
}

let plugin: Promise<Plugin> | undefined;
process.on("message", async (word: ToHost) => {
  if (word.kind === "live") plugin = live(word.life);
  const running = await plugin;
  if (word.kind !== "link") return;
  const { reference } = word;
  const result = await running?.nodes.get("generate-payment-link")?.run({
    account: merchant.name,
    input: { amount: "200", purpose: "Iphone", reference, allowRepeatedPayments: true },
    correlation: { order: reference },
  });
  const paymentRequestId = result?.port === "success" ? String(result.output.paymentRequestId) : null;
  tell({ kind: "link", reference, paymentRequestId });
});
process.on("disconnect", () => process.exit(0));
tell({ kind: "ready" });
