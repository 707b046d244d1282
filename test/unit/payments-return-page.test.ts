import { describe, expect, it } from "@jest/globals";
import { differingField } from "../../src/payments/differing-field.ts";
import { returnPage } from "../../src/payments/return-page.ts";

const titleOf = (page: string) => /<title>(.*)<\/title>/.exec(page)?.[1];

describe("the page that a buyer comes back to", () => {
  it.each([
    ["Completed", "Payment received"],
    ["Refunded", "Refund made"],
    ["Failed", "The payment did not go through"],
    ["Cancelled", "This link is closed"],
    [null, "Thank you"],
    ["Pending", "Thank you"],
    ["Processing", "Thank you"],
    ["constructor", "Thank you"],
    ["__proto__", "Thank you"],
    ["<script>alert(1)</script>", "Thank you"],
  ])("says for %p: %s", (status, title) => {
    const page = returnPage(status);
    expect(titleOf(page)).toBe(title);
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain("go back to the chat");
    expect(page).not.toContain("<script");
  });

  it("says paid of a confirmed payment only", () => {
    for (const status of [null, "Pending", "Processing", "Failed", "Cancelled"]) {
      expect(returnPage(status)).not.toMatch(/received|thank you\. you can/i);
    }
  });
});

describe("the field in which two inputs differ", () => {
  it.each([
    [{}, {}, null],
    [{ a: 1 }, { a: 1 }, null],
    [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, null],
    [{ a: "1" }, { a: 1 }, "a"],
    [{ a: "200.00" }, { a: "200.0" }, "a"],
    [{ a: 1 }, {}, "a"],
    [{}, { a: 1 }, "a"],
    [{ a: 1, b: 2 }, { a: 1, b: 3 }, "b"],
    [{ a: 1, b: 2 }, { b: 3, a: 2 }, "b"],
    [{ a: undefined }, {}, null],
    [{ a: null }, {}, "a"],
    [{ a: false }, {}, "a"],
  ])("of %j and %j is %p", (before, now, field) => {
    expect(differingField(before, now)).toBe(field);
  });
});
