import { expect } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { DecisionRow } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { eventRow, refundRow, requestRow, shopAccount } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

const tagOf = (letter: string) => letter.repeat(32);

const person = { customerName: "John", customerEmail: "John@test.com", customerMobileNumber: "9999999999" };

const ofTag = (tag: string) =>
  requestRow({
    tag,
    key: tag,
    paymentRequestId: tag,
    input: { amount: "200.00", purpose: "Iphone", ...person },
    response: null,
    createdAt: 1_000,
  });

const eventOf = (tag: string, createdAt: number) => {
  const customer = { name: "John", email: "John@test.com", mobileNumber: null };
  const told = { customer, correlation: { chat: "c-1" }, raw: { buyer: "John" }, failure: { message: "John's card" } };
  const event = { id: `evt_${tag}`, status: "Completed", amount: "200.00", ...told } as unknown as PaymentStatusEvent;
  return eventRow({ id: `evt_${tag}`, tag, event, createdAt });
};

/** A request with all that is personal about it: who it is for, the replies, an event and a refund. */
async function lived(store: Store, tag: string, eventAt = 5_000): Promise<void> {
  const request = ofTag(tag);
  await store.addRequest(request);
  await store.commit({
    request: { ...request, version: 2, sequence: 1, status: "Completed", response: { buyer_name: "John" } },
    refunds: [refundRow({ tag, transactionId: tag, response: { body: "John" } })],
    events: [eventOf(tag, eventAt)],
  });
}

const decision = (tag: string): DecisionRow => ({
  at: 9_000,
  by: "John",
  action: "forget",
  subject: tag,
  tag,
  reason: "",
});

