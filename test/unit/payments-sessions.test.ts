import { describe, expect, it } from "@jest/globals";
import type { Account } from "../../schemas/account.ts";
import { createSessions } from "../../src/payments/sessions.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import {
  fits,
  instantClock,
  jsonReply,
  payment,
  paymentId,
  refusal,
  scriptedTransport,
  tokenReply,
} from "../helpers/client-fakes.ts";

const shop: Account = {
  name: "shop",
  baseUrl: "https://test.instamojo.com",
  clientId: "test_one",
  clientSecret: "a-secret-of-some-length",
};
const stored = { account: "shop", environment: "test" } as const;

async function start(accounts: Account[]) {
  const transports: ReturnType<typeof scriptedTransport>[] = [];
  const opened = await openSqliteStore({ file: ":memory:" });
  const asked: string[] = [];
  const store: Store = {
    ...opened,
    openAccount(identity, callbackToken) {
      asked.push(identity.clientId);
      return opened.openAccount(identity, callbackToken);
    },
  };
  const clock = instantClock();
  const sessions = createSessions({
    host: { accounts: () => accounts, store },
    validator: createAjvValidator(),
    clock,
    gatewayOptions: () => {
      const transport = scriptedTransport(({ url }) =>
        url.includes("oauth2") ? tokenReply() : jsonReply(200, payment),
      );
      transports.push(transport);
      return { transport, clock: instantClock(), fits };
    },
  });
  return { accounts, sessions, transports, clock, asked };
}

describe("the session of an account", () => {
  it("is its credentials, its world, its row and one client for all who ask", async () => {
    const { sessions, transports } = await start([shop]);
    const all = await Promise.all(Array.from({ length: 10 }, () => sessions.open("shop")));
    expect(all[0]).toMatchObject({ account: shop, environment: "test", row: { name: "shop", generation: 1 } });
    expect(new Set(all.map(({ gateway }) => gateway)).size).toBe(1);
    expect(new Set(all.map(({ row }) => row.callbackToken)).size).toBe(1);
    expect(transports).toHaveLength(1);
  });

  it("is never another account's", async () => {
    const { sessions } = await start([shop, { ...shop, name: "store" }]);
    const error = await refusal(sessions.open("shopp"));
    expect(error).toMatchObject({ code: "account_unknown", outcome: "not-applied" });
    const [one, other] = await Promise.all([sessions.open("shop"), sessions.open("store")]);
    expect(one.gateway).not.toBe(other.gateway);
    expect(one.row.callbackToken).not.toBe(other.row.callbackToken);
  });

  it("is refused for an account that breaks a rule", async () => {
    const { sessions, transports } = await start([{ ...shop, baseUrl: "https://api.instamojo.com" }]);
    expect((await refusal(sessions.open("shop"))).code).toBe("account_invalid");
    expect(transports).toEqual([]);
  });

  it("gets a new client when the secret changes, and the old one is closed", async () => {
    const { sessions, accounts, transports } = await start([shop]);
    const before = await sessions.open("shop");
    await before.gateway.getPayment(paymentId);
    accounts[0] = { ...shop, clientSecret: "another-secret-of-length" };
    const after = await sessions.open("shop");
    expect(after.gateway).not.toBe(before.gateway);
    expect(after.row).toMatchObject({ generation: 1, callbackToken: before.row.callbackToken });
    await after.gateway.getPayment(paymentId);
    expect(transports.map((transport) => [transport.tokenCalls(), transport.isClosed])).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it("asks the ledger for its row once a second at most", async () => {
    const { sessions, clock, asked } = await start([shop]);
    const first = await sessions.open("shop");
    clock.advance(999);
    expect((await sessions.open("shop")).row).toEqual(first.row);
    expect(asked).toEqual(["test_one"]);
    clock.advance(1);
    await sessions.open("shop");
    expect(asked).toEqual(["test_one", "test_one"]);
    // A clock that was set back says nothing of how long ago that was.
    clock.advance(-3_600_000);
    await sessions.open("shop");
    expect(asked).toHaveLength(3);
  });

  it("asks at once for another merchant's, and for the first one's again", async () => {
    const { sessions, accounts, asked } = await start([shop]);
    await sessions.open("shop");
    accounts[0] = { ...shop, clientId: "test_two" };
    expect((await sessions.open("shop")).row.generation).toBe(2);
    accounts[0] = shop;
    expect((await sessions.open("shop")).row.generation).toBe(1);
    expect(asked).toEqual(["test_one", "test_two", "test_one"]);
  });

  it("is closed with all the others", async () => {
    const { sessions, transports } = await start([shop, { ...shop, name: "store" }]);
    await Promise.all([sessions.open("shop"), sessions.open("store")]);
    await sessions.close();
    expect(transports.map(({ isClosed }) => isClosed)).toEqual([true, true]);
    await sessions.close();
  });
});

describe("the session of a stored row", () => {
  it("is that of its account while it is the same one", async () => {
    const { sessions } = await start([shop]);
    const session = await sessions.open("shop");
    expect(await sessions.ofRow(stored)).toMatchObject({ row: session.row });
    expect(await sessions.ofRow({ ...stored, generation: 1 })).toMatchObject({ row: session.row });
  });

  it("is absent while its account is not there, and comes back with it", async () => {
    const { sessions, accounts } = await start([shop]);
    accounts.pop();
    expect(await sessions.ofRow(stored)).toBe("absent");
    accounts.push(shop);
    expect(await sessions.ofRow(stored)).toMatchObject({ environment: "test" });
  });

  it("is superseded when the name stands for another world or merchant", async () => {
    const { sessions, accounts } = await start([shop]);
    await sessions.open("shop");
    accounts[0] = { ...shop, clientId: "test_two" };
    expect(await sessions.ofRow({ ...stored, generation: 1 })).toBe("superseded");
    expect(await sessions.ofRow({ ...stored, generation: 2 })).toMatchObject({ row: { generation: 2 } });
    expect(await sessions.ofRow({ ...stored, environment: "live" })).toBe("superseded");
  });
});
