/**
 * Builds and packs the n8n package, unpacks it and has n8n's validators look at it: 0 errors are wanted. Then seeds faults
 * into a copy, one by one and all that the validators know of, to show that they look. The validators are
 * installed into a folder of their own the first time.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { analyse, installValidators, layOut, lint } from "./lint-package.mjs";
import { packageFaults, sourceFaults } from "./seeded-faults.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const work = mkdtempSync(join(tmpdir(), "n8n-lint-"));
const built = process.argv[2] ?? join(root, "dist", "n8n");

function must(command, args, options) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

function unpack() {
  if (process.argv[2] === undefined) must(process.execPath, [join(root, "scripts", "build.mjs"), "--if-stale"]);
  const [{ filename }] = JSON.parse(must("npm", ["pack", "--json", "--pack-destination", work], { cwd: built }));
  must("tar", ["-xzf", filename], { cwd: work });
  return join(work, "package");
}

let failures = 0;
function report(name, isGood, text) {
  process.stdout.write(`${isGood ? "ok" : "NOT OK"}: ${name}\n${isGood ? "" : `${text}\n`}`);
  if (!isGood) failures += 1;
}

function project(name, packed) {
  const folder = join(work, name);
  mkdirSync(folder);
  layOut(folder, packed);
  return folder;
}

function change(file, edit) {
  const before = readFileSync(file, "utf8");
  const after = edit(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  writeFileSync(file, after);
}

try {
  installValidators();
  const packed = unpack();
  const published = await analyse(packed);
  report("the published package passes the analyser", published.passed, published.text);
  const sources = project("sources", packed);
  const linted = lint(sources);
  report("the sources pass n8n-node lint", linted.passed, linted.text);

  const faulty = join(work, "faulty");
  cpSync(packed, faulty, { recursive: true });
  for (const { file, edit } of packageFaults) change(join(faulty, file), edit);
  const found = await analyse(faulty);
  for (const { rule, name } of packageFaults) report(`finds ${name}`, found.text.includes(rule), found.text);

  const bad = project("faulty-sources", packed);
  for (const { file, edit } of sourceFaults) change(join(bad, file), edit);
  const complaints = lint(bad);
  for (const { rule, name } of sourceFaults) report(`finds ${name}`, complaints.text.includes(rule), complaints.text);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
