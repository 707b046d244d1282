import type { Terminal } from "./command.ts";

/** The terminal of this process. */
export function openTerminal(): Terminal {
  hideSqliteNotice();
  return {
    env: process.env,
    out: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    untilStopped: () =>
      new Promise((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
          // The second one ends the process at once, should closing hang.
          process.once(signal, () => resolve());
        }
      }),
  };
}

/** Node calls its SQLite experimental at each start. That says nothing to who types a command, so it is left out. */
function hideSqliteNotice(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite/.test(String(warning))) emitWarning(warning, ...rest);
  }) as typeof process.emitWarning;
}
