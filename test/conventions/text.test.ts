import { describe, expect, it } from "@jest/globals";
import { listFiles, readText } from "./repository.ts";

const readable = /\.(ts|tsx|mjs|js|json|md|html|css|yml|yaml)$|^\.ci\/|^\.gitignore$|^LICENSE$/;
const texts = listFiles()
  .filter((path) => readable.test(path))
  .map((path) => ({ path, text: readText(path) }));

/** Spelled in halves so that this file does not hold what it forbids. */
const forbidden = [
  {
    what: "a path of one machine",
    pattern: new RegExp(`(?<![\\w.])/(${["wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]+"].join("|")})/`),
  },
  {
    what: "a registry's host",
    pattern: new RegExp(["registry.np" + "mjs", "npm" + "mirror", "registry.yarn" + "pkg"].join("|")),
  },
  { what: "an issue number", pattern: new RegExp("\\bissues? ?" + "#\\d", "i") },
  { what: "an unfinished note", pattern: new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\\b`) },
];

describe("text of the repository", () => {
  it.each(forbidden)("has nowhere $what", ({ pattern }) => {
    const found = texts.filter(({ text }) => pattern.test(text));
    expect(found.map(({ path, text }) => `${path}: ${pattern.exec(text)?.[0]}`)).toEqual([]);
  });

  it("points only to documents that exist", () => {
    const documents = new Set(listFiles().filter((path) => path.endsWith(".md")));
    const isKnown = (name: string): boolean =>
      [...documents].some((path) => path === name || path.endsWith(`/${name}`)) ||
      documents.has(name.replace(/^(\.\.?\/)+/, ""));
    // A lock file names the licence files of others.
    const written = texts.filter(({ path }) => !path.endsWith("package-lock.json"));
    const dead = written.flatMap(({ path, text }) =>
      [...text.replace(/https?:\/\/\S+/g, "").matchAll(/[\w./-]*\w\.md\b/g)]
        .map(([name]) => name.replace(/^\.\//, ""))
        .filter((name) => !isKnown(name) && !isKnown(name.replace(/^.*\.\.\//, "")))
        .map((name) => `${path}: ${name}`),
    );
    expect([...new Set(dead)]).toEqual([]);
  });
});
