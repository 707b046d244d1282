import { type SeededRandom, seededRandom } from "../crash/seeded-random.ts";
import { confirmTarget } from "./confirm-target.ts";
import { readCorpus } from "./corpus.ts";
import { formTarget } from "./form-target.ts";
import { mutate } from "./mutate.ts";
import { mutateJson } from "./mutate-json.ts";
import { prototypeKeys } from "./prototypes.ts";
import { receiverTarget } from "./receiver-target.ts";
import { replyTarget } from "./reply-target.ts";
import type { Target } from "./target.ts";

export interface Finding {
  readonly target: string;
  /** Seed and run of this input; with the same corpus they make it again. */
  readonly seed: number;
  readonly run: number;
  readonly problem: string;
  readonly input: string;
}

export interface FuzzReport {
  /** Inputs that were tried, by target. */
  readonly tried: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export async function allTargets(): Promise<readonly Target[]> {
  return [formTarget, await receiverTarget(), replyTarget, await confirmTarget()];
}

/** Hands one input to a target; a throw is a problem, and so is a prototype that has another key afterwards. */
export async function judge(target: Target, input: string, random: SeededRandom): Promise<string | null> {
  const before = prototypeKeys();
  try {
    const problem = await target.check(input, random);
    return prototypeKeys() === before ? problem : "a prototype was changed";
  } catch (thrown) {
    return `threw ${String(thrown)}`;
  }
}

/** Replies are mostly changed so that they still are JSON, and what comes after the parser is reached. */
function changed(
  { corpus }: Target,
  text: string,
  { random, words }: { readonly random: SeededRandom; readonly words: readonly string[] },
): string {
  const json = corpus === "reply" && random.fraction() < 0.7 ? mutateJson(text, random) : null;
  return json ?? mutate(text, random, words);
}

/** Mutations of the corpus, so many for each target. A finding ends its target's turn after ten. */
export async function fuzz({
  seed,
  runs,
  targets,
}: {
  readonly seed: number;
  readonly runs: number;
  readonly targets: readonly Target[];
}): Promise<FuzzReport> {
  const findings: Finding[] = [];
  const tried: Record<string, number> = {};
  for (const target of targets) {
    const corpus = readCorpus(target.corpus);
    const words = [...target.words, ...corpus.map(({ text }) => text).filter((text) => text.length < 200)];
    let found = 0;
    tried[target.name] = 0;
    for (let run = 0; run < runs && found < 10; run += 1) {
      const random = seededRandom(seed * 1_000_003 + run);
      const input = changed(target, random.pick(corpus).text, { random, words });
      const problem = await judge(target, input, random);
      tried[target.name] = run + 1;
      if (problem === null) continue;
      found += 1;
      findings.push({ target: target.name, seed, run, problem, input });
    }
  }
  return { tried, findings };
}
