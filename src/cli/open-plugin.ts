import type { Manifest } from "../../schemas/manifest.ts";
import type { LoadedConfig } from "../config.ts";
import { createPinoLogger } from "../logging.ts";
import { createPlugin, type Plugin } from "../plugin.ts";
import { type LedgerPlace, openLedger } from "../store/open-ledger.ts";
import type { Terminal } from "./command.ts";

/** The plugin with this process as its host. Rejects with FlowError when the ledger cannot be had. */
export async function openPlugin(options: {
  readonly config: LoadedConfig;
  readonly manifest: Manifest;
  /** The ledger to use; the one of the configuration unless given. */
  readonly ledger?: LedgerPlace;
  readonly terminal: Pick<Terminal, "note">;
}): Promise<Plugin> {
  const { config, manifest, ledger = config, terminal } = options;
  const logger = createPinoLogger({ destination: { write: (line) => terminal.note(line.trimEnd()) } });
  const opened = await openLedger({ ...place(ledger), logger });
  return createPlugin(manifest, {
    tier: config.tier,
    accounts: () => config.accounts,
    ...opened,
    // One call beside the servers that share the ledger leaves the rest of the work to them.
    ...(opened.coordination ? { role: "receiver" as const } : {}),
    logger,
    publicUrl: config.publicUrl,
    callbackOrigins: config.callbackOrigins,
    maxAccounts: config.maxAccounts,
    retentionDays: config.retentionDays,
    limits: config.limits,
  });
}

function place({ storeFile, storeUrl }: LedgerPlace): LedgerPlace {
  return { storeFile, storeUrl };
}
