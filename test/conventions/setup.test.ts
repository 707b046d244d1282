import { describe, expect, it } from "@jest/globals";
import { readPackageManifest, readText } from "./repository.ts";

/** Optional chaining, `??`, logical assignment, `node:` specifiers and top-level await: all younger than Node 12. */
const tooNew = /\?\.[a-z[(]|\?\?|\|\|=|&&=|from "node:|^await /m;

describe("set-up", () => {
  it("goes before every command that a fresh checkout is given", () => {
    const { scripts } = readPackageManifest();
    const before = ["prestart", "pretest", "precheck", "prepack"].map((name) => scripts[name]);
    expect(new Set(before)).toEqual(new Set(["node scripts/setup.mjs"]));
  });

  it("is written for whatever Node a machine has", () => {
    expect(readText("scripts/setup.mjs")).not.toMatch(tooNew);
    expect(readText("scripts/build.mjs")).toMatch(tooNew);
  });

  it("leaves stdout to the command", () => {
    const written = readText("scripts/setup.mjs") + readText("scripts/build.mjs");
    expect(written).not.toMatch(/console\.(log|info)|process\.stdout|stdio: "inherit"/);
    expect(written).toContain('stdio: ["ignore", 2, 2]');
  });
});
