import { expect } from "@jest/globals";
import type { RequestRow } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { requestRow, shopAccount } from "./sample-rows.ts";
import { faultOf, type StoreCase } from "./store-case.ts";

const tag = (digit: string) => digit.repeat(32);
const id = (digit: string) => digit.repeat(32);

/** The row that answers for the key of this one, as another that asks for the same is told. */
async function holderOfKey(store: Store, request: RequestRow): Promise<RequestRow> {
  const asked = { ...request, tag: tag("f"), paymentRequestId: null };
  const answer = await store.addRequest(asked);
  expect(answer.isNew).toBe(false);
  return answer.request;
}

export const requestCases: readonly StoreCase[] = [
  {
    says: "gives a request back unchanged by key, tag and id, also after it was opened again",
    async prove(ledger) {
      const request = requestRow({ correlation: { sender: "🙂", deep: [1, null, { a: "b" }] } });
      expect(await ledger.store.addRequest(request)).toEqual({ request, isNew: true });
      for (const open of [() => ledger.store, ledger.reopen]) {
        const store = await open();
        expect(await holderOfKey(store, request)).toEqual(request);
        expect(await store.requestByTag(request.tag)).toEqual(request);
        expect(await store.requestById(shopAccount, request.paymentRequestId as string)).toEqual(request);
        expect(await store.snapshot(request.tag)).toEqual({ request, payments: [], refunds: [] });
      }
    },
  },
  {
    says: "finds nothing where there is nothing",
    async prove({ store }) {
      expect(await store.requestByTag(tag("b"))).toBeNull();
      expect(await store.requestById(shopAccount, id("1"))).toBeNull();
      expect(await store.snapshot(tag("b"))).toBeNull();
      expect(await store.eventById("evt_1")).toBeNull();
    },
  },
  {
    says: "counts the links that can be paid or may turn out to exist, whenever they are read next",
    async prove({ store }) {
      const add = (digit: string, changes: Parameters<typeof requestRow>[0]) =>
        store.addRequest(requestRow({ tag: tag(digit), key: digit, paymentRequestId: id(digit), ...changes }));
      await add("1", { nextReadAt: 5 });
      await add("2", { nextReadAt: null, status: "Failed" });
      await add("3", { stage: "unknown", paymentRequestId: null });
      await add("4", { status: "Completed", input: { allowRepeatedPayments: true } });
      await add("5", { status: "Completed", nextReadAt: 5 });
      await add("6", { status: "Cancelled" });
      await add("7", { stage: "refused" });
      expect(await store.countOpenLinks()).toBe(4);
      const first = (await store.requestByTag(tag("1"))) as RequestRow;
      await store.commit({ request: { ...first, status: "Completed", version: 2 } });
      expect(await store.countOpenLinks()).toBe(3);
    },
  },
  {
    says: "gives all parallel requests of one key the one row",
    async prove({ store }) {
      const asked = Array.from({ length: 16 }, (_, index) =>
        requestRow({ tag: tag(index.toString(16)), paymentRequestId: null, stage: "asking" }),
      );
      const answers = await Promise.all(asked.map((request) => store.addRequest(request)));
      const winner = answers.find(({ isNew }) => isNew)?.request;
      expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(new Set(answers.map(({ request }) => request.tag))).toEqual(new Set([winner?.tag]));
      const stored = await Promise.all(asked.map((request) => store.requestByTag(request.tag)));
      expect(stored.filter((row) => row !== null)).toEqual([winner]);
    },
  },
  {
    says: "keeps keys of other accounts, generations and operations apart",
    async prove({ store }) {
      const rows = [
        requestRow({ tag: tag("1"), paymentRequestId: id("1") }),
        requestRow({ tag: tag("2"), paymentRequestId: id("2"), account: "store" }),
        requestRow({ tag: tag("3"), paymentRequestId: id("3"), generation: 2 }),
        requestRow({ tag: tag("4"), paymentRequestId: id("4"), key: "another" }),
      ];
      for (const request of rows) expect(await store.addRequest(request)).toEqual({ request, isNew: true });
      for (const request of rows) expect(await holderOfKey(store, request)).toEqual(request);
    },
  },
  {
    says: "lets a replaced request give its key away and still finds it by tag",
    async prove({ store }) {
      const first = requestRow({ tag: tag("1"), paymentRequestId: id("1") });
      await store.addRequest(first);
      const replaced = { ...first, isCurrent: false, version: 2 };
      expect(await store.commit({ request: replaced })).toBe(true);
      const second = requestRow({ tag: tag("2"), paymentRequestId: id("2") });
      expect(await store.addRequest(second)).toEqual({ request: second, isNew: true });
      expect(await store.requestByTag(first.tag)).toEqual(replaced);
    },
  },
  {
    says: "keeps ids of other accounts and worlds apart, and refuses one id twice in one",
    async prove({ store }) {
      await store.addRequest(requestRow({ tag: tag("1"), key: "1" }));
      await store.addRequest(requestRow({ tag: tag("2"), key: "2", environment: "live" }));
      const paymentRequestId = requestRow().paymentRequestId as string;
      expect(await store.requestById({ account: "shop", environment: "live" }, paymentRequestId)).toMatchObject({
        tag: tag("2"),
      });
      expect(await store.requestById({ account: "shop", environment: "local" }, paymentRequestId)).toBeNull();
      const fault = await faultOf(() => store.addRequest(requestRow({ tag: tag("3"), key: "3" })));
      expect(fault.code).toBe("store_unavailable");
      expect(await store.requestByTag(tag("3"))).toBeNull();
    },
  },
  {
    says: "lists due requests, the most overdue first, at most as many as asked for",
    async prove({ store }) {
      const at = { 1: 300, 2: 100, 3: 200, 4: 301 };
      for (const [digit, nextReadAt] of Object.entries(at)) {
        await store.addRequest(requestRow({ tag: tag(digit), key: digit, paymentRequestId: id(digit), nextReadAt }));
      }
      await store.addRequest(requestRow({ tag: tag("5"), key: "5", paymentRequestId: id("5"), nextReadAt: null }));
      const due = async (now: number, limit: number) =>
        (await store.dueRequests(shopAccount, now, limit)).map((request) => request.tag[0]);
      expect(await due(99, 10)).toEqual([]);
      expect(await due(100, 10)).toEqual(["2"]);
      expect(await due(300, 10)).toEqual(["2", "3", "1"]);
      expect(await due(300, 2)).toEqual(["2", "3"]);
      expect(await due(Number.MAX_SAFE_INTEGER, 10)).toEqual(["2", "3", "1", "4"]);
    },
  },
];
