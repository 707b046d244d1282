import { parseArgs } from "node:util";
import { type StoreKind, storeKinds } from "./ledgers.ts";

/** What a run of the harness is asked for. */
export interface CrashOptions {
  readonly seed: number;
  /** What keeps the ledger. */
  readonly store: StoreKind;
  /** Least number of kills, and of messages answered 200, together over all chapters. */
  readonly kills: number;
  readonly answered: number;
  /** Kills of one chapter: one ledger and one gateway. */
  readonly killsPerChapter: number;
  /** Messages that wait to be sent in each life. */
  readonly messagesPerLife: number;
  /** Chapters at the same time. */
  readonly jobs: number;
  /** Kills of each control, 0 for none. */
  readonly controlKills: number;
  /** Messages of the power-loss recording, 0 for none. */
  readonly powerMessages: number;
  /** One of so many moments of a recording is tried. */
  readonly every: number;
  /** Keeps what is done, one line of JSON a chapter; a run with the same file goes on after it. */
  readonly resume: string | null;
}

export const help = `Kills a host with SIGKILL at each step of a message and judges by the local Instamojo what was lost or told twice.

  npm run test:crash -- [options]

  --store S               what keeps the ledger: sqlite, or postgres, whose server crashes now and then too (sqlite)
  --seed N                of the first chapter; each next one has the next seed (1)
  --kills N               least number of kills (1000)
  --answered N            least number of messages answered 200 (100000)
  --kills-per-chapter N   kills of one ledger (50)
  --messages-per-life N   messages that wait to be sent in each life, repeats included (240)
  --jobs N                chapters at the same time (2)
  --control-kills N       kills of each control with a planted mistake; 0 leaves the controls out (15)
  --power-messages N      messages of the power-loss recording; 0 leaves it out (1500). It needs strace, and is
                          about the ledger in a file alone.
  --every N               tries one of N moments of a recording (5)
  --resume FILE           keeps finished chapters in FILE and goes on after them
`;

/** Reads the command line; null when only help was asked for. Throws on what it does not know. */
export function readOptions(args: string[]): CrashOptions | null {
  const number = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const { values } = parseArgs({
    args,
    options: {
      store: { type: "string", default: "sqlite" },
      seed: number("1"),
      kills: number("1000"),
      answered: number("100000"),
      "kills-per-chapter": number("50"),
      "messages-per-life": number("240"),
      jobs: number("2"),
      "control-kills": number("15"),
      "power-messages": number("1500"),
      every: number("5"),
      resume: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const whole = (name: keyof typeof values, least: number): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < least) throw new Error(`--${name} is a whole number from ${least} on.`);
    return value;
  };
  const store = storeKinds.find((kind) => kind === values.store);
  if (!store) throw new Error(`--store is one of ${storeKinds.join(", ")}.`);
  return {
    store,
    seed: whole("seed", 0),
    kills: whole("kills", 0),
    answered: whole("answered", 0),
    killsPerChapter: whole("kills-per-chapter", 1),
    messagesPerLife: whole("messages-per-life", 10),
    jobs: whole("jobs", 1),
    controlKills: whole("control-kills", 0),
    powerMessages: store === "sqlite" ? whole("power-messages", 0) : 0,
    every: whole("every", 1),
    resume: values.resume ?? null,
  };
}
