import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { PlaygroundError } from "./playground-error.ts";

const require = createRequire(import.meta.url);

/** Finds the file of an optional peer. Throws {@link PlaygroundError} that names the package to install. */
export function findPeer(specifier: string, remedy: string): string {
  try {
    return require.resolve(specifier);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw cause;
    throw missing(specifier, remedy, cause);
  }
}

/** Loads an optional peer. */
export async function importPeer(
  specifier: string,
  remedy: string,
): Promise<{ file: string; module: Record<string, unknown> }> {
  const file = findPeer(specifier, remedy);
  return { file, module: (await import(pathToFileURL(file).href)) as Record<string, unknown> };
}

/** The package of a specifier: `deep-chat` of `deep-chat/dist/deepChat.bundle.js`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function missing(specifier: string, remedy: string, cause: unknown): PlaygroundError {
  return new PlaygroundError(
    "missing-peer",
    `The playground needs the package ${packageOf(specifier)}. Install it with: ${remedy}`,
    {
      cause,
    },
  );
}
