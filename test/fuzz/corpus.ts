import { readdirSync, readFileSync } from "node:fs";

/** `form`: bodies of messages that come in. `reply`: bodies that the gateway answers. */
export type CorpusKind = "form" | "reply";

/** An input that is kept because it is odd in a way of its own, which its name says. */
export interface CorpusEntry {
  readonly name: string;
  readonly text: string;
}

/** Every kept input of a kind. A line feed at the end of a file belongs to the file. */
export function readCorpus(kind: CorpusKind): readonly CorpusEntry[] {
  const folder = new URL(`../fixtures/fuzz-corpus/${kind}/`, import.meta.url);
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      name: file.replace(/\.txt$/, ""),
      text: readFileSync(new URL(file, folder), "utf8").replace(/\n$/, ""),
    }));
}
