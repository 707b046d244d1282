import { describe, expect, it } from "@jest/globals";
import { listFiles, listSources, listTopLevel, readText } from "./repository.ts";

/** Closed: a new entry at the top of the checkout is a decision, made here. */
const topLevel = [
  "package.json",
  "tsconfig.json",
  "manifest.json",
  "nodes",
  "schemas",
  "src",
  "test",
  "package-lock.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs",
  "scripts",
  "biome.json",
  ".gitignore",
  ".ci",
];

const drawers = /(^|\/)(utils?|misc|common|helpers?|shared|stuff)(\.[a-z.]+|\/)/;
const isCode = (path: string): boolean => /\.(ts|tsx|mjs)$/.test(path);
const linesOf = (path: string): number => readText(path).trimEnd().split("\n").length;

describe("layout", () => {
  it("has exactly the top-level entries of the list", () => {
    expect(listTopLevel()).toEqual([...topLevel].sort());
  });

  it("names every folder and code file in kebab-case", () => {
    const names = listFiles().filter(isCode);
    const kebab = /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(ts|tsx|mjs)$/;
    expect(names.filter((path) => !kebab.test(path))).toEqual([]);
  });

  it("has no drawer for things without a name, test/helpers excepted", () => {
    const paths = listFiles().filter((path) => !path.startsWith("test/helpers/"));
    expect(paths.filter((path) => drawers.test(path))).toEqual([]);
    expect(drawers.test("src/utils/text.ts") && drawers.test("src/runtime/misc.ts")).toBe(true);
  });

  it("keeps node files within 120 lines and other sources within 250", () => {
    const limit = (path: string): number => (path.startsWith("nodes/") ? 120 : 250);
    const tooLong = listSources().filter((path) => linesOf(path) > limit(path));
    expect(tooLong.map((path) => `${path}: ${linesOf(path)}`)).toEqual([]);
  });

  it("names every node file after the id it declares", () => {
    const files = listSources().filter((path) => path.startsWith("nodes/") && path !== "nodes/index.ts");
    const misnamed = files.filter((path) => {
      const id = path.slice("nodes/".length, -".ts".length);
      return !readText(path).includes(`id: "${id}"`);
    });
    expect(files).toContain("nodes/create-refund.ts");
    expect(misnamed).toEqual([]);
  });
});
