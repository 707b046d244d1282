import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../../../schemas/manifest.ts";
import { createPlugin, type Plugin } from "../../plugin.ts";
import { FlowError, isFlowError } from "../../runtime/errors.ts";
import type { Host } from "../../runtime/host.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { openSqliteStore } from "../../store/sqlite-store.ts";

/** How long a failed opening is not repeated. */
const retryAfterMs = 5000;

/** The one plugin of a Node-RED runtime: opened at the first need, opened again after a failure, closed at the end. */
export interface PluginHolder {
  /** Rejects with FlowError `store_unavailable` while the ledger cannot be opened. */
  get(): Promise<Plugin>;
  close(): Promise<void>;
}

export interface PluginHolderOptions {
  readonly manifest: Manifest;
  readonly dataDir: string;
  readonly host: Omit<Host, "store" | "ledgerFile" | "metrics">;
  readonly metrics: () => Promise<Metrics>;
}

export function createPluginHolder(options: PluginHolderOptions): PluginHolder {
  let opening: Promise<Plugin> | undefined;
  let closing: Promise<void> = Promise.resolve();
  return {
    get() {
      if (opening) return opening;
      const attempt = closing.then(() => open(options));
      opening = attempt;
      attempt.catch(() => {
        const forget = () => {
          if (opening === attempt) opening = undefined;
        };
        setTimeout(forget, retryAfterMs).unref();
      });
      return attempt;
    },
    close() {
      const last = opening;
      opening = undefined;
      const closed = closing.then(async () => (await last?.catch(() => undefined))?.close());
      closing = closed.catch(() => {});
      return closed;
    },
  };
}

async function open({ manifest, dataDir, host, metrics }: PluginHolderOptions): Promise<Plugin> {
  const file = join(dataDir, "ledger.db");
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const store = await openSqliteStore({ file });
    try {
      return await createPlugin(manifest, { ...host, metrics: await metrics(), store, ledgerFile: file });
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (cause) {
    const error = isFlowError(cause)
      ? cause
      : new FlowError("store_unavailable", `The ledger ${file} could not be opened.`, {
          remedy: `Check free space and permissions of ${dataDir}, and that no other Node-RED uses it.`,
          cause,
        });
    logFailure(host.logger, error);
    throw error;
  }
}

function logFailure(logger: Logger, error: FlowError): void {
  logger.error(`${error.message} ${error.remedy}`, { code: error.code });
}
