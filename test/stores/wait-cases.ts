import { expect } from "@jest/globals";
import type { WaitWithMessage } from "../../src/store/wait-rows.ts";
import { accountRow, eventRow, paymentRow, requestRow } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

const message = { _msgid: "m-1", payload: "pay", name: "John Doe" };
const wait = (changes: Partial<WaitWithMessage> = {}): WaitWithMessage => ({
  tag: requestRow().tag,
  takerId: "wait node-1",
  startsEventFlows: false,
  ending: null,
  eventId: null,
  message,
  ...changes,
});
const withoutMessage = ({ message: _, ...row }: WaitWithMessage) => row;

export const waitCases: readonly StoreCase[] = [
  {
    says: "stores a wait together with the intent of its link, and shows it without its message beside the request",
    async prove(ledger) {
      await ledger.store.addRequest(requestRow(), wait());
      const store = await ledger.reopen();
      expect(await store.waitByTag(wait().tag)).toEqual(wait());
      expect((await store.snapshot(wait().tag))?.wait).toEqual(withoutMessage(wait()));
      expect((await store.history(wait().tag))?.wait).toEqual(withoutMessage(wait()));
    },
  },
  {
    says: "knows no wait of a link that nobody waits for",
    async prove({ store }) {
      await store.addRequest(requestRow());
      expect(await store.waitByTag(wait().tag)).toBeNull();
      expect(await store.snapshot(wait().tag)).not.toHaveProperty("wait");
    },
  },
  {
    says: "stores no wait where another row answers for the key, and keeps the wait of that row",
    async prove({ store }) {
      await store.addRequest(requestRow(), wait());
      const other = wait({ tag: "b".repeat(32), takerId: "wait node-2" });
      const { isNew } = await store.addRequest(requestRow({ tag: other.tag, paymentRequestId: null }), other);
      expect(isNew).toBe(false);
      expect(await store.waitByTag(other.tag)).toBeNull();
      expect(await store.waitByTag(wait().tag)).toEqual(wait());
    },
  },
  {
    says: "ends a wait together with the change that ends it, and not at all when that change comes too late",
    async prove(ledger) {
      const request = requestRow();
      await ledger.store.addRequest(request, wait());
      const ended = { ...withoutMessage(wait()), ending: "paid", eventId: "evt_1" } as const;
      const change = { request: { ...request, sequence: 1, version: 3 }, payments: [paymentRow()], wait: ended };
      expect(await ledger.store.commit(change)).toBe(false);
      expect((await ledger.store.waitByTag(request.tag))?.ending).toBeNull();
      const inTime = { ...change, request: { ...change.request, version: 2 }, events: [eventRow()] };
      expect(await ledger.store.commit(inTime)).toBe(true);
      const store = await ledger.reopen();
      expect(await store.waitByTag(request.tag)).toEqual({ ...ended, message });
    },
  },
  {
    says: "lets another run take a wait over, with its message",
    async prove({ store }) {
      const request = requestRow();
      await store.addRequest(request, wait({ ending: "error" }));
      const other = wait({ message: { _msgid: "m-2" } });
      expect(await store.commit({ request: { ...request, version: 2 }, wait: other })).toBe(true);
      expect(await store.waitByTag(request.tag)).toEqual(other);
    },
  },
  {
    says: "erases the message of a wait with the personal data of its request, for good, and nothing else of it",
    async prove(ledger) {
      const request = requestRow();
      await ledger.store.openAccount(accountRow(), "token-one");
      await ledger.store.addRequest(request, wait());
      expect(await ledger.store.personalTags("", 10)).toMatchObject([{ tag: request.tag }]);
      await ledger.store.erasePersonal([request.tag]);
      const store = await ledger.reopen();
      expect(await store.waitByTag(request.tag)).toEqual(wait({ message: null }));
      const forgotten = (await store.requestByTag(request.tag))!;
      await store.commit({ request: { ...forgotten, version: forgotten.version + 1 }, wait: wait() });
      expect(await store.waitByTag(request.tag)).toEqual(wait({ message: null }));
      expect(await store.personalTags("", 10)).toEqual([]);
    },
  },
];
