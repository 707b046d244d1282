import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { type ChapterResult, runChapter } from "./chapter.ts";
import { type CrashStep, crashSteps } from "./fault-points.ts";
import type { Ledgers } from "./ledgers.ts";
import type { CrashOptions } from "./options.ts";

/** All chapters of the product as it is, together. */
export interface Figures {
  readonly chapters: number;
  readonly kills: number;
  readonly killsByStep: Readonly<Record<CrashStep | "random", number>>;
  readonly serverCrashes: number;
  readonly answered: number;
  readonly paid: number;
  readonly received: number;
  readonly repeats: number;
  readonly lost: number;
  readonly extra: number;
  readonly misplaced: number;
  readonly examples: readonly string[];
}

/** Runs chapters, a few at a time, until there are kills and answers enough; each has the seed after the one before. */
export async function runChapters(
  { program, ledgers }: { readonly program: string; readonly ledgers: Ledgers },
  options: CrashOptions,
  onChapter: (result: ChapterResult) => void,
): Promise<Figures> {
  const { resume, seed, jobs, killsPerChapter, messagesPerLife } = options;
  const results = resume === null ? [] : readResults(resume, options);
  const done = new Set(results.map((result) => result.seed));
  let next = seed;
  const isEnough = (): boolean => {
    const { kills, answered } = sum(results);
    return kills >= options.kills && answered >= options.answered;
  };
  async function work(): Promise<void> {
    while (!isEnough()) {
      while (done.has(next)) next += 1;
      done.add(next);
      const result = await runChapter({
        program,
        ledgers,
        seed: next,
        kills: killsPerChapter,
        variant: "sound",
        messagesPerLife,
      });
      results.push(result);
      if (resume !== null) appendFileSync(resume, `${JSON.stringify(result)}\n`);
      onChapter(result);
    }
  }
  await Promise.all(Array.from({ length: jobs }, work));
  return sum(results);
}

function readResults(file: string, { killsPerChapter, store }: CrashOptions): ChapterResult[] {
  if (!existsSync(file)) return [];
  const results = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ChapterResult);
  return results.filter((result) => total(result.kills) === killsPerChapter && result.store === store);
}

function total(kills: ChapterResult["kills"]): number {
  return Object.values(kills).reduce((left, right) => left + right, 0);
}

function sum(results: readonly ChapterResult[]): Figures {
  const add = (of: (result: ChapterResult) => number): number => results.reduce((left, result) => left + of(result), 0);
  const steps = [...crashSteps, "random"] as const;
  return {
    chapters: results.length,
    kills: add(({ kills }) => total(kills)),
    killsByStep: Object.fromEntries(
      steps.map((step) => [step, add(({ kills }) => kills[step])]),
    ) as Figures["killsByStep"],
    serverCrashes: add(({ serverCrashes }) => serverCrashes),
    answered: add(({ answered }) => answered),
    paid: add(({ paid }) => paid),
    received: add(({ received }) => received),
    repeats: add(({ repeats }) => repeats),
    lost: add(({ lost }) => lost),
    extra: add(({ extra }) => extra),
    misplaced: add(({ misplaced }) => misplaced),
    examples: results
      .flatMap(({ seed, examples }) => examples.map((example) => `seed ${seed}: ${example}`))
      .slice(0, 10),
  };
}
