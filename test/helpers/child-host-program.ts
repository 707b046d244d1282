/** A small host in a process of its own, to be stopped and starved: plugin, ledger, webhook route and one taker. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { events, nodes, registry } from "../../nodes/index.ts";
import { createPlugin } from "../../src/plugin.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { buildManifest } from "../../src/runtime/manifest.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { nodeHandler } from "../../src/webhook.ts";
import type { ChildHostOptions, FromChildHost, ToChildHost } from "./child-host.ts";
import { offsetClock } from "./offset-clock.ts";

const { account, storeFile, clockRate } = JSON.parse(process.argv[2] as string) as ChildHostOptions;
const tell = (word: FromChildHost): void => void process.send?.(word);
const clock = offsetClock(clockRate);

// The gateway must know the address before the plugin is there.
const server = createServer((request, response) => handle(request, response));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const plugin = await createPlugin(
  buildManifest({ nodes, events, version: "0.0.0-child" }),
  {
    tier: "development",
    accounts: () => [account],
    store: await openSqliteStore({ file: storeFile }),
    logger: silentLogger,
    publicUrl,
    clock,
  },
  { load: loadFromRegistry(registry) },
);
const handle = nodeHandler(plugin.receive);
await plugin.events.get("payment-status")?.subscribe({
  id: "child",
  deliver: async (event) => tell({ kind: "event", event }),
});
process.on("message", async (word: ToChildHost) => {
  if (word.kind === "advance") clock.advance(word.ms);
  if (word.kind === "advance") return;
  const result = await plugin.nodes.get(word.node)?.run({ account: account.name, input: word.input });
  if (result) tell({ kind: "result", id: word.id, result });
});
process.on("disconnect", () => process.exit(0));
tell({ kind: "ready", origin: publicUrl });
