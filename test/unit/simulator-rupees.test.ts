import { describe, expect, it } from "@jest/globals";
import { chargesOn, formatRupees, parseRupees, showRupees } from "../../src/simulator/rupees.ts";

describe("rupees of the simulator", () => {
  it.each([
    ["10", 1000],
    ["10.5", 1050],
    ["19.99", 1999],
    [" 200.00 ", 20000],
    ["9.000", 900],
    ["-3", -300],
    ["1e3", "not-a-number"],
    ["undefined", "not-a-number"],
    ["", "not-a-number"],
    ["1,000", "not-a-number"],
    ["10.005", "too-many-places"],
  ])("reads %j as %j", (text, paise) => {
    expect(parseRupees(text)).toBe(paise);
  });

  it.each([
    [5, "0.05"],
    [320, "3.20"],
    [20000000, "200000.00"],
  ])("writes %i paise as %s", (paise, text) => {
    expect(formatRupees(paise)).toBe(text);
  });

  it.each([
    [900, "₹9.00"],
    [99999, "₹999.99"],
    [123456, "₹1,234.56"],
    [20000000, "₹2,00,000.00"],
    [1234567890, "₹1,23,45,678.90"],
  ])("shows %i paise as %s", (paise, text) => {
    expect(showRupees(paise)).toBe(text);
  });

  it.each([
    [1000, 320, 58],
    [900, 318, 57],
    [20000, 700, 126],
    [20000000, 400300, 72054],
  ])("charges 2 %% and 3.00 on %i paise, and 18 %% tax on that", (amount, feesPaise, taxesPaise) => {
    expect(chargesOn(amount)).toEqual({ feesPaise, taxesPaise });
  });
});
