import type { SeededRandom } from "../crash/seeded-random.ts";
import type { CorpusKind } from "./corpus.ts";

/** Something that takes what strangers send. */
export interface Target {
  readonly name: string;
  readonly corpus: CorpusKind;
  /** What is worth to be put into an input. */
  readonly words: readonly string[];
  /** Hands it one input, and says what was wrong with how it took it; null when nothing was. A throw is wrong too. */
  check(input: string, random: SeededRandom): string | null | Promise<string | null>;
}

const never = "__proto__ constructor prototype toString hasOwnProperty".split(" ");

/** Words that some code trips over, whatever it reads. */
export const anyWords: readonly string[] = [
  ...never,
  "",
  "\u0000",
  "\ud800",
  "\udfff",
  "\ufeff",
  "\u{1f600}",
  "आ",
  "|",
  "-1",
  "0",
  "1e309",
  "9007199254740993",
  "NaN",
  "null",
  "true",
  "MOJO5a06005J21512197",
  "05f317448ad84649aa1a9c7328edb015",
];
