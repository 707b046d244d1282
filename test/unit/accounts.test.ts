import { describe, expect, it } from "@jest/globals";
import type { Account, Tier } from "../../schemas/account.ts";
import {
  assertAccountsEditable,
  checkAccount,
  checkAccounts,
  defaultMaxAccounts,
  environmentOf,
  requireAccount,
  tierWarning,
} from "../../src/accounts.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import type { FlowError } from "../../src/runtime/errors.ts";

const validator = createAjvValidator();
const shop: Account = {
  name: "shop",
  baseUrl: "https://test.instamojo.com",
  clientId: "test_client",
  clientSecret: "test_secret",
};
const refusals = (fields: object) =>
  checkAccount({ ...shop, ...fields }, validator).map(({ field, message }) => [field, message]);

function thrown(action: () => unknown): FlowError {
  try {
    action();
  } catch (error) {
    return error as FlowError;
  }
  throw new Error("Nothing was thrown.");
}

describe("an account", () => {
  it.each([
    [{}],
    [{ name: "shop_2" }],
    [{ name: "0" }],
    [{ name: "a".repeat(64) }],
    [{ baseUrl: "https://test.instamojo.com/" }],
    [{ baseUrl: "https://api.instamojo.com", clientId: "live_client" }],
    [{ baseUrl: "http://127.0.0.1:1881" }],
    [{ baseUrl: "http://localhost:1881", clientId: "anything" }],
    [{ baseUrl: "http://[::1]:1881" }],
    [{ privateSalts: [] }],
    [{ privateSalts: ["salt-number-1", "salt-number-2"] }],
  ])("may be %j", (fields) => {
    expect(refusals(fields)).toEqual([]);
  });

  const nameRule = "Account name must be lowercase letters, digits and underscores only.";
  const baseUrlRule =
    "Instamojo base URL must be https://test.instamojo.com, https://api.instamojo.com, or a loopback address like http://127.0.0.1:1881.";
  it.each<[object, string, string]>([
    ...["Shop", "my-shop", "my shop", "दुकान", "shop!", "a.b", "../x"].map((name): [object, string, string] => [
      { name },
      "name",
      nameRule,
    ]),
    [{ name: "" }, "name", "Account name must be filled in; it came out empty."],
    [{ name: "a".repeat(65) }, "name", "Account name must be at most 64 characters long."],
    ...[
      "http://test.instamojo.com",
      "https://www.instamojo.com",
      "https://test.instamojo.com/v2",
      "https://test.instamojo.com:8443",
      "https://user@test.instamojo.com",
      "https://test.instamojo.com.evil.example",
      "https://evil.example/?https://api.instamojo.com",
      "http://10.0.0.1:1881",
      "http://127.0.0.1.evil.example",
      "http://127.0.0.1:1881/path",
      "https://api.instamojo.com?x",
      "api.instamojo.com",
    ].map((baseUrl): [object, string, string] => [{ baseUrl }, "baseUrl", baseUrlRule]),
    [{ clientId: "a b" }, "clientId", "Client ID must be the client id without spaces."],
    [{ clientId: "" }, "clientId", "Client ID must be filled in; it came out empty."],
    [{ clientSecret: "a\nb" }, "clientSecret", "Client Secret must be the client secret without spaces."],
    [{ privateSalts: ["a salt", "b"] }, "privateSalts", "Private salts must be filled in."],
    [{ environment: "live" }, "environment", "environment must be a field of this form."],
    [{ baseUrl: "https://api.instamojo.com" }, "baseUrl", "Instamojo base URL must be the one of the client id."],
    [{ clientId: "live_client" }, "baseUrl", "Instamojo base URL must be the one of the client id."],
  ])("may not be %j", (fields, field, message) => {
    expect(refusals(fields)).toEqual([[field, message]]);
  });

  it("says to which world a client id belongs", () => {
    expect(checkAccount({ ...shop, baseUrl: "https://api.instamojo.com" }, validator)[0]?.remedy).toBe(
      "A client id that starts with test_ belongs to https://test.instamojo.com.",
    );
    expect(checkAccount({ ...shop, clientId: "live_client" }, validator)[0]?.remedy).toBe(
      "A client id without test_ belongs to https://api.instamojo.com.",
    );
  });

  it.each([["shop"], [null], [undefined]])("is not %j", (value) => {
    expect(checkAccount(value, validator).length).toBeGreaterThan(0);
  });
});

