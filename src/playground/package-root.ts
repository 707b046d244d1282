import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlaygroundError } from "./playground-error.ts";

/** The folder of this package: the sources and the build lie at different depths in it. */
export function findPackageRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (
      existsSync(file) &&
      (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "instamojo-flow-nodes"
    ) {
      return folder;
    }
  }
  throw new PlaygroundError("not-built", "The package instamojo-flow-nodes is not complete. Install it again.");
}
