/**
 * Installs n8n into a folder of its own, packs the n8n package as it would be published, and tries it in a real n8n
 * against the local Instamojo. Words after the command are handed to jest: a path, `-t`. Maintainer's command:
 * `npm run test:n8n`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installN8n, npm } from "./install.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const packed = mkdtempSync(join(tmpdir(), "n8n-package-"));

async function packPackage(): Promise<string> {
  await npm(join(root, "dist", "n8n"), ["pack", "--pack-destination", packed]);
  const [tarball] = readdirSync(packed);
  if (!tarball) throw new Error("Nothing was packed.");
  return join(packed, tarball);
}

/** Ends what the tests left running; mostly there is nothing. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === "win32") return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

try {
  const { program, version } = await installN8n();
  const tarball = await packPackage();
  console.error(`n8n ${version}, Node ${process.version}`);
  const given = process.argv.slice(2);
  const words = given.some((word) => !word.startsWith("-")) ? given : ["test/n8n/[^/]+$", ...given];
  const always = ["--testPathIgnorePatterns", "/node_modules/", "--runInBand", "--forceExit"];
  const jest = spawn(process.execPath, [join(root, "scripts/run-jest.mjs"), ...words, ...always], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, N8N_TEST_PROGRAM: program, N8N_TEST_TARBALL: tarball },
    // A process group of its own: all that the tests started is found by it, also when jest crashed.
    detached: process.platform !== "win32",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => jest.kill(signal));
  const [code] = (await once(jest, "exit")) as [number | null];
  endGroup(jest);
  process.exitCode = code ?? 1;
} finally {
  rmSync(packed, { recursive: true, force: true });
}
