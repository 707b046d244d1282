import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { computeMac, isMacValid } from "../../src/payments/mac.ts";

const sha1 = (...parts: Buffer[]): Buffer => createHash("sha1").update(Buffer.concat(parts)).digest();

/** HMAC-SHA1 by the two hashes of RFC 2104, so that nothing here is what the code under test calls. */
function hmac(salt: string, text: string): string {
  const given = Buffer.from(salt, "utf8");
  const key = Buffer.alloc(64);
  (given.length > 64 ? sha1(given) : given).copy(key);
  const pad = (byte: number) => Buffer.from(key.map((each) => each ^ byte));
  return sha1(pad(0x5c), sha1(pad(0x36), Buffer.from(text, "utf8"))).toString("hex");
}

/** The recipe of the gateway, by inserting each value before the first key that comes after its own. */
function macOf(pairs: readonly (readonly [string, string])[], salt: string): string {
  const keys: string[] = [];
  const values: string[] = [];
  for (const [key, value] of pairs) {
    if (key === "mac") continue;
    const small = key.toLowerCase();
    const after = keys.findIndex((other) => other > small);
    const at = after < 0 ? keys.length : after;
    keys.splice(at, 0, small);
    values.splice(at, 0, value);
  }
  return hmac(salt, values.join("|"));
}

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const key = fc.oneof(
  fc.constantFrom(
    "amount",
    "buyer_name",
    "buyerName",
    "Amount",
    "payment_id",
    "payment_request_id",
    "status",
    "_",
    "mac",
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
);
const pairs = fc.uniqueArray(fc.tuple(key, text), { minLength: 1, maxLength: 14, selector: ([name]) => name });
const salt = fc.string({ unit: "grapheme", minLength: 1, maxLength: 90 });

describe("the second implementation", () => {
  it("finds the published signatures itself", () => {
    const sdk = Object.entries({ foo: "1", bar: "2", baz: "3" });
    expect(macOf(sdk, "21b528ef398c4ce8851d5ee29375d3a7")).toBe("32b1d38a4a70bdce36a52dad3f3ac6eb3662096b");
    const link = Object.entries({
      data_email: "aditya@instamojo.com",
      data_Phone: "9999999999",
      data_name: "Aditya Sengupta",
      data_Amount: "123.45",
    });
    expect(macOf(link, "abcde")).toBe("676a4b5ba30e464f027249747a63ea587f8c4b9a");
  });
});

describe("the signature of any message", () => {
  it("is what the second implementation says", () => {
    fc.assert(
      fc.property(pairs, salt, (fields, secret) => {
        expect(computeMac(new Map(fields), secret)).toBe(macOf(fields, secret));
      }),
      { numRuns: 500 },
    );
  });

  it("is taken for its own message and salt", () => {
    fc.assert(
      fc.property(pairs, fc.array(salt, { maxLength: 2 }), salt, (fields, others, secret) => {
        const signed = new Map(fields).set("mac", macOf(fields, secret));
        expect(isMacValid(signed, [...others, secret])).toBe(true);
      }),
    );
  });

  it("is not taken when a value, the salt or the signature is another one", () => {
    fc.assert(
      fc.property(pairs, salt, fc.nat(), text, salt, (fields, secret, at, value, otherSalt) => {
        const mac = macOf(fields, secret);
        const signed = new Map(fields).set("mac", mac);
        const [name, before] = fields[at % fields.length] as [string, string];
        if (name !== "mac" && value !== before) {
          expect(isMacValid(new Map(signed).set(name, value), [secret])).toBe(false);
        }
        // Keys that differ in blank bytes at their end only are one key to HMAC.
        if (hmac(otherSalt, "") !== hmac(secret, "")) expect(isMacValid(signed, [otherSalt])).toBe(false);
        const digit = at % 40;
        const wrong = mac.slice(0, digit) + (mac[digit] === "0" ? "1" : "0") + mac.slice(digit + 1);
        expect(isMacValid(new Map(signed).set("mac", wrong), [secret])).toBe(false);
        expect(isMacValid(new Map(signed).set("mac", value), [secret])).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("says nothing of keys, so that values may be cut anew between them", () => {
    fc.assert(
      fc.property(text, text, salt, (first, second, secret) => {
        const mac = macOf(Object.entries({ amount: first, buyer: second }), secret);
        const joined = new Map(Object.entries({ purpose: `${first}|${second}`, mac }));
        expect(isMacValid(joined, [secret])).toBe(true);
      }),
    );
  });
});
