import { describe, expect, it } from "@jest/globals";
import { createTokenBook } from "../../src/payments/token-book.ts";
import { accountRow } from "../stores/sample-rows.ts";
import { manualClock } from "../helpers/manual-clock.ts";

function book(known: Record<string, string> = { "token-1": "shop" }, generations: Record<string, number> = {}) {
  const clock = manualClock(1_000_000);
  const asked: string[] = [];
  const store = {
    async accountByToken(name: string, token: string) {
      asked.push(`${name} ${token}`);
      return known[token] === name
        ? accountRow({ name, callbackToken: token, generation: generations[token] ?? 1 })
        : null;
    },
  };
  return { clock, asked, known, ...createTokenBook({ store, clock }) };
}

describe("the token book", () => {
  it("asks the ledger once for a token that is used again soon, and keeps nothing but whose it is", async () => {
    const { ownerOf, asked } = book();
    const first = await ownerOf("shop", "token-1");
    expect(await ownerOf("shop", "token-1")).toEqual(first);
    expect(asked).toEqual(["shop token-1"]);
    expect(Object.keys(first ?? {})).toEqual(["name", "environment", "generation"]);
  });

  it("lets a token in no longer than five seconds after it was taken back, also when the clock was put back", async () => {
    const { ownerOf, clock, known } = book();
    await ownerOf("shop", "token-1");
    delete known["token-1"];
    await clock.advance(4_999);
    expect(await ownerOf("shop", "token-1")).not.toBeNull();
    await clock.advance(1);
    expect(await ownerOf("shop", "token-1")).toBeNull();
    const late = book();
    await late.ownerOf("shop", "token-1");
    delete late.known["token-1"];
    await late.clock.advance(-60_000);
    expect(await late.ownerOf("shop", "token-1")).toBeNull();
  });

  it("remembers no token that was refused, and no token for another account", async () => {
    const { ownerOf, asked, known } = book();
    expect(await ownerOf("shop", "token-2")).toBeNull();
    known["token-2"] = "shop";
    expect(await ownerOf("shop", "token-2")).not.toBeNull();
    expect(await ownerOf("other", "token-2")).toBeNull();
    expect(asked).toHaveLength(3);
  });

  it("keeps a bounded number of tokens", async () => {
    const { ownerOf, asked, known } = book();
    for (let number = 0; number < 65; number++) known[`t-${number}`] = "shop";
    for (let number = 0; number < 65; number++) await ownerOf("shop", `t-${number}`);
    await ownerOf("shop", "t-0");
    expect(asked).toHaveLength(66);
    await ownerOf("shop", "t-64");
    expect(asked).toHaveLength(66);
  });

  it("lets in no token that this process knows to be taken back, not even for a moment", async () => {
    const { ownerOf, isNow, known, asked } = book({ "token-1": "shop", other: "other" });
    await ownerOf("shop", "token-1");
    await ownerOf("other", "other");
    isNow(accountRow({ generation: 1 }));
    await ownerOf("shop", "token-1");
    expect(asked).toHaveLength(2);
    delete known["token-1"];
    isNow(accountRow({ generation: 2 }));
    expect(await ownerOf("shop", "token-1")).toBeNull();
    await ownerOf("other", "other");
    expect(asked).toEqual(["shop token-1", "other other", "shop token-1"]);
  });

  it("asks each time for one of an earlier generation, which ends with its last link", async () => {
    const { ownerOf, isNow, known } = book({ "token-1": "shop", "token-2": "shop" }, { "token-2": 2 });
    isNow(accountRow({ generation: 2 }));
    expect(await ownerOf("shop", "token-1")).toMatchObject({ generation: 1 });
    delete known["token-1"];
    expect(await ownerOf("shop", "token-1")).toBeNull();
    expect(await ownerOf("shop", "token-2")).toMatchObject({ generation: 2 });
  });
});
