import { describe, expect, it } from "@jest/globals";
import { fillTemplate } from "../../src/playground/chat-nodes/fill-template.ts";

const values: Record<string, unknown> = {
  "payment.amount": "200.00",
  "session.name": "{payment.amount}",
  "session.product": { title: "Tea", amount: "5.00" },
  "error.fieldErrors[0].remedy": "Ask for 9 or more.",
  zero: 0,
};
const read = (path: string): unknown => {
  if (path.startsWith("broken")) throw new TypeError("nothing there");
  return values[path];
};

describe("the places in a chat reply", () => {
  it.each([
    ["₹{payment.amount}, please", "₹200.00, please"],
    ["{payment.missing}", ""],
    ["{broken.path} and more", " and more"],
    ["{error.fieldErrors[0].remedy|error.remedy}", "Ask for 9 or more."],
    ["{error.remedy|payment.amount}", "200.00"],
    ["{zero}", "0"],
    ["{ not a place } {}", "{ not a place } {}"],
  ])("fills %j in", (template, filled) => {
    expect(fillTemplate(template, read)).toBe(filled);
  });

  it("does not read what was filled in as a template again", () => {
    expect(fillTemplate("Hello {session.name}", read)).toBe("Hello {payment.amount}");
  });

  it("keeps an object that stands alone, so that a button can carry it", () => {
    expect(fillTemplate([{ label: "Again", action: { do: "buy", product: "{session.product}" } }], read)).toEqual([
      { label: "Again", action: { do: "buy", product: { title: "Tea", amount: "5.00" } } },
    ]);
  });
});
