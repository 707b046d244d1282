import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const recipe = join(here, "host");
const root = join(here, "../..");

/** An n8n on this machine. */
export interface InstalledN8n {
  readonly version: string;
  /** The program to start with Node. */
  readonly program: string;
}

/**
 * Installs the n8n of `host/package.json` into a folder of its own: `.n8n-host` in this checkout, or the one that
 * `N8N_HOST_FOLDER` names. Nearly 3 GB and five minutes the first time, nothing after that. It is never a dependency of
 * the package.
 */
export async function installN8n(): Promise<InstalledN8n> {
  const folder = process.env.N8N_HOST_FOLDER ?? join(root, ".n8n-host");
  const mark = join(folder, ".installed");
  const wanted = `${readFileSync(join(recipe, "package-lock.json"), "utf8").length} ${process.version}`;
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== wanted) {
    mkdirSync(folder, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(recipe, file), join(folder, file));
    await npm(folder, ["install", "--prefer-offline", "--ignore-scripts"]);
    await buildNative(folder);
    writeFileSync(mark, wanted);
  }
  const found = JSON.parse(readFileSync(join(folder, "node_modules/n8n/package.json"), "utf8")) as { version: string };
  return { version: found.version, program: join(folder, "node_modules/n8n/bin/n8n") };
}

/** Two packages of n8n are compiled here; the headers come with the npm package of this very Node, not from its site. */
async function buildNative(folder: string): Promise<void> {
  const headers = join(folder, "node-headers");
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  mkdirSync(headers, { recursive: true });
  writeFileSync(join(headers, "package.json"), '{ "private": true }');
  await npm(headers, ["install", "--ignore-scripts", `${name}@${process.version.slice(1)}`]);
  await npm(folder, ["rebuild", "sqlite3", "isolated-vm"], {
    npm_config_nodedir: join(headers, "node_modules", name),
  });
}

/** Runs npm in a folder; what it says goes to stderr. Rejects when it fails. */
export function npm(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("npm", [...words, "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      stdio: ["ignore", 2, 2],
      env: { ...process.env, SCARF_ANALYTICS: "false", ...env },
      shell: process.platform === "win32",
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${words[0]} failed with ${code} in ${folder}.`)),
    );
  });
}
