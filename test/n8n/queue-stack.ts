import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";
import { connectN8n, type N8nClient } from "./n8n-client.ts";
import { freePort, type N8nOptions, type N8nProcess, startN8n } from "./n8n-process.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { installPackage, prepared } from "./scene.ts";

type Part = "main" | "webhook" | "worker-1" | "worker-2";

/** n8n in queue mode: PostgreSQL, Redis, main, a process for webhooks, two workers; each with the package. */
export interface QueueStack {
  readonly n8n: N8nClient;
  /** Where webhooks come in. */
  readonly webhookUrl: string;
  readonly redis: RedisServer;
  /** Ends one process with SIGKILL and starts it again. */
  killAndRestart(part: Part): Promise<void>;
  close(): Promise<void>;
}

const commands: Readonly<Record<Part, Pick<N8nOptions, "command" | "words">>> = {
  main: { command: "start" },
  webhook: { command: "webhook" },
  "worker-1": { command: "worker", words: ["--concurrency=10"] },
  "worker-2": { command: "worker", words: ["--concurrency=10"] },
};

function sharedEnv({ database, redis, webhookUrl }: { database: URL; redis: RedisServer; webhookUrl: string }) {
  return {
    EXECUTIONS_MODE: "queue",
    QUEUE_BULL_REDIS_HOST: "127.0.0.1",
    QUEUE_BULL_REDIS_PORT: String(redis.port),
    QUEUE_HEALTH_CHECK_ACTIVE: "true",
    // A worker that died is noticed within seconds: the host is told and sends the event again.
    QUEUE_WORKER_LOCK_DURATION: "6000",
    QUEUE_WORKER_LOCK_RENEW_TIME: "2000",
    QUEUE_WORKER_STALLED_INTERVAL: "3000",
    DB_TYPE: "postgresdb",
    DB_POSTGRESDB_HOST: database.hostname,
    DB_POSTGRESDB_PORT: database.port,
    DB_POSTGRESDB_DATABASE: database.pathname.slice(1),
    DB_POSTGRESDB_USER: database.username,
    DB_POSTGRESDB_PASSWORD: database.password,
    WEBHOOK_URL: `${webhookUrl}/`,
    OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: "true",
  };
}

export async function startQueueStack(): Promise<QueueStack> {
  const { program, tarball } = prepared();
  const folder = mkdtempSync(join(tmpdir(), "n8n-queue-"));
  const running = new Map<Part, N8nProcess>();
  const restarts: Promise<void>[] = [];
  let postgres: PostgresServer | undefined;
  let redis: RedisServer | undefined;

  async function close(): Promise<void> {
    // What is being started now would outlive the test.
    await Promise.allSettled(restarts);
    const ends = await Promise.allSettled([...running.values()].map((process) => process.stop()));
    ends.push(...(await Promise.allSettled([redis?.stop(), postgres?.stop()])));
    rmSync(folder, { recursive: true, force: true });
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  try {
    postgres = await startPostgres();
    redis = await startRedis();
    const ports = new Map<Part, number>();
    for (const part of Object.keys(commands) as Part[]) ports.set(part, await freePort());
    const webhookUrl = `http://127.0.0.1:${ports.get("webhook")}`;
    const env = sharedEnv({ database: new URL(await postgres.createDatabase()), redis, webhookUrl });
    const start = async (part: Part) => {
      const options = { program, userFolder: join(folder, part), port: ports.get(part) as number, env };
      running.set(part, await startN8n({ ...options, ...commands[part] }));
    };
    const restart = async (part: Part) => {
      await running.get(part)?.stop("SIGKILL");
      await start(part);
    };
    for (const part of ports.keys()) {
      await installPackage(join(folder, part), tarball);
      await start(part);
    }
    return {
      n8n: await connectN8n(`http://127.0.0.1:${ports.get("main")}`),
      webhookUrl,
      redis,
      killAndRestart(part) {
        const restarted = restart(part);
        restarts.push(restarted);
        return restarted;
      },
      close,
    };
  } catch (thrown) {
    await close().catch(() => {});
    throw thrown;
  }
}
