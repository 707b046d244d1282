import { execFile, type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** A server of the benchmark in a process and a folder of its own. */
export interface BenchServer {
  readonly url: string;
  usage(): Promise<Usage>;
  ask<Answer>(question: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const quiet = "--disable-warning=ExperimentalWarning";

/** Starts `servers/{name}.ts`; `dir` is kept when it is given. */
export async function startServer(
  name: string,
  options: { readonly dir?: string; readonly env?: Record<string, string> } = {},
): Promise<BenchServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "bench-"));
  const child = fork(here(`./servers/${name}.ts`), [dir], {
    execArgv: [quiet],
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ask = <Answer>(question: unknown): Promise<Answer> => {
    const answer = nextMessage<Answer>(child);
    child.send(question as string);
    return answer;
  };
  const { url } = await nextMessage<{ url: string }>(child);
  return {
    url,
    ask,
    usage: () => ask<Usage>("usage"),
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function nextMessage<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`A server of the benchmark ended with ${code}.`));
    child.once("exit", fail);
    child.once("message", (message) => {
      child.off("exit", fail);
      resolve(message as Answer);
    });
  });
}

export interface Load {
  readonly url: string;
  readonly seconds?: number;
  readonly amount?: number;
  readonly overallRate?: number;
  readonly connections?: number;
  readonly perConnection?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly answered: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
}

let sent = 10_000_000;

/** Sends messages that were never sent before. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const count = (load.connections ?? 100) * (load.perConnection ?? 600);
  const first = sent;
  sent += count;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [quiet, here("./load.mjs"), JSON.stringify({ ...load, first })],
    { maxBuffer: 10_000_000 },
  );
  return JSON.parse(stdout) as LoadResult;
}
