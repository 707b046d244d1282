import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./n8n-process.ts";

/** A Redis of a test's own, on loopback; every write is on disk before it is answered. */
export interface RedisServer {
  readonly port: number;
  /** Ends it with SIGKILL and starts it again on the same data. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** Needs the program `redis-server`: `apt-get install redis-server`. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "n8n-redis-"));
  const port = await freePort();
  const words = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes"];

  async function start(): Promise<ChildProcess> {
    const child = spawn("redis-server", [...words.map(String), "--appendfsync", "always"], { stdio: "ignore" });
    const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
    try {
      await Promise.race([untilOpen(port), failed]);
    } catch (thrown) {
      child.kill("SIGKILL");
      throw thrown;
    }
    return child;
  }

  let running = await start();
  const end = async (signal: NodeJS.Signals) => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    running.kill(signal);
    await ended;
  };
  return {
    port,
    async killAndRestart() {
      await end("SIGKILL");
      running = await start();
    },
    async stop() {
      await end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await pause(100);
  }
  throw new Error("Redis did not start.");
}
