/**
 * Builds `dist` from the sources: beside it first, then put in its place, so that nobody meets a half-built one.
 * With `--if-stale` it does nothing unless a source changed since the last build. Maintainer's command: `npm run build`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { writeN8n } from "./n8n.mjs";
import { writeNodeRedEditor } from "./node-red-editor.mjs";
import { writeStandalone } from "./standalone.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const next = join(root, "dist.next");
const stampName = ".build-stamp";
const sourceFolders = ["nodes", "schemas", "src"];
const otherSources = [
  "scripts/build.mjs",
  "scripts/standalone.mjs",
  "scripts/node-red-editor.mjs",
  "scripts/n8n.mjs",
  "docs/n8n.md",
  "manifest.json",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

/** The steps of a build, in order. Each gets the folder being built; compiled modules can be imported from there. */
const steps = [compile, copyAssets, writeStandalone, writeNodeRedEditor, writeN8n];

function compile(out) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.json", "--outDir", out], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Everything under src that is not TypeScript (pages, styles, icons) goes to the same place in the build. */
function copyAssets(out) {
  for (const file of filesUnder(join(root, "src"))) {
    if (!/\.tsx?$/.test(file)) cpSync(file, join(out, relative(root, file)));
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Names, sizes and times of all sources: equal exactly when nothing was edited, added, removed or checked out. */
function fingerprint() {
  const hash = createHash("sha256");
  const sources = sourceFolders.flatMap((folder) => filesUnder(join(root, folder)));
  for (const file of [...sources, ...otherSources.map((name) => join(root, name))]) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function isBuilt(print) {
  const stamp = join(dist, stampName);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === print;
}

const print = fingerprint();
if (!process.argv.includes("--if-stale") || !isBuilt(print)) {
  process.stderr.write("build: compiling the sources into dist\n");
  rmSync(next, { recursive: true, force: true });
  for (const step of steps) await step(next);
  writeFileSync(join(next, stampName), print);
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}
