import { createRequire } from "node:module";
import { UsageError } from "./command.ts";

const require = createRequire(import.meta.url);

/** Refuses when a package that a command needs is not installed; names all that are missing, and how to install them. */
export function requirePeers(command: string, packages: readonly string[]): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const [what, them] = missing.length === 1 ? ["a package that is", "it"] : ["packages that are", "them"];
  throw new UsageError(
    `instamojo-flow ${command} needs ${what} not installed: ${missing.join(", ")}. Install ${them} with: npm install ${missing.join(" ")}`,
  );
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    // A package that has an entry only for modules is there all the same.
    if ((error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return true;
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return false;
    throw error;
  }
}
