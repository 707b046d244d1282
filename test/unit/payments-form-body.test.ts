import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseForm } from "../../src/payments/form-body.ts";
import { reasonToRefuse } from "../fuzz/form-target.ts";

const parsed = (body: string) => {
  const fields = parseForm(body);
  return typeof fields === "string" ? fields : [...fields];
};

describe("a form", () => {
  it.each<[string, [string, string][]]>([
    ["", []],
    ["a=1", [["a", "1"]]],
    ["a=", [["a", ""]]],
    ["a", [["a", ""]]],
    ["a=1=2", [["a", "1=2"]]],
    [
      "a=1&A=2",
      [
        ["a", "1"],
        ["A", "2"],
      ],
    ],
    ["buyer+name=John+Doe", [["buyer name", "John Doe"]]],
    [
      "p=%2B91&q=a%26b%3Dc",
      [
        ["p", "+91"],
        ["q", "a&b=c"],
      ],
    ],
    ["name=%E0%A4%86%E0%A4%B6%E0%A4%BE", [["name", "आशा"]]],
    ["name=आशा", [["name", "आशा"]]],
    ["a=+1+", [["a", " 1 "]]],
    ["a=%00", [["a", "\u0000"]]],
    [
      "__proto__=x&constructor=y",
      [
        ["__proto__", "x"],
        ["constructor", "y"],
      ],
    ],
  ])("%p has the fields %p", (body, fields) => {
    expect(parsed(body)).toEqual(fields);
  });

  it.each([
    ["a=1&a=2", "repeated-key"],
    ["a=1&a=1", "repeated-key"],
    ["a=1&%61=1", "repeated-key"],
    ["__proto__=1&__proto__=2", "repeated-key"],
    ["a=%", "bad-encoding"],
    ["a=%4", "bad-encoding"],
    ["a=%GG", "bad-encoding"],
    ["%zz=1", "bad-encoding"],
    ["a=%FF", "bad-encoding"],
    ["a=%C3", "bad-encoding"],
    ["a=%C0%80", "bad-encoding"],
    ["a=%ED%A0%80", "bad-encoding"],
    ["=1", "empty-key"],
    ["&", "empty-key"],
    ["a=1&", "empty-key"],
    ["a=1&&b=2", "empty-key"],
  ])("%p is refused as %s", (body, problem) => {
    expect(parsed(body)).toBe(problem);
  });

  it("may have a hundred fields and not one more", () => {
    const body = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join("&");
    expect(parsed(body(100))).toHaveLength(100);
    expect(parsed(body(101))).toBe("too-many-fields");
    expect(parsed("&".repeat(60_000))).toBe("too-many-fields");
  });

  it("leaves the prototypes of objects alone", () => {
    parseForm("__proto__=polluted&__proto__.polluted=yes&constructor.prototype.polluted=yes");
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("comes back as it was written by another encoder, whatever its texts are", () => {
    const texts = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(
            texts.filter((key) => key !== ""),
            texts,
          ),
          { maxLength: 20, selector: ([key]) => key },
        ),
        (pairs) => {
          expect(parsed(new URLSearchParams(pairs).toString())).toEqual(pairs);
        },
      ),
    );
  });

  it("is either refused or read, never thrown over", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."a=&%+2Fé\u0000") }), (body) => {
        const fields = parseForm(body);
        expect(typeof fields === "string" || fields instanceof Map).toBe(true);
      }),
    );
  });

  it("is refused when another reader finds a reason, and is else read as others read it", () => {
    const unit = fc.constantFrom(..."abA=&%+2Ff0é\u0000\ud83d\ude00|", "%41", "%c3%a9", "%ff", "&a=");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 24 }), (body) => {
        const fields = parsed(body);
        if (reasonToRefuse(body) !== null) expect(typeof fields).toBe("string");
        else expect(fields).toEqual([...new URLSearchParams(`?${body}`)]);
      }),
      { numRuns: 2_000 },
    );
  });
});
