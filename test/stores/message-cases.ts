import { expect } from "@jest/globals";
import type { MessageRow } from "../../src/store/rows.ts";
import { messageRow } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

export const messageCases: readonly StoreCase[] = [
  {
    says: "keeps a recorded message, also after it was opened again",
    async prove(ledger) {
      await ledger.store.recordMessage(messageRow());
      expect(await ledger.store.dueMessages(1_000, 10)).toEqual([messageRow()]);
      expect(await (await ledger.reopen()).dueMessages(1_000, 10)).toEqual([messageRow()]);
    },
  },
  {
    says: "lists waiting messages that are due, the most overdue first, at most as many as asked for",
    async prove({ store }) {
      for (const [id, nextAt] of [
        ["late", 300],
        ["early", 100],
        ["middle", 200],
      ] as const) {
        await store.recordMessage(messageRow({ id, nextAt }));
      }
      const due = async (now: number, limit = 10) => (await store.dueMessages(now, limit)).map(({ id }) => id);
      expect(await due(99)).toEqual([]);
      expect(await due(200)).toEqual(["early", "middle"]);
      expect(await due(300)).toEqual(["early", "middle", "late"]);
      expect(await due(300, 2)).toEqual(["early", "middle"]);
    },
  },
  {
    says: "lists a quarantined message when it is to be read again",
    async prove({ store }) {
      const message = messageRow({ state: "quarantined", nextAt: 5_000 });
      await store.recordMessage(messageRow());
      await store.saveMessage(message);
      expect(await store.dueMessages(4_999, 10)).toEqual([]);
      expect(await store.dueMessages(5_000, 10)).toEqual([message]);
    },
  },
  {
    says: "finds the held messages of a payment, and no others",
    async prove(ledger) {
      const held = [
        messageRow({ id: "quarantined", state: "quarantined" }),
        messageRow({ id: "parked", state: "parked" }),
      ];
      for (const message of [
        ...held,
        messageRow({ id: "waiting" }),
        messageRow({ id: "done", state: "done" }),
        messageRow({ id: "dismissed", state: "dismissed" }),
        messageRow({ id: "other payment", state: "parked", paymentId: "MOJO0000000000000001" }),
        messageRow({ id: "other world", state: "parked", environment: "live" }),
      ]) {
        await ledger.store.saveMessage(message);
      }
      const store = await ledger.reopen();
      const found = await store.heldMessages(held[0] as MessageRow, messageRow().paymentId as string);
      expect([...found].sort((one, other) => (one.id < other.id ? 1 : -1))).toEqual(held);
      for (const message of held) await store.saveMessage({ ...message, state: "done" });
      expect(await store.heldMessages(held[0] as MessageRow, messageRow().paymentId as string)).toEqual([]);
    },
  },
  ...(["done", "parked", "dismissed"] as const).map(
    (state): StoreCase => ({
      says: `does not list a message that is ${state}`,
      async prove({ store }) {
        await store.recordMessage(messageRow());
        await store.saveMessage(messageRow({ state, attempts: 3 }));
        expect(await store.dueMessages(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      },
    }),
  ),
  ...(["done", "parked", "quarantined", "dismissed"] as const).map(
    (state): StoreCase => ({
      says: `makes a message that is ${state} due again when it is repeated, and remembers its past`,
      async prove(ledger) {
        await ledger.store.recordMessage(messageRow());
        await ledger.store.saveMessage(messageRow({ state, attempts: 3, nextAt: 2_000 }));
        const store = await ledger.reopen();
        await store.recordMessage(messageRow({ receivedAt: 9_000, nextAt: 9_000 }));
        expect(await store.dueMessages(8_999, 10)).toEqual([]);
        // A read that fails next must not end a quarantine.
        const next = state === "quarantined" ? state : "waiting";
        expect(await store.dueMessages(9_000, 10)).toEqual([messageRow({ state: next, attempts: 3, nextAt: 9_000 })]);
      },
    }),
  ),
  {
    says: "stores a hundred copies of a message once",
    async prove({ store }) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          store.recordMessage(messageRow({ receivedAt: index, nextAt: index })),
        ),
      );
      expect(await store.dueMessages(1_000, 200)).toEqual([messageRow({ receivedAt: 0, nextAt: 99 })]);
    },
  },
];
