import { requestRow } from "./sample-rows.ts";
import { expect } from "@jest/globals";
import type { StoreCase } from "./store-case.ts";

const identity = { name: "shop", environment: "test", clientId: "test_one" } as const;

export const accountCases: readonly StoreCase[] = [
  {
    says: "starts an account with generation 1, active and without a merchant",
    async prove({ store }) {
      expect(await store.openAccount(identity, "token-1")).toEqual({
        ...identity,
        generation: 1,
        callbackToken: "token-1",
        merchant: null,
        isActive: true,
      });
    },
  },
  {
    says: "gives the same account back with its first token however often it is opened",
    async prove(ledger) {
      const first = await ledger.store.openAccount(identity, "token-1");
      const parallel = await Promise.all(
        Array.from({ length: 10 }, (_, index) => ledger.store.openAccount(identity, `token-${index + 2}`)),
      );
      expect(parallel).toEqual(parallel.map(() => first));
      expect(await (await ledger.reopen()).openAccount(identity, "another")).toEqual(first);
    },
  },
  {
    says: "starts a new generation with a new token when the client id or the world changes",
    async prove({ store }) {
      await store.openAccount(identity, "token-1");
      const other = await store.openAccount({ ...identity, clientId: "test_two" }, "token-2");
      expect(other).toMatchObject({ generation: 2, callbackToken: "token-2", merchant: null, clientId: "test_two" });
      const live = await store.openAccount({ ...identity, clientId: "test_two", environment: "live" }, "token-3");
      expect(live).toMatchObject({ generation: 3, callbackToken: "token-3", environment: "live" });
      const back = await store.openAccount(identity, "token-4");
      expect(back).toMatchObject({ generation: 1, callbackToken: "token-1" });
      expect(await store.openAccount({ ...identity, clientId: "test_three" }, "token-5")).toMatchObject({
        generation: 4,
      });
    },
  },
  {
    says: "lets the token of a client id in again that came back, and no longer that of the one between",
    async prove(ledger) {
      const first = await ledger.store.openAccount(identity, "token-1");
      await ledger.store.openAccount({ ...identity, clientId: "test_two" }, "token-2");
      expect(await ledger.store.accountByToken("shop", "token-1")).toBeNull();
      await ledger.store.openAccount(identity, "token-3");
      expect(await ledger.store.accountByToken("shop", "token-1")).toEqual(first);
      expect(await ledger.store.accountByToken("shop", "token-2")).toBeNull();
      expect(await (await ledger.reopen()).accountByToken("shop", "token-1")).toEqual(first);
    },
  },
  {
    says: "keeps the generations of two names apart",
    async prove({ store }) {
      await store.openAccount(identity, "token-1");
      expect(await store.openAccount({ ...identity, name: "store" }, "token-2")).toMatchObject({ generation: 1 });
      expect(await store.accountByToken("store", "token-1")).toBeNull();
      expect(await store.accountByToken("shop", "token-2")).toBeNull();
    },
  },
  {
    says: "finds an account by the token of any generation that has an open link, and by nothing else",
    async prove(ledger) {
      const first = await ledger.store.openAccount(identity, "token-1");
      await ledger.store.addRequest(requestRow());
      const second = await ledger.store.openAccount({ ...identity, clientId: "test_two" }, "token-2");
      const store = await ledger.reopen();
      expect(await store.accountByToken("shop", "token-1")).toEqual(first);
      expect(await store.accountByToken("shop", "token-2")).toEqual(second);
      for (const token of ["", "token", "TOKEN-1", "token-1 ", "' OR 1=1 --"]) {
        expect(await store.accountByToken("shop", token)).toBeNull();
      }
      expect(await store.accountByToken("unknown", "token-1")).toBeNull();
    },
  },
  {
    says: "refuses the token of an earlier generation once its last link is closed",
    async prove(ledger) {
      await ledger.store.openAccount(identity, "token-1");
      const { request } = await ledger.store.addRequest(requestRow());
      await ledger.store.openAccount({ ...identity, clientId: "test_two" }, "token-2");
      await ledger.store.addRequest(requestRow({ tag: "b".repeat(32), generation: 2, paymentRequestId: null }));
      expect(await ledger.store.accountByToken("shop", "token-1")).toMatchObject({ generation: 1 });
      for (const [index, status] of (["Failed", "Processing"] as const).entries()) {
        await ledger.store.commit({ request: { ...request, status, version: index + 2 } });
        expect(await ledger.store.accountByToken("shop", "token-1")).not.toBeNull();
      }
      await ledger.store.commit({ request: { ...request, status: "Completed", version: 4 } });
      const store = await ledger.reopen();
      expect(await store.accountByToken("shop", "token-1")).toBeNull();
      expect(await store.accountByToken("shop", "token-2")).not.toBeNull();
    },
  },
  {
    says: "pins the merchant that is named first, once per generation",
    async prove(ledger) {
      const account = await ledger.store.openAccount(identity, "token-1");
      const pinned = await Promise.all(["m1", "m2", "m3"].map((name) => ledger.store.pinMerchant(account, name)));
      expect(pinned).toEqual(["m1", "m1", "m1"]);
      const store = await ledger.reopen();
      await store.addRequest(requestRow());
      expect(await store.pinMerchant(account, "m4")).toBe("m1");
      expect(await store.openAccount(identity, "x")).toEqual({ ...account, merchant: "m1" });
      expect(await store.accountByToken("shop", "token-1")).toMatchObject({ merchant: "m1" });
      const next = await store.openAccount({ ...identity, clientId: "test_two" }, "token-2");
      expect(await store.pinMerchant(next, "m5")).toBe("m5");
      expect(await store.accountByToken("shop", "token-1")).toMatchObject({ merchant: "m1" });
    },
  },
  {
    says: "takes an account that it has not seen for active",
    async prove({ store }) {
      expect(await store.isActive("shop")).toBe(true);
    },
  },
  {
    says: "remembers that an account is inactive, for the name and over generations",
    async prove(ledger) {
      await ledger.store.openAccount(identity, "token-1");
      await ledger.store.setActive("shop", false);
      await ledger.store.setActive("shop", false);
      const store = await ledger.reopen();
      expect(await store.isActive("shop")).toBe(false);
      expect(await store.isActive("store")).toBe(true);
      expect(await store.accountByToken("shop", "token-1")).toMatchObject({ isActive: false });
      const next = await store.openAccount({ ...identity, clientId: "test_two" }, "token-2");
      expect(next).toMatchObject({ generation: 2, isActive: false });
      await store.setActive("shop", true);
      expect(await store.isActive("shop")).toBe(true);
      expect(await store.openAccount({ ...identity, clientId: "test_two" }, "x")).toMatchObject({ isActive: true });
    },
  },
];
