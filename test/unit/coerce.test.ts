import { describe, expect, it } from "@jest/globals";
import { Type } from "@sinclair/typebox";
import { coerceInput } from "../../src/runtime/coerce.ts";

const form = Type.Object({
  amount: Type.Optional(
    Type.String({ title: "Amount", form: { kind: "amount", minPaise: 900, maxPaise: 20_000_000 } }),
  ),
  anyAmount: Type.Optional(Type.String({ form: { kind: "amount" } })),
  name: Type.Optional(Type.String({ title: "Name" })),
  note: Type.Optional(Type.String({ title: "Note", form: { blank: "absent" } })),
  page: Type.Optional(Type.String({ title: "Page", form: { kind: "url" } })),
  isOn: Type.Boolean({ title: "Is on", default: false }),
  minutes: Type.Optional(Type.Integer({ title: "Minutes" })),
  code: Type.Optional(Type.Unsafe<string>({ title: "Code", type: "string", enum: ["QFL", "TNR"] })),
  tags: Type.Array(Type.String(), { title: "Tags", default: ["a"] }),
});

const given = (field: string, value: unknown) => coerceInput(form, { [field]: value });
const read = (field: string, value: unknown) => {
  const { value: values, errors } = given(field, value);
  expect(errors).toEqual([]);
  return values[field];
};
const rule = (field: string, value: unknown) => {
  const { value: values, errors } = given(field, value);
  expect(errors.map((error) => error.field)).toEqual([field]);
  expect(Object.hasOwn(values, field)).toBe(false);
  return errors[0]?.rule;
};

describe("an amount", () => {
  it.each([
    ["200", "200.00"],
    [200, "200.00"],
    [" 200 ", "200.00"],
    ["200.5", "200.50"],
    [19.99, "19.99"],
    ["19.99", "19.99"],
    ["00200", "200.00"],
    [9, "9.00"],
    ["9.00", "9.00"],
    [200000, "200000.00"],
    ["200000.00", "200000.00"],
    [2e2, "200.00"],
  ])("reads %j as %s", (value, canonical) => {
    expect(read("amount", value)).toBe(canonical);
  });

  it.each([
    ["8.99", "at least 9.00"],
    [8.99, "at least 9.00"],
    [0, "at least 9.00"],
    ["0", "at least 9.00"],
    ["200000.01", "at most 200000.00"],
    [200_001, "at most 200000.00"],
    ["9999999999999", "at most 200000.00"],
    ["19.999", "an amount with at most two decimals"],
    ["19.990", "an amount with at most two decimals"],
    [0.1 + 0.2, "an amount with at most two decimals"],
    ["2,500", "an amount in rupees"],
    ["1e3", "an amount in rupees"],
    [1e21, "an amount in rupees"],
    ["-200", "an amount in rupees"],
    [-200, "an amount in rupees"],
    ["+200", "an amount in rupees"],
    ["200.", "an amount in rupees"],
    [".99", "an amount in rupees"],
    ["2 00", "an amount in rupees"],
    ["0x10", "an amount in rupees"],
    ["₹200", "an amount in rupees"],
    ["Rs. 200", "an amount in rupees"],
    ["२००", "an amount in rupees"],
    ["２００", "an amount in rupees"],
    ["Infinity", "an amount in rupees"],
    [Number.NaN, "an amount in rupees"],
    [Number.POSITIVE_INFINITY, "an amount in rupees"],
    [true, "an amount in rupees"],
    [{ amount: 200 }, "an amount in rupees"],
    [[200], "an amount in rupees"],
    ["{{amount}}", "an amount in rupees"],
    ["", "filled in; it came out empty"],
    ["   ", "filled in; it came out empty"],
    [null, "filled in; it came out empty"],
    [undefined, "filled in; it came out empty"],
  ])("refuses %j: must be %s", (value, words) => {
    expect(rule("amount", value)).toBe(words);
  });

  it("has no limits where the form gives none", () => {
    expect(read("anyAmount", "0")).toBe("0.00");
    expect(read("anyAmount", "999999999999.99")).toBe("999999999999.99");
  });
});

describe("a switch", () => {
  it.each([
    [true, true],
    [false, false],
    ["true", true],
    ["True", true],
    ["TRUE", true],
    [" true ", true],
    ["false", false],
    ["False", false],
  ])("reads %j as %j", (value, canonical) => {
    expect(read("isOn", value)).toBe(canonical);
  });

  it.each([1, 0, "1", "0", "yes", "no", "on", "tru", {}, []])("refuses %j", (value) => {
    expect(rule("isOn", value)).toBe("true or false");
  });

  it.each([[""], [null], [undefined]])("does not take an expression that came out as %j for off", (value) => {
    expect(rule("isOn", value)).toBe("filled in; it came out empty");
  });
});

