import { describe, expect, it } from "@jest/globals";
import { chooseAccount, choosePublicUrl } from "../../src/playground/account-choice.ts";

const local = "http://127.0.0.1:1881";
const test = { INSTAMOJO_CLIENT_ID: "test_abc", INSTAMOJO_CLIENT_SECRET: "test_secret" };

describe("the account of the example bot", () => {
  it("is the one of the local Instamojo without any credentials", () => {
    expect(chooseAccount({}, local)).toMatchObject({
      source: "local",
      baseUrl: local,
      clientId: "test_local_client_id",
    });
  });

  it("is the one of the environment, in the test world, once its credentials are set", () => {
    expect(chooseAccount({ ...test, INSTAMOJO_PRIVATE_SALT: "0123456789abcdef" }, local)).toEqual({
      source: "environment",
      baseUrl: "https://test.instamojo.com",
      clientId: "test_abc",
      clientSecret: "test_secret",
      privateSalt: "0123456789abcdef",
    });
  });

  it.each([
    ["half a pair", { INSTAMOJO_CLIENT_ID: "test_abc" }, "INSTAMOJO_CLIENT_SECRET is missing"],
    ["the other half", { INSTAMOJO_CLIENT_SECRET: "x" }, "INSTAMOJO_CLIENT_ID is missing"],
    ["the live world", { ...test, INSTAMOJO_BASE_URL: "https://api.instamojo.com" }, "real money"],
    ["the live world with a slash", { ...test, INSTAMOJO_BASE_URL: "https://api.instamojo.com/" }, "real money"],
    ["a live client id", { ...test, INSTAMOJO_CLIENT_ID: "abc" }, "of a live account"],
    ["another host", { ...test, INSTAMOJO_BASE_URL: "https://evil.example" }, "https://test.instamojo.com or"],
    [
      "a host that looks local",
      { ...test, INSTAMOJO_BASE_URL: "http://127.0.0.1.evil.example" },
      "https://test.instamojo.com or",
    ],
  ])("refuses %s and says what to do", (_what, env, words) => {
    expect(() => chooseAccount(env, local)).toThrow(expect.objectContaining({ name: "PlaygroundError", exitCode: 2 }));
    expect(() => chooseAccount(env, local)).toThrow(words);
  });

  it("never repeats the secret in a refusal", () => {
    const env = { INSTAMOJO_CLIENT_ID: "abc", INSTAMOJO_CLIENT_SECRET: "very-secret-words" };
    expect(() => chooseAccount(env, local)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("very-secret") }),
    );
  });
});

describe("the public URL", () => {
  const shop = chooseAccount({}, local);
  const remote = chooseAccount(test, local);

  it("is the playground's own address for the local Instamojo, which can reach it", () => {
    expect(choosePublicUrl({}, shop, "http://127.0.0.1:1880")).toBe("http://127.0.0.1:1880");
  });

  it("is absent for the test world unless one is given", () => {
    expect(choosePublicUrl({}, remote, "http://127.0.0.1:1880")).toBeUndefined();
    expect(choosePublicUrl({ INSTAMOJO_PUBLIC_URL: "https://bot.example.com/" }, remote, "")).toBe(
      "https://bot.example.com",
    );
  });

  it.each(["bot.example.com", "https://bot.example.com/path", "https://u:p@bot.example.com", "ftp://bot.example.com"])(
    "refuses %s, which is no origin",
    (text) => {
      expect(() => choosePublicUrl({ INSTAMOJO_PUBLIC_URL: text }, remote, "")).toThrow("must be an origin");
    },
  );
});
