/** Work that is due at a time of the simulator's clock. */
export interface Agenda {
  add(dueAt: number, run: () => void | Promise<void>): void;
  /** Starts what is due and sets the timer for the next. */
  wake(): void;
  /** Resolves when nothing is due and nothing runs. */
  settled(): Promise<void>;
  /** Forgets what has not started. */
  clear(): void;
  /** Ends the timer for good; what runs is left to its own abort signal. */
  stop(): Promise<void>;
}

interface Job {
  dueAt: number;
  run: () => void | Promise<void>;
}

/** The clock may be injected and stand still, so the timer never fires more often than this. */
const leastPauseMs = 20;
const longestPauseMs = 60_000;

export function createAgenda(now: () => number, onError: (error: unknown) => void): Agenda {
  let jobs: Job[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const running = new Set<Promise<void>>();

  function wake(): void {
    clearTimeout(timer);
    if (isStopped) return;
    const at = now();
    const due = jobs.filter((job) => job.dueAt <= at).sort((a, b) => a.dueAt - b.dueAt);
    jobs = jobs.filter((job) => job.dueAt > at);
    for (const job of due) start(job);
    const next = Math.min(...jobs.map((job) => job.dueAt));
    if (!Number.isFinite(next)) return;
    timer = setTimeout(wake, Math.min(Math.max(next - at, leastPauseMs), longestPauseMs));
    timer.unref();
  }

  function start(job: Job): void {
    const run = Promise.resolve()
      .then(job.run)
      .catch(onError)
      .finally(() => {
        wake();
        running.delete(run);
      });
    running.add(run);
  }

  async function settled(): Promise<void> {
    wake();
    while (running.size > 0) await Promise.allSettled(running);
  }

  return {
    add(dueAt, run) {
      jobs.push({ dueAt, run });
    },
    wake,
    settled,
    clear() {
      jobs = [];
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      jobs = [];
      await Promise.allSettled(running);
    },
  };
}
