import { describe, expect, it } from "@jest/globals";
import {
  callbackUrl,
  digest,
  newCallbackToken,
  newTag,
  returnUrl,
  tagOf,
  webhookPath,
  withTag,
} from "../../src/payments/callbacks.ts";

const tag = "0123456789abcdef0123456789abcdef";

describe("the public addresses", () => {
  it("are those of the manifest, with token and tag", () => {
    expect(webhookPath("shop")).toBe("/integrations/instamojo/shop");
    expect(callbackUrl("https://bot.example", "shop", "t0ken", tag)).toBe(
      `https://bot.example/integrations/instamojo/shop?id=t0ken&op=${tag}`,
    );
    expect(returnUrl("https://bot.example", "shop", tag)).toBe(
      `https://bot.example/integrations/instamojo/shop/return?op=${tag}`,
    );
  });

  it.each([
    ["https://shop.example/thanks", `https://shop.example/thanks?op=${tag}`],
    ["https://shop.example", `https://shop.example/?op=${tag}`],
    ["https://shop.example/?a=1&b=%20#end", `https://shop.example/?a=1&b=+&op=${tag}#end`],
    ["https://shop.example/?op=mine", `https://shop.example/?op=${tag}`],
  ])("give %p the tag", (url, tagged) => {
    expect(withTag(url, tag)).toBe(tagged);
    expect(tagOf(tagged)).toBe(tag);
  });
});

describe("the tag of an address", () => {
  it.each([
    [`https://bot.example/integrations/instamojo/shop?id=t&op=${tag}`, tag],
    [`https://bot.example/?op=${tag}&op=other`, tag],
    ["https://bot.example/?op=", null],
    ["https://bot.example/", null],
    [`https://bot.example/?op=${tag}0`, null],
    [`https://bot.example/?op=${tag.toUpperCase()}`, null],
    [`https://bot.example/?op=${tag.replace("0", "%27")}`, null],
    [`https://bot.example/?OP=${tag}`, null],
    [`https://bot.example/#op=${tag}`, null],
    [`/integrations/instamojo/shop?op=${tag}`, null],
    ["", null],
    [null, null],
    [undefined, null],
  ])("%p is %p", (url, expected) => {
    expect(tagOf(url)).toBe(expected);
  });
});

describe("what is random", () => {
  it("is new each time and long enough", () => {
    const tags = Array.from({ length: 100 }, newTag);
    const tokens = Array.from({ length: 100 }, newCallbackToken);
    expect(new Set([...tags, ...tokens]).size).toBe(200);
    for (const one of tags) expect(one).toMatch(/^[0-9a-f]{32}$/);
    for (const one of tokens) expect(Buffer.from(one, "base64url")).toHaveLength(32);
    for (const one of tokens) expect(encodeURIComponent(one)).toBe(one);
  });
});

describe("the digest of a list", () => {
  it("is SHA-256 over its JSON", () => {
    expect(digest("a", "b")).toBe("0473ef2dc0d324ab659d3580c1134e9d812035905c4781fdd6d529b0c6860e13");
    expect(digest()).toBe("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
  });

  it("tells lists apart that read alike", () => {
    const lists = [["ab"], ["a", "b"], ["a,b"], ['a","b'], ["", "ab"], ["ab", ""], ["b", "a"]];
    expect(new Set(lists.map((list) => digest(...list))).size).toBe(lists.length);
  });
});
