/**
 * Both of n8n's validators over a community package, offline: the analyser of the scan package over what is published,
 * and `n8n-node lint` over a project made of the sources of its classes.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { entries, host } from "../../../scripts/n8n.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const home = process.env.N8N_LINT_FOLDER ?? join(root, ".n8n-lint");
const modules = join(home, "node_modules");
const mark = join(home, ".installed");
const templates = join(modules, "@n8n", "node-cli", "dist", "template", "templates", "shared", "default");

/** File of the project → source of its class. */
const classFiles = entries.map(({ file, module }) => [
  file.replace(/^dist\//, "").replace(/\.js$/, ".ts"),
  module.replace(/\.js$/, ".ts"),
]);

/**
 * Installs the validators into a folder of their own: `.n8n-lint` in this checkout, or the one that `N8N_LINT_FOLDER`
 * names. 700 MB the first time, nothing after that. They are never a dependency of a package.
 */
export function installValidators() {
  const lock = readFileSync(join(here, "package-lock.json"), "utf8");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  mkdirSync(home, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) cpSync(join(here, file), join(home, file));
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], {
    cwd: home,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm could not install the validators into ${home}.`);
  writeFileSync(mark, lock);
}

/** Runs the analyser of the scan package; gives back what it says against the folder, as text. */
export async function analyse(folder) {
  const scanner = join(modules, "@n8n", "scan-community-package", "scanner", "scanner.mjs");
  const { analyzePackage } = await import(pathToFileURL(scanner).href);
  const { passed, message, details } = await analyzePackage(folder);
  return { passed, text: passed ? "" : `${message}\n${details ?? ""}` };
}

/**
 * Lays out the sources as `n8n-node` wants a project: the classes under `nodes` and `credentials`, all other modules out
 * of the way under `dist`, which it does not look at.
 */
export function layOut(folder, packed) {
  for (const [file, source] of classFiles) {
    const depth = dirname(file)
      .split("/")
      .map(() => "..")
      .join("/");
    const from = dirname(join(host, source));
    const text = readFileSync(join(root, host, source), "utf8").replaceAll(
      /from "(\.\.?\/[^"]+)\.ts"/g,
      (_, path) => `from "${depth}/dist/${join(from, path)}"`,
    );
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  cpSync(join(packed, "dist", "nodes"), join(folder, "nodes"), {
    recursive: true,
    filter: (path) => !path.endsWith(".js"),
  });
  for (const part of ["src", "schemas", "nodes"]) {
    cpSync(join(root, part), join(folder, "dist", part), { recursive: true });
  }
  for (const file of ["package.json", "README.md", "LICENSE"]) cpSync(join(packed, file), join(folder, file));
  cpSync(join(templates, "eslint.config.mjs"), join(folder, "eslint.config.mjs"));
  const options = { target: "es2023", module: "nodenext", allowImportingTsExtensions: true, noEmit: true };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, include: ["nodes", "credentials"] }),
  );
  symlinkSync(modules, join(folder, "node_modules"));
}

/** Runs `n8n-node lint` in a project. */
export function lint(folder) {
  const command = join(modules, ".bin", "n8n-node");
  const { status, stdout, stderr } = spawnSync(command, ["lint"], { cwd: folder, encoding: "utf8" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
  const text = `${stdout}${stderr}`.replaceAll(/\u001b\[[0-9;]*m/g, "");
  return { passed: status === 0, text };
}
