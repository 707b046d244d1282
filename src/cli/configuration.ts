import { createRequire } from "node:module";
import type { Manifest } from "../../schemas/manifest.ts";
import { type LoadedConfig, loadConfig } from "../config.ts";
import { createAjvValidator } from "../runtime/ajv-validator.ts";
import { requireOption, type Terminal, UsageError } from "./command.ts";

/** The configuration that `--config` names. */
export function readConfiguration(options: { readonly config?: string }, terminal: Terminal): LoadedConfig {
  const file = requireOption(options, "config", "config.json");
  return loadConfig(file, { validator: createAjvValidator(), env: terminal.env });
}

/** The name, if the configuration has an account of that name; never another one. */
export function requireKnownAccount(config: LoadedConfig, name: string): string {
  if (config.accounts.some((account) => account.name === name)) return name;
  const known = config.accounts.map((account) => account.name).join(", ") || "none";
  throw new UsageError(`There is no account ${JSON.stringify(name)} in ${config.file}. Its accounts: ${known}.`);
}

/** The manifest that ships with the package. */
export function readManifest(): Manifest {
  return createRequire(import.meta.url)("instamojo-flow-nodes/manifest.json") as Manifest;
}