export const personalCases: readonly StoreCase[] = [
  {
    says: "gives personal data back as it was stored, also after it was opened again",
    async prove(ledger) {
      await lived(ledger.store, tagOf("a"));
      for (const open of [() => ledger.store, ledger.reopen]) {
        const store = await open();
        expect(await store.requestByTag(tagOf("a"))).toMatchObject({
          input: person,
          correlation: { conversation: "c-1" },
          response: { buyer_name: "John" },
        });
        expect(await store.eventById(`evt_${tagOf("a")}`)).toEqual(eventOf(tagOf("a"), 5_000));
        expect(await store.refundByTransaction(shopAccount, tagOf("a"))).toMatchObject({
          input: { description: "Product is not good" },
          response: { body: "John" },
        });
      }
    },
  },
  {
    says: "lists whom personal data is kept of, in the order of their tags, with the time of the newest of it",
    async prove({ store }) {
      for (const [letter, at] of [["c", 700] as const, ["a", 5_000] as const, ["b", 6_000] as const])
        await lived(store, tagOf(letter), at);
      const [a, b, c] = [
        { tag: tagOf("a"), lastAt: 5_000 },
        { tag: tagOf("b"), lastAt: 6_000 },
        { tag: tagOf("c"), lastAt: 1_000 },
      ];
      expect(await store.personalTags("", 10)).toEqual([a, b, c]);
      expect(await store.personalTags("", 2)).toEqual([a, b]);
      expect(await store.personalTags(tagOf("b"), 10)).toEqual([c]);
      await store.erasePersonal([tagOf("b")]);
      expect(await store.personalTags("", 10)).toEqual([a, c]);
    },
  },
  {
    says: "erases the person of a request and keeps ids, amounts and states, for good",
    async prove(ledger) {
      await lived(ledger.store, tagOf("a"));
      await ledger.store.erasePersonal([tagOf("a"), tagOf("f")]);
      expect(await ledger.store.scrub()).toBe(true);
      for (const open of [() => ledger.store, ledger.reopen]) {
        const store = await open();
        const { request, refunds, events } = (await store.history(tagOf("a"))) ?? {};
        expect(JSON.stringify({ request, refunds, events })).not.toMatch(/John|9999999999|c-1|not good/);
        expect(request).toMatchObject({
          paymentRequestId: tagOf("a"),
          input: { amount: "200.00", purpose: "Iphone" },
          reference: "order-1",
          status: "Completed",
          correlation: null,
          response: null,
          isForgotten: true,
        });
        const customer = { name: null, email: null, mobileNumber: null };
        expect(events).toMatchObject([{ event: { status: "Completed", amount: "200.00", customer, failure: null } }]);
        expect(refunds).toMatchObject([{ amountPaise: 10_000, response: null, isForgotten: true }]);
      }
    },
  },
  {
    says: "touches nobody else when it erases somebody",
    async prove({ store }) {
      for (const letter of ["a", "b", "c"]) await lived(store, tagOf(letter));
      const others = () => Promise.all([tagOf("a"), tagOf("c")].map((tag) => store.history(tag)));
      const before = await others();
      await store.erasePersonal([tagOf("b")]);
      await store.scrub();
      expect(await others()).toEqual(before);
    },
  },
  {
    says: "takes no change that was decided before a person was forgotten, and gives the person nothing back",
    async prove({ store }) {
      const request = ofTag(tagOf("a"));
      await store.addRequest(request);
      await store.erasePersonal([request.tag]);
      const stale = { ...request, version: 2, sequence: 1, response: { buyer_name: "John" } };
      expect(await store.commit({ request: stale, events: [eventOf(request.tag, 5_000)] })).toBe(false);
      expect(await store.personalTags("", 10)).toEqual([]);
      expect(JSON.stringify(await store.history(request.tag))).not.toContain("John");
    },
  },
  {
    says: "keeps a refund forgotten that is saved again with what was read before",
    async prove({ store }) {
      await lived(store, tagOf("a"));
      const read = await store.refundByTransaction(shopAccount, tagOf("a"));
      await store.erasePersonal([tagOf("a")]);
      await store.saveRefund({ ...(read as NonNullable<typeof read>), stage: "refunded" });
      const after = await store.refundByTransaction(shopAccount, tagOf("a"));
      expect(after).toMatchObject({ stage: "refunded", response: null, isForgotten: true });
      expect(JSON.stringify(after)).not.toContain("John");
    },
  },
  {
    says: "erases what is kept of a refund whose payment is of no link of ours, by the tag that it lists",
    async prove({ store }) {
      await store.saveRefund(refundRow({ tag: null, transactionId: "of nobody", response: { body: "John" } }));
      const [kept] = await store.personalTags("", 10);
      expect(kept?.lastAt).toBe(1_000);
      await store.erasePersonal([kept?.tag ?? ""]);
      expect(await store.personalTags("", 10)).toEqual([]);
      const after = await store.refundByTransaction(shopAccount, "of nobody");
      expect(after).toMatchObject({ isForgotten: true, response: null });
      expect(after?.input).not.toHaveProperty("description");
    },
  },
  {
    says: "records decisions with what they erase",
    async prove({ store }) {
      await lived(store, tagOf("a"));
      await store.erasePersonal([tagOf("a")], [decision(tagOf("a"))]);
      expect((await store.history(tagOf("a")))?.decisions).toEqual([decision(tagOf("a"))]);
    },
  },
  {
    says: "records a decision with the change that it is about, and not without it",
    async prove({ store }) {
      const request = ofTag(tagOf("a"));
      await store.addRequest(request);
      const refund = refundRow({ tag: request.tag, stage: "unknown" });
      await store.saveRefund(refund);
      const decided = { ...decision(request.tag), action: "resolve", outcome: "C1" } as const;
      const decisions = async () => (await store.history(request.tag))?.decisions;

      expect(await store.commit({ request: { ...request, version: 7 }, decision: decided })).toBe(false);
      expect(await store.changeRefund({ ...refund, stage: "asking" }, { stage: "refused" }, decided)).toBeNull();
      expect(await decisions()).toEqual([]);

      expect(await store.commit({ request: { ...request, version: 2 }, decision: decided })).toBe(true);
      expect(await decisions()).toEqual([decided]);
      expect(await store.changeRefund(refund, { stage: "refused" }, { ...decided, at: 9_001 })).toMatchObject({
        stage: "refused",
      });
      expect(await decisions()).toEqual([decided, { ...decided, at: 9_001 }]);
    },
  },
];
