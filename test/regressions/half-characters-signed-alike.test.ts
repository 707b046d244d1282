import { describe, expect, it } from "@jest/globals";
import { parseForm } from "../../src/payments/form-body.ts";

describe("a form with half a character, which UTF-8 cannot write", () => {
  it.each(["a=\ud800", "a=\udc00x", "\ud83d=1", "a=1&b=\ude00\ud83d"])("is refused: %j", (body) => {
    expect(parseForm(body)).toBe("bad-encoding");
  });

  it("may hold whole characters of two halves", () => {
    expect(parseForm("a=\u{1f600}")).toEqual(new Map([["a", "\u{1f600}"]]));
  });
});
