import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { seededRandom } from "../crash/seeded-random.ts";
import { readCorpus } from "./corpus.ts";
import { allTargets, fuzz, judge } from "./fuzz.ts";
import { formTarget } from "./form-target.ts";
import { prototypeKeys } from "./prototypes.ts";
import { replyTarget, tryEveryCall } from "./reply-target.ts";
import type { Target } from "./target.ts";

const before = prototypeKeys();
afterEach(() => expect(prototypeKeys()).toBe(before));

let targets: readonly Target[];
beforeAll(async () => {
  targets = await allTargets();
});

describe("every input that is kept", () => {
  it.each(["form", "receiver", "reply", "confirm"])("is taken well by the target %s", async (name) => {
    const target = targets.find((candidate) => candidate.name === name) as Target;
    const problems: string[] = [];
    for (const { name: entry, text } of readCorpus(target.corpus)) {
      for (let seed = 0; seed < 6; seed += 1) {
        const problem = await judge(target, text, seededRandom(seed));
        if (problem !== null) problems.push(`${entry}: ${problem}`);
      }
    }
    expect(problems).toEqual([]);
  });

  it("is taken well by every call of the client", async () => {
    const problems: string[] = [];
    for (const { name, text } of readCorpus("reply")) {
      const problem = await tryEveryCall(text);
      if (problem !== null) problems.push(`${name}: ${problem}`);
    }
    expect(problems).toEqual([]);
  });
});

describe("inputs that are changed at random", () => {
  it.each([
    ["form", 3_000],
    ["receiver", 1_500],
    ["reply", 1_000],
    ["confirm", 1_000],
  ])("upset nothing, forge nothing and leave the prototypes alone: %s", async (name, runs) => {
    const one = targets.filter((target) => target.name === name);
    expect(await fuzz({ seed: 20_160_509, runs, targets: one })).toEqual({ tried: { [name]: runs }, findings: [] });
  });

  it("are the same again for the same seed", async () => {
    const seen: string[][] = [[], []];
    for (const inputs of seen) {
      const collecting: Target = { ...formTarget, check: (input) => (inputs.push(input) > 0 ? null : "") };
      await fuzz({ seed: 7, runs: 50, targets: [collecting] });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(new Set(seen[0]).size).toBeGreaterThan(45);
  });

  it.each<[string, Target]>([
    ["a throw", { ...formTarget, check: (input) => decodeURIComponent(input) && null }],
    ["a word", { ...replyTarget, check: (input) => (input.includes("__proto__") ? "seen" : null) }],
    [
      "a prototype",
      {
        ...formTarget,
        check(input) {
          const key = `left-by-${input.length}`;
          Object.defineProperty(Object.prototype, key, { value: 1, configurable: true });
          setImmediate(() => Reflect.deleteProperty(Object.prototype, key));
          return null;
        },
      },
    ],
  ])("are seen to do harm by %s", async (_, target) => {
    const { findings } = await fuzz({ seed: 1, runs: 300, targets: [target] });
    expect(findings.length).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
  });
});
