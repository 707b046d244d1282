/**
 * Makes a checkout ready for the command it precedes: installs what the lock file names if it is not there, then
 * builds if sources changed. It runs under whatever Node the machine has, before anything is installed, hence the old
 * syntax (Node 12). It writes to stderr only: the stdout of `npm start` carries one JSON line.
 */
import { spawnSync } from "child_process";
import fs from "fs";
import path from "path";
import { fileURLToPath } from "url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const lockDirectory = path.join(root, ".setup-lock");
const pinnedNode = path.join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
const oldestNode = [22, 13];
const abandonedAfterMs = 20 * 60 * 1000;

function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

function giveUp(lines) {
  say(lines.join("\n        "));
  process.exit(1);
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isNewEnough(version) {
  const match = /^v(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  const major = Number(match[1]);
  return major > oldestNode[0] || (major === oldestNode[0] && Number(match[2]) >= oldestNode[1]);
}

/** npm writes `node_modules/.package-lock.json` last, so an installation that was cut off does not match. */
function isInstalled() {
  const wanted = readJson("package-lock.json");
  const present = readJson("node_modules/.package-lock.json");
  if (!wanted) giveUp(["package-lock.json is missing or not JSON; restore it with: git checkout package-lock.json"]);
  if (!present || !present.packages) return false;
  return Object.keys(wanted.packages).every((name) => {
    if (name === "") return true;
    const want = wanted.packages[name];
    const have = present.packages[name];
    if (!have) return want.optional === true;
    return have.version === want.version && have.integrity === want.integrity;
  });
}

/**
 * `npm ci` where there is no complete installation, else `npm install`, which changes only what differs; both take the
 * versions of the lock file and leave that file as it is.
 */
function install() {
  const isFirst = !readJson("node_modules/.package-lock.json");
  say(`installing the packages of package-lock.json ${isFirst ? "(once, about a minute)" : "that differ"}`);
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const node = process.env.npm_node_execpath || process.execPath;
  const command = isNpm ? node : process.platform === "win32" ? "npm.cmd" : "npm";
  const args = (isNpm ? [npm] : []).concat(isFirst ? "ci" : ["install", "--no-save"], [
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.error && result.error.code === "ENOENT") {
    giveUp([`npm was not found. Install Node.js ${oldestNode.join(".")} or newer, which brings it, and repeat.`]);
  }
  if (result.error) throw result.error;
  if (result.status !== 0) {
    giveUp([
      `npm (under Node ${process.version}) could not install; its own words are above.`,
      "Most often the package registry was out of reach. Put that right and repeat the command.",
    ]);
  }
}

/** The Node to build with: the pinned one, else the machine's own if that is new enough, else instructions. */
function usableNode() {
  if (fs.existsSync(pinnedNode)) {
    if (fs.realpathSync(pinnedNode) === fs.realpathSync(process.execPath)) return process.execPath;
    const result = spawnSync(pinnedNode, ["--version"], { encoding: "utf8" });
    if (result.status === 0 && isNewEnough(result.stdout)) return pinnedNode;
  }
  if (isNewEnough(process.version)) {
    say(`the pinned Node in node_modules does not run here; going on with this machine's ${process.version}`);
    return process.execPath;
  }
  return giveUp([
    `the pinned Node (npm package "node") does not run: its install script was probably blocked. This machine's own`,
    `${process.version} is too old to stand in. Do one of these, then repeat the command:`,
    "- npm rebuild node --ignore-scripts=false",
    "- where npm asks for approval of install scripts: npm install-scripts approve node && npm rebuild node",
    `- install Node.js ${oldestNode.join(".")} or newer on this machine`,
  ]);
}

function build(node) {
  const args = [path.join(root, "scripts", "build.mjs"), "--if-stale"];
  const result = spawnSync(node, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.error) throw result.error;
  if (result.status !== 0) giveUp(["the build failed; what to correct is named above."]);
}

function isAbandoned() {
  try {
    const age = Date.now() - fs.statSync(lockDirectory).mtimeMs;
    if (age > abandonedAfterMs) return true;
    const holder = Number(fs.readFileSync(path.join(lockDirectory, "pid"), "utf8"));
    process.kill(holder, 0);
    return false;
  } catch (error) {
    if (error.code === "ESRCH") return true;
    // Gone, or its holder is about to write its number: the next round tells.
    if (error.code === "ENOENT" || error.code === "EPERM") return false;
    throw error;
  }
}

function release() {
  try {
    fs.unlinkSync(path.join(lockDirectory, "pid"));
    fs.rmdirSync(lockDirectory);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

function isAcquired() {
  try {
    fs.mkdirSync(lockDirectory);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  process.on("exit", release);
  fs.writeFileSync(path.join(lockDirectory, "pid"), String(process.pid));
  return true;
}

function begin(isRepeated) {
  if (isAcquired()) return run();
  if (!isRepeated) say("waiting for the set-up that another command has begun");
  if (isAbandoned()) release();
  setTimeout(begin, 200, true);
}

function run() {
  if (!isInstalled()) install();
  build(usableNode());
}

["SIGINT", "SIGTERM", "SIGHUP"].forEach((signal) => {
  process.on(signal, () => {
    process.exit(1);
  });
});
begin(false);
