import { describe, expect, it } from "@jest/globals";
import { createMask, queryOf } from "../../src/client/mask.ts";

describe("the mask over what the gateway says", () => {
  it("stars a secret wherever it occurs, in keys, values and lists, plain or percent-encoded", () => {
    const mask = createMask(["s3cret/key+", undefined, ""]);
    expect(
      mask.json({ a: "x s3cret/key+ y", "s3cret/key+": [{ deep: "s3cret%2Fkey%2B" }], n: 1, t: true, z: null }),
    ).toEqual({ a: "x *** y", "***": [{ deep: "***" }], n: 1, t: true, z: null });
    expect(mask.text("s3cret/key+s3cret/key+")).toBe("******");
  });

  it("leaves nothing of a secret that contains another secret", () => {
    expect(createMask(["abc", "abcdef"]).text("abcdef")).toBe("***");
  });

  it("masks the query of webhook, the value of mac and any access_token without knowing them", () => {
    expect(
      createMask([]).json({
        webhook: "https://shop.example/hook?id=callback&op=tag",
        mac: "1ddf3b78f84d071324c0bf1d3f095898267d60ee",
        access_token: "abc",
        purpose: "what?",
      }),
    ).toEqual({ webhook: "https://shop.example/hook?***", mac: "***", access_token: "***", purpose: "what?" });
    expect(createMask([]).json({ webhook: "https://shop.example/hook", mac: null })).toEqual({
      webhook: "https://shop.example/hook",
      mac: null,
    });
  });

  it("cuts nesting that would exhaust the stack", () => {
    const deep = JSON.parse(`{"a":${"[".repeat(5000)}"end"${"]".repeat(5000)}}`) as unknown;
    const masked = JSON.stringify(createMask(["x"]).json(deep));
    expect(masked.length).toBeLessThan(200);
    expect(masked).toContain("…");
  });

  it("keeps a __proto__ key a plain key", () => {
    const masked = createMask(["x"]).json(JSON.parse('{"__proto__":{"polluted":"yes"}}')) as object;
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype);
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"polluted":"yes"}}');
  });
});

describe("the query of an address", () => {
  it.each([
    ["https://shop.example/hook?id=a&op=b", "id=a&op=b"],
    ["https://shop.example/hook", undefined],
    [undefined, undefined],
  ])("of %p is %p", (url, expected) => {
    expect(queryOf(url)).toBe(expected);
  });
});
