import type { SeededRandom } from "../crash/seeded-random.ts";

/** No input grows beyond this; what the product takes is less. */
const maxLength = 70_000;

type Mutation = (text: string, random: SeededRandom, words: readonly string[]) => string;

const cut = (text: string, random: SeededRandom): readonly [number, number] => {
  const from = random.whole(0, text.length);
  return [from, random.whole(from, Math.min(text.length, from + 40))];
};

const mutations: readonly Mutation[] = [
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, to) + text.slice(from, to) + text.slice(to);
  },
  (text, random, words) => {
    const [from, to] = cut(text, random);
    return text.slice(0, from) + random.pick(words) + text.slice(random.fraction() < 0.5 ? from : to);
  },
  (text, random) => {
    const at = random.whole(0, text.length);
    return text.slice(0, at) + String.fromCharCode(random.whole(0, 0xffff)) + text.slice(at + 1);
  },
  (text, random) => {
    const at = random.whole(0, text.length);
    const code = (text.charCodeAt(at) || 0) ^ (1 << random.whole(0, 6));
    return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
  },
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, to) + text.slice(from, to).repeat(random.pick([2, 8, 120])) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = cut(text, random);
    const rest = text.slice(0, from) + text.slice(to);
    const at = random.whole(0, rest.length);
    return rest.slice(0, at) + text.slice(from, to) + rest.slice(at);
  },
];

/** A text that is one to four steps from another one; `words` are what is worth to be put in. */
export function mutate(text: string, random: SeededRandom, words: readonly string[]): string {
  let changed = text;
  for (let left = random.whole(1, 4); left > 0; left -= 1) {
    changed = random.pick(mutations)(changed, random, words).slice(0, maxLength);
  }
  return changed;
}
