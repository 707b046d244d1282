import type { Manifest } from "../../schemas/manifest.ts";
import type { LoadedConfig } from "../config.ts";
import { createMcpHost, serveStdio } from "../hosts/mcp/index.ts";
import { loadSdk } from "../hosts/mcp/load-sdk.ts";
import { createPinoLogger } from "../logging.ts";
import { createPlugin } from "../plugin.ts";
import { openLedger } from "../store/open-ledger.ts";
import type { Terminal } from "./command.ts";

/** The plugin with an agent's program as its only user. It has no routes, so links are polled and no webhook is asked for. */
export async function openMcp(options: {
  readonly config: LoadedConfig;
  readonly manifest: Manifest;
  readonly terminal: Pick<Terminal, "note">;
  readonly allowLiveRefunds: boolean;
}) {
  const { config, manifest, terminal, allowLiveRefunds } = options;
  // Before the ledger is opened: without it there is nothing to serve.
  await loadSdk();
  const logger = createPinoLogger({ destination: { write: (line) => terminal.note(line.trimEnd()) } });
  const ledger = await openLedger({ storeFile: config.storeFile, storeUrl: config.storeUrl, logger });
  const plugin = await createPlugin(manifest, {
    tier: config.tier,
    accounts: () => config.accounts,
    ...ledger,
    logger,
    callbackOrigins: config.callbackOrigins,
    maxAccounts: config.maxAccounts,
    retentionDays: config.retentionDays,
    limits: config.limits,
  });
  const host = await createMcpHost({ plugin, store: ledger.store, logger, allowLiveRefunds });
  const { closed } = await serveStdio(host);
  return {
    closed,
    async close() {
      await host.close();
      await plugin.close();
    },
  };
}
