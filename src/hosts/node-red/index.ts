import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { InstamojoSettings } from "./settings.ts";

export { ledgersClosed } from "./flow-host.ts";
export type { InstamojoSettings } from "./settings.ts";

export interface EmbeddingOptions {
  /** Node-RED's folder for flows, credentials and, in `instamojo`, the ledger. */
  readonly userDir: string;
  /** Encrypts the credentials of accounts in `userDir`. */
  readonly credentialSecret: string;
  readonly instamojo?: InstamojoSettings;
}

/** The folder that Node-RED's `nodesDir` must name to find our nodes, however the package is installed. */
export function nodesDir(): string {
  return dirname(createRequire(import.meta.url).resolve("instamojo-flow-nodes/package.json"));
}

/** Payment first; the rest as Node-RED has it. */
const paletteOrder = ["Payment", "subflows", "common", "function", "network", "sequence", "parser", "storage"];

/**
 * Settings for `RED.init` of a Node-RED inside another program: our nodes, no calls to other hosts, no installing from
 * the editor. Spread them and add what the program needs. After `RED.stop()`, await `ledgersClosed()`.
 */
export function embeddedSettings({ userDir, credentialSecret, instamojo = {} }: EmbeddingOptions) {
  return {
    userDir,
    credentialSecret,
    instamojo,
    nodesDir: nodesDir(),
    flowFile: "flows.json",
    functionGlobalContext: {},
    functionExternalModules: false,
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { palette: { allowInstall: false, allowUpload: false }, modules: { allowInstall: false } },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [], categories: paletteOrder } },
  };
}
