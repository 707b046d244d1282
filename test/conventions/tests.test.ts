import { describe, expect, it } from "@jest/globals";
import { listFiles, readText } from "./repository.ts";

const tests = listFiles().filter((path) => /^test\/.*\.test\.tsx?$/.test(path));
const focusedOrSkipped =
  /\b(describe|it|test)(\.each)?\.(only|skip|todo|failing)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\(/;
const assertion = /\bexpect\s*(\.\w+\s*)?\(|\bassert(Property)?\b|\bfc\.assert\b/;

describe("test files", () => {
  it("are found", () => {
    expect(tests).toContain("test/conventions/tests.test.ts");
  });

  it("each assert something", () => {
    expect(tests.filter((path) => !assertion.test(readText(path)))).toEqual([]);
  });

  it("neither focus nor skip a test", () => {
    expect(tests.filter((path) => focusedOrSkipped.test(readText(path)))).toEqual([]);
    expect(focusedOrSkipped.test(["it", "only("].join("."))).toBe(true);
  });

  it("end in .test.ts wherever they hold a test", () => {
    const others = listFiles().filter((path) => /^test\/.*\.tsx?$/.test(path) && !tests.includes(path));
    expect(others.filter((path) => /^\s*(describe|it|test)(\.each)?\(/m.test(readText(path)))).toEqual([]);
  });
});
