import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The command as it is shipped: the build that the set-up made. */
export const builtMain = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON of the last line of stdout; undefined where nothing was printed. */
  readonly result: Record<string, unknown> | undefined;
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

/** Runs the command to its end. */
export async function runBuilt(args: readonly string[], options: Options = {}): Promise<Ended> {
  return startBuilt(args, options).ended;
}

export interface Started {
  /** The first line of stdout, as JSON. */
  readonly ready: Promise<Record<string, unknown>>;
  readonly ended: Promise<Ended>;
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts the command and leaves it running. */
export function startBuilt(args: readonly string[], { env = {}, node = [] }: Options = {}): Started {
  const child = spawn(process.execPath, [...node, builtMain, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code]): Ended => {
    const last = stdout.trim().split("\n").at(-1);
    return { code, stdout, stderr, result: last?.startsWith("{") ? JSON.parse(last) : undefined };
  });
  const ready = Promise.race([
    once(createInterface(child.stdout), "line").then(([line]) => JSON.parse(line as string) as Record<string, unknown>),
    ended.then(({ code }) => Promise.reject(new Error(`It ended with ${code} before it was ready: ${stderr}`))),
  ]);
  ready.catch(() => {});
  return {
    ready,
    ended,
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
