import { expect } from "@jest/globals";
import type { RequestRow } from "../../src/store/rows.ts";
import { requestRow } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

const row = (digit: string, changes: Partial<RequestRow> = {}) =>
  requestRow({ tag: digit.repeat(32), key: `k${digit}`, paymentRequestId: null, ...changes });
const cap = { conversation: "hash-1", maxLinks: 2, maxMessages: 2, windowMs: 1_000 };

export const conversationCases: readonly StoreCase[] = [
  {
    says: "stores no more links of a conversation in a window than its cap allows, also after it was opened again",
    async prove(ledger) {
      const { store } = ledger;
      const rows = [row("1", { createdAt: 100 }), row("2", { createdAt: 400 })];
      for (const request of rows)
        expect(await store.addRequest(request, undefined, cap)).toEqual({ request, isNew: true });
      const third = row("3", { createdAt: 1_100 });
      const full = { kind: "links", freeAt: 1_100 };
      expect(await store.addRequest({ ...third, createdAt: 1_099 }, undefined, cap)).toMatchObject({
        isNew: false,
        full,
      });
      expect(await store.requestByTag(third.tag)).toBeNull();
      expect(await store.addRequest(rows[0] as RequestRow, undefined, cap)).toEqual({ request: rows[0], isNew: false });
      const other = { ...cap, conversation: "hash-2" };
      expect(await store.addRequest(row("4", { createdAt: 1_000 }), undefined, other)).toMatchObject({ isNew: true });
      expect(await store.addRequest(row("5", { createdAt: 1_000 }))).toMatchObject({ isNew: true });

      const again = await ledger.reopen();
      expect(await again.addRequest({ ...third, createdAt: 1_099 }, undefined, cap)).toMatchObject({
        isNew: false,
        full,
      });
      expect(await again.addRequest(third, undefined, cap)).toEqual({ request: third, isNew: true });
    },
  },
  {
    says: "counts the mails and SMS of a conversation, but no refused link, and nothing that was erased",
    async prove({ store }) {
      const input = { sendEmail: true, sendSms: true };
      const first = row("1", { createdAt: 100, input });
      await store.addRequest(first, undefined, cap);
      const second = row("2", { createdAt: 200, input: { sendSms: true } });
      const full = { kind: "messages", freeAt: 1_100 };
      expect(await store.addRequest(second, undefined, cap)).toMatchObject({ isNew: false, full });
      await store.commit({ request: { ...first, stage: "refused", isCurrent: false, version: first.version + 1 } });
      expect(await store.addRequest(second, undefined, cap)).toEqual({ request: second, isNew: true });
      const third = row("3", { createdAt: 300, input });
      expect(await store.addRequest(third, undefined, cap)).toMatchObject({ isNew: false });
      await store.erasePersonal([second.tag]);
      expect(await store.addRequest(third, undefined, cap)).toEqual({ request: third, isNew: true });
    },
  },
];
