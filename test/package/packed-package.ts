import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The package as a user has it: packed, unpacked into a project of its own, with its dependencies and nothing else. */
export interface PackedPackage {
  /** The user's project. */
  readonly project: string;
  /** The unpacked package inside it. */
  readonly root: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  readonly packedBytes: number;
  readonly manifest: {
    readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
    readonly bin: Record<string, string>;
    readonly dependencies: Record<string, string>;
    readonly peerDependencies: Record<string, string>;
    readonly "node-red": { readonly nodes: Record<string, string> };
  };
  /** Adds a package that the user installed too, for example an optional peer. */
  add(name: string): void;
  remove(): void;
}

/** Makes the checkout ready as `npm test` does, packs with npm, unpacks elsewhere. */
export function packAndUnpack(): PackedPackage {
  run(process.execPath, [join(repository, "scripts/setup.mjs")], repository);
  const project = mkdtempSync(join(tmpdir(), "packed-"));
  const packed = run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], repository);
  const [report] = JSON.parse(packed) as [{ filename: string; size: number; files: { path: string }[] }];
  const modules = join(project, "node_modules");
  const root = join(modules, "instamojo-flow-nodes");
  mkdirSync(root, { recursive: true });
  run("tar", ["-xzf", join(project, report.filename), "--strip-components=1", "-C", root], project);
  writeFileSync(join(project, "package.json"), '{"name":"user","private":true}\n');
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const add = (name: string): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(modules, name), "dir");
  };
  for (const name of Object.keys(manifest.dependencies)) add(name);
  return {
    project,
    root,
    files: report.files.map(({ path }) => path),
    packedBytes: report.size,
    manifest,
    add,
    remove: () => rmSync(project, { recursive: true, force: true }),
  };
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1e8 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node in the user's project to its end; given a script as text, as an ES module unless told otherwise. */
export function runInProject(
  { project }: PackedPackage,
  { script, args = [], type = "module" }: { script?: string; args?: readonly string[]; type?: "module" | "commonjs" },
): Promise<Finished> {
  const scriptArgs = script === undefined ? [] : [`--input-type=${type}`, "--eval", script];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", ...args, ...scriptArgs],
      { cwd: project, env: plainEnvironment(), timeout: 15_000 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

export interface Running {
  /** The first line of stdout, parsed. */
  readonly ready: Record<string, unknown>;
  stop(): Promise<void>;
}

/** Starts Node in the user's project and waits for its first line, one JSON document. */
export async function startInProject({ project }: PackedPackage, args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, args, {
    cwd: project,
    env: plainEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  const firstLine = new Promise<string>((resolve) => createInterface(child.stdout).once("line", resolve));
  const failed = ended.then(() => Promise.reject(new Error(`${args.join(" ")} ended before it was ready: ${stderr}`)));
  return { ready: JSON.parse(await Promise.race([firstLine, failed])), stop };
}

/** Without what jest and npm set for their own processes. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const isTheirs = (name: string): boolean => /^(NODE_|JEST_|npm_)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isTheirs(name)));
}