describe("the world of an account", () => {
  it.each([
    ["https://test.instamojo.com", "test"],
    ["https://test.instamojo.com/", "test"],
    ["https://api.instamojo.com", "live"],
    ["https://api.instamojo.com/", "live"],
    ["http://127.0.0.1:1881", "local"],
    ["http://localhost", "local"],
  ])("of %s is %s", (baseUrl, environment) => {
    expect(environmentOf(baseUrl)).toBe(environment);
  });

  it.each<[Tier, "test" | "live" | "local", string | null]>([
    ["development", "test", null],
    ["sandbox", "local", null],
    ["staging", "live", "A staging installation uses an account that moves real money."],
    ["development", "live", "A development installation uses an account that moves real money."],
    ["live", "live", null],
    ["live", "test", "A live installation uses an account that moves no real money."],
    ["live", "local", "A live installation uses an account that moves no real money."],
  ])("in the %s tier, %s: %j", (tier, environment, warning) => {
    expect(tierWarning(tier, environment)).toBe(warning);
  });
});

describe("the accounts of an installation", () => {
  const several = (count: number) => Array.from({ length: count }, (_, index) => ({ ...shop, name: `shop_${index}` }));

  it("may be five unless the host says otherwise", () => {
    expect(defaultMaxAccounts).toBe(5);
    expect(checkAccounts(several(5), validator)).toEqual([]);
    expect(checkAccounts(several(6), validator)).toEqual([
      {
        field: "accounts",
        rule: "at most 5",
        message: "There must be at most 5 accounts.",
        remedy: "Take one out, or raise maxAccounts.",
      },
    ]);
    expect(checkAccounts(several(6), validator, 6)).toEqual([]);
  });

  it("have names of their own", () => {
    expect(checkAccounts([shop, { ...shop, clientId: "test_other" }], validator)).toEqual([
      {
        field: "accounts.1.name",
        rule: "unique",
        message: "Account name must be unique; shop is there twice.",
        remedy: "Give each account a name of its own.",
      },
    ]);
  });

  it("are each named by their place when refused", () => {
    const errors = checkAccounts([shop, { ...shop, name: "Shop 2", clientId: "" }], validator);
    expect(errors.map((error) => error.field)).toEqual(["accounts.1.name", "accounts.1.clientId"]);
  });

  it.each<Tier>(["development", "sandbox", "staging"])("can be changed in the %s tier", (tier) => {
    expect(() => assertAccountsEditable(tier)).not.toThrow();
  });

  it("are only chosen in the live tier", () => {
    expect(thrown(() => assertAccountsEditable("live"))).toMatchObject({
      code: "account_invalid",
      message: "Accounts cannot be added or changed in the live tier.",
    });
  });
});

describe("requireAccount", () => {
  const other = { ...shop, name: "other" };

  it("gives the account of that name", () => {
    expect(requireAccount([shop, other], "other", validator)).toEqual(other);
  });

  it("drops the blanks and line breaks that copying adds", () => {
    expect(requireAccount([{ ...shop, clientSecret: " test_secret\n" }], "shop", validator)).toEqual(shop);
  });

  it("never gives another account for a name that is not there", () => {
    expect(thrown(() => requireAccount([shop, other], "Shop", validator))).toMatchObject({
      code: "account_unknown",
      message: 'There is no account named "Shop" here. Known: shop, other.',
      outcome: "not-applied",
    });
    expect(thrown(() => requireAccount([], "shop", validator)).message).toBe(
      'There is no account named "shop" here. Known: none.',
    );
  });

  it("refuses an account that breaks a rule, and no other for that", () => {
    const broken = { ...shop, name: "broken", baseUrl: "https://api.instamojo.com" };
    expect(requireAccount([shop, broken], "shop", validator)).toEqual(shop);
    expect(thrown(() => requireAccount([shop, broken], "broken", validator))).toMatchObject({
      code: "account_invalid",
      message: "Instamojo base URL must be the one of the client id.",
      remedy: "A client id that starts with test_ belongs to https://test.instamojo.com.",
    });
  });

  it("refuses a name that stands twice", () => {
    expect(thrown(() => requireAccount([shop, { ...other, name: "shop" }], "shop", validator))).toMatchObject({
      code: "account_invalid",
      message: "Account name must be unique; shop is there twice.",
    });
  });

  it("refuses the account beyond the limit and keeps the ones before it", () => {
    const accounts = [shop, other];
    expect(requireAccount(accounts, "shop", validator, 1)).toEqual(shop);
    expect(thrown(() => requireAccount(accounts, "other", validator, 1))).toMatchObject({
      code: "account_invalid",
      message: "There must be at most 1 accounts.",
    });
  });
});
