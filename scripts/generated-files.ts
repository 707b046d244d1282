import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A committed file that a script writes; `path` is relative to the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** The files that differ from what was generated or are not there. */
export function staleFiles(files: readonly GeneratedFile[]): readonly GeneratedFile[] {
  return files.filter(({ path, content }) => readText(path) !== content);
}

/**
 * Writes the files; with `--check` on the command line, only says which are not current and ends with 1.
 * `command` is what a person runs to write them.
 */
export function writeOrCheck(files: readonly GeneratedFile[], { command }: { readonly command: string }): void {
  const stale = staleFiles(files);
  const isCheck = process.argv.includes("--check");
  for (const { path, content } of stale) {
    if (!isCheck) writeFileSync(absolute(path), content);
    process.stderr.write(isCheck ? `${path} is not current; write it with: ${command}\n` : `${path} written\n`);
  }
  if (isCheck && stale.length > 0) process.exitCode = 1;
}

/** The text of a file of the repository, or null when it is not there. */
export function readText(path: string): string | null {
  try {
    return readFileSync(absolute(path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function absolute(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
