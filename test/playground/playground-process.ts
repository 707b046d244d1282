import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault, PayOrder, SimulatorLedger, SimulatorSwitches } from "../../src/simulator/index.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = join(root, "dist", "src", "cli", "main.js");

/** The playground as `instamojo-flow start` runs it, in a process and a folder of its own. */
export interface PlaygroundProcess {
  readonly canvas: string;
  readonly chat: string;
  readonly dir: string;
  /** From the start of the process to its ready line. */
  readonly readyAfterMs: number;
  readonly simulator: SimulatorControl;
  /** What it wrote to stderr. */
  log(): string;
  /** Ends the process and resolves with its exit code; the folder stays. */
  stop(): Promise<number | null>;
  /** Ends the process at once, as a power cut does; the folder stays. */
  kill(): Promise<void>;
  /** Ends the process and deletes the folder. */
  discard(): Promise<void>;
}

/** The control API of the local Instamojo, over its socket. */
export interface SimulatorControl {
  readonly url: string;
  ledger(): Promise<SimulatorLedger>;
  pay(order: PayOrder): Promise<void>;
  fault(fault: Fault): Promise<void>;
  switches(switches: Partial<SimulatorSwitches>): Promise<void>;
  advanceClock(seconds: number): Promise<void>;
}

export interface PlaygroundProcessOptions {
  readonly dir?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

/** Starts it on free ports and waits for the ready line; rejects with what it wrote when it ends before. */
export async function startPlaygroundProcess(options: PlaygroundProcessOptions = {}): Promise<PlaygroundProcess> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "playground-"));
  const startedAt = performance.now();
  const child = runStart(["--dir", dir, ...(options.args ?? ["--port", "0"])], options.env);
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ready = await Promise.race([
    readLine(child),
    ended.then((code) => Promise.reject(new Error(`it ended with ${code}: ${log}`))),
  ]);
  const { canvas, chat, simulator } = JSON.parse(ready) as Record<"canvas" | "chat" | "simulator", string>;
  const stop = (): Promise<number | null> => {
    child.kill("SIGTERM");
    return ended;
  };
  return {
    canvas,
    chat,
    dir,
    readyAfterMs: performance.now() - startedAt,
    simulator: controlOf(simulator),
    log: () => log,
    stop,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async discard() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs `start` to its end, for starts that are refused. */
export async function runRefusedStart(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = runStart(args, env);
  const read = async (stream: ChildProcess["stdout"]): Promise<string> => {
    let text = "";
    for await (const chunk of stream!.setEncoding("utf8")) text += chunk;
    return text;
  };
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await code, stdout, stderr };
}

function runStart(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(INSTAMOJO_|NODE_OPTIONS$)/.test(name)),
  );
  return spawn(process.execPath, [main, "start", ...args], {
    cwd: tmpdir(),
    env: { ...clean, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function readLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  return new Promise(() => {});
}

/** The control API at this address. */
export function controlOf(url: string): SimulatorControl {
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}/__simulator__/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  };
  return {
    url,
    ledger: async () => (await (await fetch(`${url}/__simulator__/ledger`)).json()) as SimulatorLedger,
    pay: (order) => post("pay", order),
    fault: (fault) => post("faults", fault),
    switches: (switches) => post("switches", switches),
    advanceClock: (advanceSeconds) => post("clock", { advanceSeconds }),
  };
}
