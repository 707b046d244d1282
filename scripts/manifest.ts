/**
 * Writes manifest.json from the declarations. With `--check` it writes nothing and ends with 1 when the file is not
 * what the declarations say. Maintainer's command: `npm run manifest [-- --check]`.
 */
import { events, nodes } from "../nodes/index.ts";
import { paletteIcon } from "../src/runtime/icon.ts";
import { buildManifest } from "../src/runtime/manifest.ts";
import { type GeneratedFile, readText, writeOrCheck } from "./generated-files.ts";

/** What this script writes: the manifest, and the palette icon that belongs to its drawing. */
export function manifestFiles(): readonly GeneratedFile[] {
  const { version } = JSON.parse(readText("package.json") ?? "") as { version: string };
  const manifest = buildManifest({ nodes, events, version });
  return [
    { path: "manifest.json", content: `${JSON.stringify(manifest, null, 2)}\n` },
    { path: "src/hosts/node-red/icons/instamojo.svg", content: `${paletteIcon}\n` },
  ];
}

if (import.meta.main) writeOrCheck(manifestFiles(), { command: "npm run manifest" });
