import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout, without a trailing slash. */
export const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export interface PackageManifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { readonly optional?: boolean }>;
  readonly scripts: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
  readonly files: readonly string[];
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly engines: { readonly node: string };
  readonly version: string;
}

export interface LockedPackage {
  readonly version?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly peer?: boolean;
  readonly devOptional?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

export function readText(path: string): string {
  return readFileSync(`${repositoryRoot}/${path}`, "utf8");
}

export function readPackageManifest(): PackageManifest {
  return JSON.parse(readText("package.json"));
}

/** Every package of the lock file by its path in node_modules, the project itself excepted. */
export function readLockedPackages(): Map<string, LockedPackage> {
  const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Record<string, LockedPackage> };
  return new Map(Object.entries(packages).filter(([path]) => path !== ""));
}

/** Names at the top of the checkout that belong to it: all but what .gitignore names, and `.git`. */
export function listTopLevel(): string[] {
  const ignored = readText(".gitignore")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^\/|\/$/g, ""));
  return readdirSync(repositoryRoot)
    .filter((name) => name !== ".git")
    .filter(
      (name) => !ignored.some((entry) => name === entry || (entry.startsWith("*") && name.endsWith(entry.slice(1)))),
    )
    .sort();
}

/** Every file of the checkout, relative to its root, with `/` between folders. */
export function listFiles(): string[] {
  return listTopLevel().flatMap(filesUnder);
}

function filesUnder(path: string): string[] {
  try {
    return readdirSync(`${repositoryRoot}/${path}`).flatMap((name) => filesUnder(`${path}/${name}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw error;
  }
}

/** The TypeScript files that are shipped. */
export function listSources(): string[] {
  return listFiles().filter((path) => /^(nodes|schemas|src)\/.*\.tsx?$/.test(path));
}
