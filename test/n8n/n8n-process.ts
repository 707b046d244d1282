import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Nothing leaves the machine: no telemetry, no look at versions, templates, banners, licences or registries. */
const quiet: Readonly<Record<string, string>> = {
  N8N_DIAGNOSTICS_ENABLED: "false",
  N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
  N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: "false",
  N8N_DYNAMIC_BANNERS_ENABLED: "false",
  N8N_TEMPLATES_ENABLED: "false",
  N8N_PERSONALIZATION_ENABLED: "false",
  N8N_HIRING_BANNER_ENABLED: "false",
  N8N_LICENSE_AUTO_RENEW_ENABLED: "false",
  N8N_AI_ENABLED: "false",
  N8N_VERIFIED_PACKAGES_ENABLED: "false",
  N8N_UNVERIFIED_PACKAGES_ENABLED: "true",
  N8N_DISABLED_MODULES: "mcp-registry,mcp,instance-ai,agents,insights,quick-connect,workflow-builder,otel,chat-hub",
  EXTERNAL_FRONTEND_HOOKS_URLS: "",
};

const fixed: Readonly<Record<string, string>> = {
  N8N_LISTEN_ADDRESS: "127.0.0.1",
  N8N_HOST: "127.0.0.1",
  N8N_SECURE_COOKIE: "false",
  N8N_ENCRYPTION_KEY: "for-tests-on-this-machine-only",
  N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: "true",
  N8N_EXPRESSION_ENGINE_POOL_SIZE: "4",
  N8N_LOG_LEVEL: "warn",
  N8N_LOG_OUTPUT: "console",
  NODE_ENV: "production",
};

export interface N8nOptions {
  /** The program of n8n. */
  readonly program: string;
  /** Where it keeps its data; the same folder again is the same n8n. */
  readonly userFolder: string;
  /** `start` unless given. */
  readonly command?: "start" | "webhook" | "worker";
  readonly words?: readonly string[];
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of n8n that is ready. */
export interface N8nProcess {
  readonly url: string;
  readonly port: number;
  readonly userFolder: string;
  /** What it wrote so far. */
  log(): string;
  /** Resolves once it has ended. SIGTERM, and SIGKILL where that does not help within 20 s. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const readyWithinMs = 180_000;

/** Starts one process of n8n on loopback and waits until it is ready. */
export async function startN8n(options: N8nOptions): Promise<N8nProcess> {
  const { program, userFolder, command = "start", words = [] } = options;
  const port = options.port ?? (await freePort());
  const broker = await freePort();
  mkdirSync(join(userFolder, ".n8n"), { recursive: true });
  const child = spawn(process.execPath, [program, command, ...words], {
    cwd: userFolder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: userFolder,
      ...quiet,
      ...fixed,
      N8N_USER_FOLDER: userFolder,
      N8N_PORT: String(port),
      QUEUE_HEALTH_CHECK_PORT: String(port),
      N8N_RUNNERS_BROKER_PORT: String(broker),
      WEBHOOK_URL: `http://127.0.0.1:${port}/`,
      ...options.env,
    },
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (written += String(chunk)));
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(child, `${url}/healthz/readiness`);
  } catch (thrown) {
    await end(child, "SIGKILL");
    throw new Error(`n8n ${command} did not get ready: ${written.slice(-4000)}`, { cause: thrown });
  }
  return { url, port, userFolder, log: () => written, stop: (signal) => end(child, signal ?? "SIGTERM") };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + readyWithinMs;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("It ended by itself.");
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await pause(200);
  }
  throw new Error("It took too long.");
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(timer);
}

/** A port of loopback that nobody has just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
