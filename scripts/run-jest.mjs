/**
 * Runs jest in ESM mode. Given nothing, it runs everything and enforces the coverage thresholds of package.json;
 * given arguments (a path, `-t`, any jest option) it runs just that, without coverage.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const jest = fileURLToPath(new URL("../node_modules/jest/bin/jest.js", import.meta.url));
const nodeFlags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
const given = process.argv.slice(2);
const selection = given.filter((argument) => !/^--(json|outputFile=.*|silent|ci)$/.test(argument));
const coverage = selection.length === 0 ? ["--coverage"] : [];

const child = spawn(process.execPath, [...nodeFlags, jest, ...coverage, ...given], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
