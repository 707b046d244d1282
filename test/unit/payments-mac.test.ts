import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as crypto from "node:crypto";

const timingSafeEqual = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule("node:crypto", () => ({ ...crypto, timingSafeEqual }));
const { computeMac, isMacValid } = await import("../../src/payments/mac.ts");

const fieldsOf = (object: Record<string, string>) => new Map(Object.entries(object));

const salt = "0123456789abcdef0123456789abcdef";
const h1 = "106e85b09e94bc268ee79c2e4fe5258349644c04";
const sale = {
  amount: "2500.00",
  buyer: "foo@example.com",
  buyer_name: "John Doe",
  buyer_phone: "+919999999999",
  currency: "INR",
  fees: "125.00",
  longurl: "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
  payment_id: "MOJO5a06005J21512197",
  payment_request_id: "05f317448ad84649aa1a9c7328edb015",
  purpose: "FIFA 16",
  shorturl: "",
  status: "Credit",
};

beforeEach(() => {
  timingSafeEqual.mockClear();
});

describe("the signature of a message", () => {
  it.each([
    [
      "the Java SDK's test",
      { foo: "1", bar: "2", baz: "3" },
      "21b528ef398c4ce8851d5ee29375d3a7",
      "32b1d38a4a70bdce36a52dad3f3ac6eb3662096b",
    ],
    [
      "the developer's answer",
      {
        data_email: "aditya@instamojo.com",
        data_phone: "9999999999",
        data_name: "Aditya Sengupta",
        data_amount: "123.45",
      },
      "abcde",
      "676a4b5ba30e464f027249747a63ea587f8c4b9a",
    ],
    [
      "the developer's answer with keys of mixed case",
      {
        data_email: "aditya@instamojo.com",
        data_Phone: "9999999999",
        data_name: "Aditya Sengupta",
        data_Amount: "123.45",
      },
      "abcde",
      "676a4b5ba30e464f027249747a63ea587f8c4b9a",
    ],
    ["a sale with an empty short URL", sale, salt, h1],
    [
      "a failed sale",
      { ...sale, amount: "10.00", fees: "", status: "Failed" },
      salt,
      "096e9097b5df7603a272d1f259434142813db0f0",
    ],
  ])("is the published one for %s", (_, fields, key, mac) => {
    expect(computeMac(fieldsOf(fields), key)).toBe(mac);
    expect(computeMac(fieldsOf({ ...fields, mac: "whatever" }), key)).toBe(mac);
    expect(isMacValid(fieldsOf({ ...fields, mac }), [key])).toBe(true);
  });

  it("keeps the order of keys that differ in nothing but case", () => {
    const mac = "b163e2a060c4f7cc9580b4c08a987d0f884231a5";
    expect(computeMac(fieldsOf({ b: "3", A: "1", a: "2" }), "abcde")).toBe(mac);
  });

  it("does not depend on the order in which fields come", () => {
    expect(computeMac(new Map(Object.entries(sale).reverse()), salt)).toBe(h1);
  });
});

describe("a signed message", () => {
  const signed = { ...sale, mac: h1 };

  it.each(Object.keys(sale))("is refused when %s was changed", (field) => {
    const value = signed[field as keyof typeof signed];
    for (const changed of [`${value}0`, ` ${value}`, "", value.toUpperCase()]) {
      if (changed === value) continue;
      expect([changed, isMacValid(fieldsOf({ ...signed, [field]: changed }), [salt])]).toEqual([changed, false]);
    }
  });

  it.each(Object.keys(sale))("is refused when %s is missing", (field) => {
    const fields = fieldsOf(signed);
    fields.delete(field);
    expect(isMacValid(fields, [salt])).toBe(false);
  });

  it("is refused when a field was added", () => {
    expect(isMacValid(fieldsOf({ ...signed, extra: "" }), [salt])).toBe(false);
    expect(isMacValid(fieldsOf({ ...signed, MAC: h1 }), [salt])).toBe(false);
  });

  it.each([
    ["empty", ""],
    ["cut", h1.slice(0, -1)],
    ["longer", `${h1}0`],
    ["upper case", h1.toUpperCase()],
    ["one digit off", h1.replace(/^1/, "2")],
    ["as long and not ASCII", `${h1.slice(0, 38)}é`],
  ])("is refused when its signature is %s", (_, mac) => {
    expect(isMacValid(fieldsOf({ ...signed, mac }), [salt])).toBe(false);
  });

  it("is refused without a signature", () => {
    expect(isMacValid(fieldsOf(sale), [salt])).toBe(false);
  });

  it("is accepted under either of two salts, and under none that is wrong", () => {
    expect(isMacValid(fieldsOf(signed), ["other", salt])).toBe(true);
    expect(isMacValid(fieldsOf(signed), [salt, "other"])).toBe(true);
    expect(isMacValid(fieldsOf(signed), ["other", `${salt} `])).toBe(false);
    expect(isMacValid(fieldsOf(signed), [])).toBe(false);
  });

  it("is never accepted under an empty salt", () => {
    const mac = computeMac(fieldsOf(sale), "");
    expect(isMacValid(fieldsOf({ ...sale, mac }), [""])).toBe(false);
  });

  it("is compared in constant time, with every salt, whatever the first one says", () => {
    expect(isMacValid(fieldsOf(signed), [salt, "other"])).toBe(true);
    expect(timingSafeEqual).toHaveBeenCalledTimes(2);
    expect(isMacValid(fieldsOf({ ...signed, status: "Failed" }), [salt])).toBe(false);
    expect(timingSafeEqual).toHaveBeenCalledTimes(3);
  });
});
