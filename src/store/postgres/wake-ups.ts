import { type WakeKind, wakeKinds } from "../../runtime/coordination.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { Statements } from "./database.ts";
import { loadPgBoss } from "./load-peers.ts";
import { postgresFault } from "./postgres-fault.ts";
import { type Announcer, createAnnouncer, listenForAnnouncements } from "./announcements.ts";

/**
 * Wake-ups between the processes of a ledger: jobs of pg-boss that say that there is something to do, and not what. The
 * tables of the ledger know what, and are looked through from time to time, so a job that is lost costs half a second.
 */
export interface WakeUps {
  /** Adds a job to the transaction that stores what there is to do. Never fails it. */
  add(statements: Statements, kind: WakeKind): Promise<void>;
  /** The transaction is committed: whoever waits may look. */
  announce(kind: WakeKind): void;
  /** Takes jobs from now on. Each wakes one process. */
  listen(onWake: (kind: WakeKind) => void): Promise<void>;
  close(): Promise<void>;
}

const schema = "instamojo_jobs";
const queueOf = (kind: WakeKind): string => `instamojo-${kind}`;
/** A job that nobody takes for so long is of no use any more. */
const queueOptions = { retentionSeconds: 600, deleteAfterSeconds: 60, retryLimit: 0, expireInSeconds: 30 };
/** Where announcements do not come through. */
const pollingIntervalSeconds = 2;
/** So many commits may be one wake-up. */
const batchSize = 500;

/** @throws {FlowError} `store_unavailable` when the queues cannot be made ready, or `pg-boss` is missing */
export async function openWakeUps(url: string, logger: Logger): Promise<WakeUps> {
  const PgBoss = await loadPgBoss();
  const boss = new PgBoss({
    connectionString: url,
    application_name: "instamojo-flow jobs",
    schema,
    max: 2,
    schedule: false,
    monitorVacuum: false,
  });
  boss.on("error", () => logger.info("A wake-up was not passed on; due work is looked for by itself."));
  const announcer: Announcer = createAnnouncer(url);
  let stopListening = async () => {};
  try {
    await boss.start();
    for (const kind of wakeKinds) await boss.createQueue(queueOf(kind), queueOptions);
  } catch (fault) {
    await boss.stop({ graceful: false }).catch(() => {});
    throw postgresFault(fault);
  }

  return {
    async add(statements, kind) {
      const db = {
        executeSql: async (sql: string, values?: unknown[]) => ({ rows: await statements.all(sql, values) }),
      };
      await statements.run("SAVEPOINT wake_up");
      try {
        await boss.send(queueOf(kind), null, { db });
      } catch {
        await statements.run("ROLLBACK TO SAVEPOINT wake_up");
      }
    },
    announce: (kind) => announcer.announce(kind),
    async listen(onWake) {
      const workers = new Map<WakeKind, string>();
      for (const kind of wakeKinds) {
        const options = { batchSize, pollingIntervalSeconds };
        workers.set(kind, await boss.work(queueOf(kind), options, async () => onWake(kind)));
      }
      stopListening = listenForAnnouncements(url, (kind) => {
        for (const [known, worker] of workers) if (kind === null || kind === known) boss.notifyWorker(worker);
      });
    },
    async close() {
      await stopListening();
      await announcer.close();
      await boss.stop({ graceful: false }).catch(() => {});
    },
  };
}
