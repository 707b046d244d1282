import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The programs of the harness as files that start quickly. */
export interface Bundle {
  readonly hostProgram: string;
  readonly recordedProgram: string;
  remove(): void;
}

/** Bundles the programs with everything they use; the ledger's thread beside them is the one with fault points. */
export async function bundlePrograms(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "instamojo-crash-programs-"));
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  await build({
    entryPoints: {
      "host-program": here("host-program.ts"),
      "recorded-program": here("recorded-program.ts"),
      "sqlite-thread": here("store-thread.ts"),
    },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // CommonJS packages inside an ESM bundle ask for `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return {
    hostProgram: join(folder, "host-program.js"),
    recordedProgram: join(folder, "recorded-program.js"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
