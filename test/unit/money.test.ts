import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatPaise, formatRupees, gatewayPaise, parsePaise } from "../../src/runtime/money.ts";

/** Paise of a decimal text by whole-number arithmetic alone, written apart from the code under test. */
function paiseByBigInt(text: string): bigint {
  const [rupees = "", decimals = ""] = text.split(".");
  const scale = { 0: 100n, 1: 10n, 2: 1n }[decimals.length];
  if (scale === undefined) throw new Error(`${text} has more than two decimals`);
  return BigInt(rupees) * 100n + BigInt(decimals || "0") * scale;
}

const wholePaise = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("parsePaise", () => {
  it.each([
    ["19.99", 1999],
    ["0.01", 1],
    ["0.1", 10],
    ["200", 20_000],
    ["200.00", 20_000],
    ["000200.5", 20_050],
    ["1.10", 110],
    ["8.03", 803],
    ["999999999999.99", 99_999_999_999_999],
  ])("reads %s as %d paise", (text, paise) => {
    expect(parsePaise(text)).toBe(paise);
  });

  it.each([
    ["", "not-an-amount"],
    ["-1", "not-an-amount"],
    ["1e3", "not-an-amount"],
    ["1,000", "not-an-amount"],
    ["१०", "not-an-amount"],
    ["1\n", "not-an-amount"],
    ["1.000", "too-many-decimals"],
    ["1000000000000", "too-large"],
  ])("says why %j is none: %s", (text, problem) => {
    expect(parsePaise(text)).toBe(problem);
  });

  it("agrees with whole-number arithmetic on every decimal text", () => {
    const rupees = fc.bigInt({ min: 0n, max: 999_999_999_999n });
    const decimals = fc.oneof(
      fc.constant(""),
      fc.stringMatching(/^[0-9]{1,2}$/).map((digits) => `.${digits}`),
    );
    fc.assert(
      fc.property(rupees, decimals, (whole, places) => {
        const text = `${whole}${places}`;
        expect(BigInt(parsePaise(text) as number)).toBe(paiseByBigInt(text));
      }),
    );
  });

  it("never takes for an amount what is not written as one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        fc.pre(!/^[0-9]+(\.[0-9]+)?$/.test(text));
        expect(parsePaise(text)).toBe("not-an-amount");
      }),
    );
  });
});

describe("formatPaise", () => {
  it.each([
    [0, "0.00"],
    [1, "0.01"],
    [10, "0.10"],
    [1999, "19.99"],
    [20_000_000, "200000.00"],
  ])("writes %d paise as %s", (paise, text) => {
    expect(formatPaise(paise)).toBe(text);
  });

  it("writes every number of paise so that whole-number arithmetic reads it back", () => {
    fc.assert(
      fc.property(wholePaise, (paise) => {
        const text = formatPaise(paise);
        expect(text).toMatch(/^(?:0|[1-9][0-9]*)\.[0-9]{2}$/);
        expect(paiseByBigInt(text)).toBe(BigInt(paise));
      }),
    );
  });

  it("is undone by parsePaise", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), (paise) => {
        expect(parsePaise(formatPaise(paise))).toBe(paise);
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1])("refuses %d", (paise) => {
    expect(() => formatPaise(paise)).toThrow("An amount must be whole paise, zero or more.");
  });
});

describe("formatRupees", () => {
  it.each([
    [0, "₹0.00"],
    [5, "₹0.05"],
    [900, "₹9.00"],
    [99_900, "₹999.00"],
    [100_000, "₹1,000.00"],
    [1_234_567, "₹12,345.67"],
    [9_999_999, "₹99,999.99"],
    [10_000_000, "₹1,00,000.00"],
    [20_000_000, "₹2,00,000.00"],
    [123_456_789_012, "₹1,23,45,67,890.12"],
  ])("writes %d paise as %s", (paise, text) => {
    expect(formatRupees(paise)).toBe(text);
  });

  it("groups as the locale of India does", () => {
    const india = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), (paise) => {
        expect(formatRupees(paise)).toBe(india.format(formatPaise(paise) as `${number}`));
      }),
    );
  });

  it("refuses what is no amount", () => {
    expect(() => formatRupees(-1)).toThrow("An amount must be whole paise, zero or more.");
  });
});

describe("gatewayPaise", () => {
  it.each([
    ["2500", 250_000],
    ["100.00", 10_000],
    ["100.000000", 10_000],
    ["100.50000", 10_050],
    ["19.99", 1999],
  ])("reads %j as %d", (text, paise) => {
    expect(gatewayPaise(text)).toBe(paise);
  });

  it.each([null, undefined, "", "abc", "100.001", "-5.00", "1e2", "5000000000000"])("reads %j as no amount", (text) => {
    expect(gatewayPaise(text)).toBeNull();
  });

  it("takes no JavaScript number for money", () => {
    expect(gatewayPaise(200 as unknown as string)).toBeNull();
  });

  it("reads every amount with any number of zeros at its end as whole-number arithmetic does", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 999_999_999_999n }),
        fc.stringMatching(/^[0-9]{2}$/),
        fc.nat({ max: 30 }),
        (rupees, places, zeros) => {
          const paise = gatewayPaise(`${rupees}.${places}${"0".repeat(zeros)}`);
          expect(BigInt(paise as number)).toBe(rupees * 100n + BigInt(places));
        },
      ),
    );
  });

  it("reads whatever else it is given as no amount, or as whole paise that are written back", () => {
    const unit = fc.constantFrom(..."0123456789.-+eE, ₹०", "00", ".0");
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 18 }), fc.string({ unit: "binary" })), (text) => {
        const paise = gatewayPaise(text);
        if (paise === null) return;
        expect(text).toMatch(/^[0-9]+(\.[0-9]{1,2}0*)?$/);
        expect(paiseByBigInt(text.replace(/(\.[0-9]{2})0+$/, "$1"))).toBe(BigInt(paise));
      }),
      { numRuns: 1_000 },
    );
  });
});
