import type { Manifest } from "../../schemas/manifest.ts";
import type { EventDefinition } from "./event-definition.ts";
import type { NodeDefinition } from "./node-definition.ts";

/** Loads one declaration: the named export of a package sub-path. */
export type LoadDeclaration = (module: string, exportName: string) => Promise<unknown>;

/** Loads by `import()`, which resolves the package's own sub-paths wherever it is installed. */
export const importDeclaration: LoadDeclaration = async (module, exportName) =>
  ((await import(module)) as Record<string, unknown>)[exportName];

/** Loads from a literal registry, for bundles and tests. */
export function loadFromRegistry(registry: readonly (NodeDefinition | EventDefinition)[]): LoadDeclaration {
  return async (module) => registry.find((unit) => module.endsWith(`/nodes/${unit.id}`));
}

/**
 * Loads everything that a manifest names.
 * @throws {Error} for an unknown manifest version, and for a declaration that is missing or has another id or version
 */
export async function loadUnits(
  manifest: Manifest,
  load: LoadDeclaration,
): Promise<{ readonly nodes: readonly NodeDefinition[]; readonly events: readonly EventDefinition[] }> {
  if (manifest.manifestVersion !== 1) {
    throw new Error(`This package reads manifest version 1, not ${JSON.stringify(manifest.manifestVersion)}.`);
  }
  const nodes = await Promise.all(manifest.nodes.map((entry) => loadUnit<NodeDefinition>("node", entry, load)));
  const events = await Promise.all(manifest.events.map((entry) => loadUnit<EventDefinition>("event", entry, load)));
  return { nodes, events };
}

interface Entry {
  readonly id: string;
  readonly version: number;
  readonly module: string;
  readonly export: string;
}

async function loadUnit<Unit extends NodeDefinition | EventDefinition>(
  kind: Unit["kind"],
  entry: Entry,
  load: LoadDeclaration,
): Promise<Unit> {
  const unit = (await load(entry.module, entry.export)) as Unit | undefined;
  const isDeclared = unit?.kind === kind && unit.id === entry.id && unit.version === entry.version;
  if (isDeclared) return unit;
  throw new Error(
    `The manifest names ${kind} ${entry.id} (version ${entry.version}), but ${entry.module} has no such export ${entry.export}.`,
  );
}
