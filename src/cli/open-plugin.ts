import type { Manifest } from "../../schemas/manifest.ts";
import type { LoadedConfig } from "../config.ts";
import { createPinoLogger } from "../logging.ts";
import { createPlugin, type Plugin } from "../plugin.ts";
import { openSqliteStore } from "../store/sqlite-store.ts";
import type { Terminal } from "./command.ts";

/** The plugin with this process as its host. Rejects with FlowError when the ledger cannot be had. */
export async function openPlugin(options: {
  readonly config: LoadedConfig;
  readonly manifest: Manifest;
  /** File of the ledger, or `:memory:` for one that is gone with the process. */
  readonly storeFile: string;
  readonly terminal: Pick<Terminal, "note">;
}): Promise<Plugin> {
  const { config, manifest, storeFile, terminal } = options;
  const store = await openSqliteStore({ file: storeFile });
  return createPlugin(manifest, {
    tier: config.tier,
    accounts: () => config.accounts,
    store,
    ledgerFile: storeFile,
    logger: createPinoLogger({ destination: { write: (line) => terminal.note(line.trimEnd()) } }),
    publicUrl: config.publicUrl,
    callbackOrigins: config.callbackOrigins,
    maxAccounts: config.maxAccounts,
    retentionDays: config.retentionDays,
    limits: config.limits,
  });
}
