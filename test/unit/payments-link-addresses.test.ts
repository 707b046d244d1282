import { describe, expect, it } from "@jest/globals";
import { type LinkAddressOptions, linkAddresses } from "../../src/payments/link-addresses.ts";
import { FlowError } from "../../src/runtime/errors.ts";

const tag = "0123456789abcdef0123456789abcdef";
const options: LinkAddressOptions = {
  host: { publicUrl: "https://bot.example", callbackOrigins: ["https://hooks.example", "http://plain.example"] },
  account: "shop",
  token: "t0ken",
  tag,
  statusCallbackUrl: undefined,
  redirectUrl: undefined,
};
const ownWebhook = `https://bot.example/integrations/instamojo/shop?id=t0ken&op=${tag}`;
const ownReturn = `https://bot.example/integrations/instamojo/shop/return?op=${tag}`;

function refused(changes: Partial<LinkAddressOptions>): FlowError | null {
  try {
    linkAddresses({ ...options, ...changes });
    return null;
  } catch (thrown) {
    if (thrown instanceof FlowError) return thrown;
    throw thrown;
  }
}
const refusedFields = (changes: Partial<LinkAddressOptions>) =>
  refused(changes)?.fieldErrors?.map(({ field }) => field) ?? [];

describe("the addresses of a link", () => {
  it("are the host's own public ones", () => {
    expect(linkAddresses(options)).toEqual({ webhook: ownWebhook, redirectUrl: ownReturn });
  });

  it("keep the path below which a host lives, and nothing else of what is configured", () => {
    const host = { publicUrl: "https://bot.example/base/?x=1#y" };
    const below = (url: string) => url.replace("https://bot.example/", "https://bot.example/base/");
    expect(linkAddresses({ ...options, host })).toEqual({
      webhook: below(ownWebhook),
      redirectUrl: below(ownReturn),
    });
  });

  it("ask for no report without a public address, and bring the buyer back on the laptop", () => {
    const host = { localUrl: "http://127.0.0.1:1880/" };
    expect(linkAddresses({ ...options, host })).toEqual({
      webhook: undefined,
      redirectUrl: `http://127.0.0.1:1880/integrations/instamojo/shop/return?op=${tag}`,
    });
  });

  it("are none where the host has none", () => {
    expect(linkAddresses({ ...options, host: {} })).toEqual({ webhook: undefined, redirectUrl: undefined });
  });

  it("leave the author's return address alone while the callback carries the tag", () => {
    const redirectUrl = "https://shop.example/thanks?a=1";
    expect(linkAddresses({ ...options, redirectUrl })).toEqual({ webhook: ownWebhook, redirectUrl });
  });

  it.each([
    ["without a callback", { host: {} }, undefined],
    ["with a callback of the author's own", {}, "https://hooks.example/pay"],
  ])("put the tag into the author's return address %s", (_, changes, statusCallbackUrl) => {
    const redirectUrl = "https://shop.example/thanks?a=1";
    expect(linkAddresses({ ...options, ...changes, statusCallbackUrl, redirectUrl })).toEqual({
      webhook: statusCallbackUrl,
      redirectUrl: `https://shop.example/thanks?a=1&op=${tag}`,
    });
  });
});

describe("a typed status callback URL", () => {
  it.each(["https://bot.example/anything?x=1", "https://BOT.example:443/", "https://hooks.example/pay"])(
    "is taken: %s",
    (statusCallbackUrl) => {
      expect(linkAddresses({ ...options, statusCallbackUrl }).webhook).toBe(statusCallbackUrl);
    },
  );

  it.each([
    ["another origin", "https://evil.example/"],
    ["plain http of its own host", "http://bot.example/"],
    ["plain http, though listed", "http://plain.example/"],
    ["another port", "https://bot.example:8443/"],
    ["a look-alike ending", "https://bot.example.evil.example/"],
    ["a look-alike beginning", "https://xbot.example/"],
    ["a subdomain", "https://sub.bot.example/"],
    ["a look-alike letter", "https://bоt.example/"],
    ["the own host as user", "https://bot.example@evil.example/"],
    ["a user", "https://user@bot.example/"],
    ["a password", "https://:secret@hooks.example/"],
    ["a backslash", "https://evil.example\\@bot.example/"],
    ["no address", "bot.example/pay"],
    ["a relative one", "/integrations/instamojo/shop"],
    ["a data URL", "data:text/plain,hello"],
    ["a script", "javascript:alert(1)"],
    ["nothing", ""],
  ])("is refused for %s", (_, statusCallbackUrl) => {
    expect(refusedFields({ statusCallbackUrl })).toEqual(["statusCallbackUrl"]);
  });

  it("is refused in words that name the setting, and nothing else is done", () => {
    const error = refused({ statusCallbackUrl: "https://evil.example/" });
    expect(error).toMatchObject({
      code: "invalid_input",
      outcome: "not-applied",
      message: "Status callback URL must be an https address of this installation or of one listed in callbackOrigins.",
    });
    expect(error?.fieldErrors?.[0]?.remedy).toContain("callbackOrigins");
  });

  it("is refused everywhere when the host has no public address and lists nothing", () => {
    for (const statusCallbackUrl of ["https://bot.example/", "data:,x", "https://null/"]) {
      expect(refusedFields({ host: {}, statusCallbackUrl })).toEqual(["statusCallbackUrl"]);
    }
  });
});

describe("a typed redirect URL", () => {
  it.each(["https://shop.example/thanks", "http://127.0.0.1:3000/", "HTTPS://shop.example"])(
    "is taken: %s",
    (redirectUrl) => {
      expect(refusedFields({ redirectUrl })).toEqual([]);
    },
  );

  it.each([
    "shop.example/thanks",
    "/thanks",
    "",
    "ftp://shop.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://user@shop.example/",
    "https://user:pass@shop.example/",
    "https://",
  ])("is refused: %p", (redirectUrl) => {
    expect(refusedFields({ redirectUrl })).toEqual(["redirectUrl"]);
  });

  it("is refused together with a bad callback, each for itself", () => {
    expect(refusedFields({ redirectUrl: "x", statusCallbackUrl: "y" })).toEqual(["statusCallbackUrl", "redirectUrl"]);
  });
});
