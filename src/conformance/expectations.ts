import { canonicalJson } from "../runtime/canonical-json.ts";

/** The host did something else than it must. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
}

export function ensure(isSo: boolean, sentence: string): asserts isSo {
  if (!isSo) throw new ConformanceError(sentence);
}

/** Compares plain JSON. */
export function ensureSame(found: unknown, expected: unknown, what: string): void {
  if (canonicalJson(found) === canonicalJson(expected)) return;
  throw new ConformanceError(`${what} must be ${JSON.stringify(expected)}, and is ${JSON.stringify(found)}.`);
}

const lookMs = 20;

/** Resolves with the first value that `look` finds; rejects with the sentence when the time is up. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  { withinMs, sentence }: { readonly withinMs: number; readonly sentence: string },
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new ConformanceError(sentence);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
