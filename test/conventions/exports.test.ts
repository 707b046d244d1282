import { describe, expect, it } from "@jest/globals";
import { listFiles, listSources, readText } from "./repository.ts";

/** Node-RED calls the default export of a node file. */
const demandedByHosts = /^src\/(hosts\/node-red\/nodes|playground\/chat-nodes\/[a-z-]+)\.ts$/;
const defaultExport = /^export default\b|^export \{[^}]*\bas default\b/m;

describe("exports", () => {
  it("are named, but where a host demands a default export", () => {
    const files = [...listSources(), ...listFiles().filter((path) => /^(test|scripts)\/.*\.(ts|tsx|mjs)$/.test(path))];
    const found = files.filter((path) => !demandedByHosts.test(path) && defaultExport.test(readText(path)));
    expect(found).toEqual([]);
    expect(defaultExport.test('export { run as default } from "./run.ts";')).toBe(true);
  });
});
