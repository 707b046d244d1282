import { expect } from "@jest/globals";
import type { RefundRow, RefundStage } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { refundRow, requestRow, shopAccount } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

const paymentId = refundRow().paymentId;

/** What each stage takes from what is left, spelled out here once more so that an error of the store shows. */
const takesMoney: Readonly<Record<RefundStage, boolean>> = {
  asking: true,
  unknown: true,
  requested: true,
  "in-review": true,
  refunded: true,
  closed: true,
  denied: false,
  withdrawn: false,
  refused: false,
};

const ask = (store: Store, transactionId: string, amountPaise: number, changes: Partial<RefundRow> = {}) =>
  store.reserveRefund(refundRow({ transactionId, amountPaise, tag: null, ...changes }), { availablePaise: 20_000 });

export const refundCases: readonly StoreCase[] = [
  {
    says: "reserves a refund and gives it back unchanged, also after it was opened again",
    async prove(ledger) {
      const refund = refundRow({ tag: null });
      expect(await ledger.store.reserveRefund(refund, { availablePaise: 20_000 })).toEqual({
        kind: "reserved",
        refund,
      });
      for (const open of [() => ledger.store, ledger.reopen]) {
        const store = await open();
        expect(await store.refundByTransaction(shopAccount, refund.transactionId)).toEqual(refund);
        expect(await store.refundsOfPayment(shopAccount, paymentId)).toEqual([refund]);
      }
    },
  },
  {
    says: "keeps refunds of other worlds and payments apart, and of one payment together whatever its account is called",
    async prove({ store }) {
      await ask(store, "one", 20_000);
      const live = { environment: "live" } as const;
      expect(await ask(store, "one", 20_000, live)).toMatchObject({ kind: "reserved" });
      expect(await store.refundsOfPayment({ ...shopAccount, ...live }, paymentId)).toHaveLength(1);
      expect(await ask(store, "one", 1, { account: "renamed" })).toEqual({ kind: "exceeds", reservedPaise: 20_000 });
      const other = { paymentId: "MOJO5a06005J21512198" };
      expect(await ask(store, "two", 20_000, other)).toMatchObject({ kind: "reserved" });
      expect(await store.refundByTransaction({ account: "nobody", environment: "test" }, "one")).toBeNull();
    },
  },
  {
    says: "gives a refund to the last paisa and not one more",
    async prove({ store }) {
      expect(await ask(store, "one", 19_999)).toMatchObject({ kind: "reserved" });
      expect(await ask(store, "two", 2)).toEqual({ kind: "exceeds", reservedPaise: 19_999 });
      expect(await store.refundByTransaction(shopAccount, "two")).toBeNull();
      expect(await ask(store, "two", 1)).toMatchObject({ kind: "reserved" });
      expect(await ask(store, "three", 1)).toEqual({ kind: "exceeds", reservedPaise: 20_000 });
    },
  },
  ...Object.entries(takesMoney).map(
    ([stage, isTaken]): StoreCase => ({
      says: `${isTaken ? "counts" : "does not count"} a refund that is ${stage} against what is left`,
      async prove({ store }) {
        await ask(store, "one", 15_000);
        await store.saveRefund(
          refundRow({ transactionId: "one", amountPaise: 15_000, tag: null, stage: stage as RefundStage }),
        );
        expect((await ask(store, "two", 10_000)).kind).toBe(isTaken ? "exceeds" : "reserved");
        expect((await ask(store, "three", isTaken ? 5_000 : 10_000)).kind).toBe("reserved");
      },
    }),
  ),
  {
    says: "gives one id to one refund however many ask for it at once",
    async prove({ store }) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => ask(store, "one", 100, { createdAt: index })),
      );
      expect(answers.filter(({ kind }) => kind === "reserved")).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === "exists")).toHaveLength(49);
      const [stored] = await store.refundsOfPayment(shopAccount, paymentId);
      for (const answer of answers) expect(answer).toMatchObject({ refund: stored });
    },
  },
  {
    says: "never reserves more than is left under parallel calls",
    async prove({ store }) {
      const amounts = [15_000, 10_000, 7_000, 4_999, 3_000, 1, 20_000, 600, 401, 12_345];
      const answers = await Promise.all(amounts.map((amount, index) => ask(store, `id-${index}`, amount)));
      let left = 20_000;
      for (const [index, amount] of amounts.entries()) {
        const isExpected = amount <= left;
        expect([index, answers[index]?.kind]).toEqual([index, isExpected ? "reserved" : "exceeds"]);
        if (isExpected) left -= amount;
        else expect(answers[index]).toEqual({ kind: "exceeds", reservedPaise: 20_000 - left });
      }
      const stored = await store.refundsOfPayment(shopAccount, paymentId);
      expect(stored.map(({ transactionId }) => transactionId)).toEqual(["id-0", "id-3", "id-5"]);
      expect(stored.reduce((sum, { amountPaise }) => sum + amountPaise, 0)).toBe(20_000 - left);
    },
  },
  {
    says: "lets a refused refund be asked for again under its id, with what is left then",
    async prove({ store }) {
      await ask(store, "one", 15_000);
      await store.saveRefund(refundRow({ transactionId: "one", amountPaise: 15_000, tag: null, stage: "refused" }));
      await ask(store, "two", 15_000);
      expect(await ask(store, "one", 15_000)).toEqual({ kind: "exceeds", reservedPaise: 15_000 });
      expect(await ask(store, "one", 5_000)).toMatchObject({ kind: "reserved", refund: { amountPaise: 5_000 } });
      expect(await store.refundByTransaction(shopAccount, "one")).toMatchObject({ stage: "asking" });
      expect(await ask(store, "three", 1)).toEqual({ kind: "exceeds", reservedPaise: 20_000 });
    },
  },
  {
    says: "counts a refund against the payment it is about now, where its refused id was used again",
    async prove({ store }) {
      const other = "MOJO5a06005J21512198";
      await store.saveRefund(refundRow({ transactionId: "one", tag: null, stage: "refused" }));
      expect(await ask(store, "one", 15_000, { paymentId: other })).toMatchObject({ kind: "reserved" });
      expect(await store.refundsOfPayment(shopAccount, other)).toHaveLength(1);
      expect(await store.refundsOfPayment(shopAccount, paymentId)).toEqual([]);
      expect(await ask(store, "two", 10_000, { paymentId: other })).toEqual({ kind: "exceeds", reservedPaise: 15_000 });
      expect(await ask(store, "three", 20_000)).toMatchObject({ kind: "reserved" });
    },
  },
  {
    says: "saves a refund in its place and shows it in the snapshot of its request",
    async prove({ store }) {
      await store.addRequest(requestRow());
      await ask(store, "one", 100);
      await ask(store, "two", 100);
      const saved = refundRow({ transactionId: "one", amountPaise: 100, stage: "refunded", caseId: "C1" });
      await store.saveRefund(saved);
      expect((await store.refundsOfPayment(shopAccount, paymentId)).map((refund) => refund.transactionId)).toEqual([
        "one",
        "two",
      ]);
      expect((await store.snapshot(requestRow().tag))?.refunds).toEqual([saved]);
    },
  },
  {
    says: "lists due refunds, the most overdue first, at most as many as asked for",
    async prove({ store }) {
      for (const [transactionId, nextReadAt] of [
        ["late", 300],
        ["early", 100],
        ["never", null],
        ["middle", 200],
      ] as const) {
        await store.saveRefund(refundRow({ transactionId, nextReadAt, tag: null }));
      }
      const due = async (now: number, limit = 10) =>
        (await store.dueRefunds(now, limit)).map((refund) => refund.transactionId);
      expect(await due(99)).toEqual([]);
      expect(await due(200)).toEqual(["early", "middle"]);
      expect(await due(9_999)).toEqual(["early", "middle", "late"]);
      expect(await due(9_999, 1)).toEqual(["early"]);
      await store.saveRefund(refundRow({ transactionId: "early", nextReadAt: null, tag: null }));
      expect(await due(200)).toEqual(["middle"]);
    },
  },
];