describe("a whole number", () => {
  it.each([
    [30, 30],
    ["30", 30],
    [" 030 ", 30],
    [0, 0],
    [-5, -5],
  ])("reads %j as %j", (value, canonical) => {
    expect(read("minutes", value)).toBe(canonical);
  });

  it.each([1.5, "1.5", "-5", "1e2", "३०", true, [], 1e300, Number.NaN, "9999999999999999"])("refuses %j", (value) => {
    expect(rule("minutes", value)).toBe("a whole number");
  });
});

describe("a text", () => {
  it("is trimmed, and a whole number stands for its digits", () => {
    expect(read("name", "  John  ")).toBe("John");
    expect(read("name", 9999999999)).toBe("9999999999");
  });

  it("stays text whatever it looks like", () => {
    expect(read("name", "${process.env.SECRET} {{x}} <b>")).toBe("${process.env.SECRET} {{x}} <b>");
  });

  it.each([
    [{}, "text, not an object"],
    [["a"], "text, not a list"],
    [true, "text, not a boolean"],
    [1.5, "text, not a number"],
    [1e300, "text, not a number"],
    [() => "x", "text, not a function"],
  ])("refuses %j", (value, words) => {
    expect(rule("name", value)).toBe(words);
  });

  it("of a choice takes any case and gives the one of the list", () => {
    expect(read("code", "qfl")).toBe("QFL");
    expect(read("code", "other")).toBe("other");
  });
});

describe("an address", () => {
  it.each(["https://shop.example.com/thanks?order=1", "http://127.0.0.1:1880/back", "HTTPS://shop.example.com"])(
    "accepts %j as it is",
    (value) => {
      expect(read("page", value)).toBe(value);
    },
  );

  it.each([
    "shop.example.com",
    "/thanks",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://shop.example.com",
    "https://",
    "https://shop example.com",
    "https://shop.example.com/a b",
    "https://shop.example.com/a\nb",
    "https://shop.example.com/a|b",
    "https://user:secret@shop.example.com/",
    "https://user@shop.example.com/",
  ])("refuses %j", (value) => {
    expect(rule("page", value)).toBe("an http or https address without spaces, | or a user name");
  });
});

describe("a form", () => {
  it("gives absent fields their default, a fresh one each time", () => {
    const first = coerceInput(form, {}).value;
    expect(first).toEqual({ isOn: false, tags: ["a"] });
    (first.tags as string[]).push("b");
    expect(coerceInput(form, {}).value).toEqual({ isOn: false, tags: ["a"] });
  });

  it("takes a blank for absent only where the schema says so", () => {
    expect(coerceInput(form, { note: "", name: "x" })).toEqual({
      value: { name: "x", isOn: false, tags: ["a"] },
      errors: [],
    });
    expect(rule("name", "")).toBe("filled in; it came out empty");
  });

  it("passes lists on for the schema to judge", () => {
    expect(read("tags", ["x", 1])).toEqual(["x", 1]);
  });

  it.each([[null], [undefined], ["text"], [7], [[]], [true]])("must be an object, not %j", (input) => {
    const { value, errors } = coerceInput(form, input);
    expect(value).toEqual({});
    expect(errors).toEqual([
      {
        field: "",
        rule: "an object with the fields of the form",
        message: "The input must be an object with the fields of the form.",
        remedy: "Send the fields by name: amount, anyAmount, name, note, page, isOn, minutes, code, tags.",
      },
    ]);
  });

  it.each(["__proto__", "constructor", "toString", "amout", ""])("refuses a field named %j", (field) => {
    const input = JSON.parse(`{${JSON.stringify(field)}: {"isOn": true}}`);
    const { value, errors } = coerceInput(form, input);
    expect(errors.map((error) => [error.field, error.rule])).toEqual([[field, "a field of this form"]]);
    expect(value).toEqual({ isOn: false, tags: ["a"] });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("ignores what an input inherits", () => {
    expect(coerceInput(form, Object.create({ name: "inherited" })).value).toEqual({ isOn: false, tags: ["a"] });
  });

  it("cuts a long unknown name in the message", () => {
    const [error] = coerceInput(form, { ["x".repeat(500)]: 1 }).errors;
    expect(error?.message).toBe(`${"x".repeat(64)} must be a field of this form.`);
  });

  it("reports every refused field with its title and a remedy", () => {
    expect(coerceInput(form, { amount: "2,500", minutes: "soon" }).errors).toEqual([
      {
        field: "amount",
        rule: "an amount in rupees",
        message: "Amount must be an amount in rupees.",
        remedy: "Correct the value.",
      },
      {
        field: "minutes",
        rule: "a whole number",
        message: "Minutes must be a whole number.",
        remedy: "Write it in digits, like 30.",
      },
    ]);
  });
});
