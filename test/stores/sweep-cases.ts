import { expect } from "@jest/globals";
import type { WatchedPaymentRow } from "../../src/store/sweep-rows.ts";
import { refundRow, requestRow, shopAccount } from "./sample-rows.ts";
import type { StoreCase } from "./store-case.ts";

const watched = (paymentId: string, nextAt: number): WatchedPaymentRow => ({
  ...shopAccount,
  paymentId,
  firstSeenAt: 1,
  nextAt,
});

export const sweepCases: readonly StoreCase[] = [
  {
    says: "knows the marks that were saved, per list and account, also after it was opened again",
    async prove(ledger) {
      const save = (marks: string[], seenAt: number, forgetBefore = 0) =>
        ledger.store.saveMarks(shopAccount, "payments", { marks, seenAt, forgetBefore });
      const unseen = (list = "payments", account: { account: string; environment: "test" | "live" } = shopAccount) =>
        ledger.store.unseenMarks(account, list, ["a", "b", "c"]);
      expect(await unseen()).toEqual(["a", "b", "c"]);
      await save(["a", "b"], 10);
      await ledger.reopen();
      expect(await unseen()).toEqual(["c"]);
      expect(await unseen("requests")).toEqual(["a", "b", "c"]);
      expect(await unseen("payments", { ...shopAccount, environment: "live" })).toEqual(["a", "b", "c"]);
      await save(["b", "c"], 20, 15);
      expect(await unseen()).toEqual(["a"]);
    },
  },
  {
    says: "keeps how far an account's lists were read",
    async prove(ledger) {
      expect(await ledger.store.sweep(shopAccount)).toBeNull();
      await ledger.store.saveSweep({ ...shopAccount, deepDoneAt: null, foreignPayments: 1 });
      await ledger.store.saveSweep({ ...shopAccount, deepDoneAt: 5, foreignPayments: 2 });
      const store = await ledger.reopen();
      expect(await store.sweep(shopAccount)).toEqual({ ...shopAccount, deepDoneAt: 5, foreignPayments: 2 });
      expect(await store.sweep({ ...shopAccount, environment: "live" })).toBeNull();
    },
  },
  {
    says: "tells when the first request of an account was made and what its latest ones are",
    async prove({ store }) {
      expect(await store.latestRequests(shopAccount, 5)).toEqual({ firstCreatedAt: null, latest: [] });
      const add = (digit: string, createdAt: number, changes = {}) =>
        store.addRequest(
          requestRow({ tag: digit.repeat(32), key: digit, paymentRequestId: digit.repeat(32), createdAt, ...changes }),
        );
      await add("1", 10);
      await add("2", 20, { hasWebhook: false, stage: "unknown" });
      await add("3", 30, { status: "Completed" });
      await add("4", 40, { account: "store" });
      expect(await store.latestRequests(shopAccount, 2)).toEqual({
        firstCreatedAt: 10,
        latest: [
          { createdAt: 30, hasWebhook: true, stage: "open", status: "Completed" },
          { createdAt: 20, hasWebhook: false, stage: "unknown", status: "Pending" },
        ],
      });
    },
  },
  {
    says: "lists due requests of one account by its own time",
    async prove({ store }) {
      await store.addRequest(requestRow({ nextReadAt: 100 }));
      await store.addRequest(
        requestRow({
          tag: "b".repeat(32),
          key: "2",
          paymentRequestId: "b".repeat(32),
          account: "store",
          nextReadAt: 50,
        }),
      );
      expect(await store.dueRequests(shopAccount, 99, 5)).toEqual([]);
      expect((await store.dueRequests(shopAccount, 100, 5)).map(({ account }) => account)).toEqual(["shop"]);
      expect(await store.dueRequests({ ...shopAccount, environment: "live" }, 100, 5)).toEqual([]);
    },
  },
  {
    says: "watches a payment once, at the earlier time, until the watch ends",
    async prove({ store }) {
      await store.watchPayments([watched("MOJO1", 100), watched("MOJO2", 50)]);
      await store.watchPayments([{ ...watched("MOJO1", 200), firstSeenAt: 9 }, watched("MOJO2", 40)]);
      expect(await store.watchedPayments(39, 5)).toEqual([]);
      expect(await store.watchedPayments(100, 5)).toEqual([watched("MOJO2", 40), watched("MOJO1", 100)]);
      expect(await store.watchedPayments(100, 1)).toHaveLength(1);
      await store.saveWatched(watched("MOJO2", 500));
      await store.endWatch(watched("MOJO1", 0));
      await store.saveWatched(watched("MOJO1", 1));
      expect(await store.watchedPayments(1_000, 5)).toEqual([watched("MOJO2", 500)]);
    },
  },
  {
    says: "changes a refund only while it stands as it was read, and touches nothing else of it",
    async prove({ store }) {
      const asked = refundRow({ tag: null, stage: "unknown", nextReadAt: 1 });
      expect(await store.changeRefund(asked, { nextReadAt: 5 })).toBeNull();
      await store.saveRefund(asked);
      const booked = await store.changeRefund(asked, { stage: "requested", caseId: "C1", response: { id: "C1" } });
      expect(booked).toEqual({ ...asked, stage: "requested", caseId: "C1", response: { id: "C1" } });
      expect(await store.changeRefund(asked, { nextReadAt: 9 })).toBeNull();
      expect(await store.refundByTransaction(shopAccount, asked.transactionId)).toEqual(booked);
      const stale = { ...asked, stage: "requested", caseId: "C1" } as const;
      expect(await store.changeRefund(stale, { nextReadAt: 9 })).toEqual({ ...booked, nextReadAt: 9 });
    },
  },
  {
    says: "refuses a change that was decided while a refund was at another stage",
    async prove({ store }) {
      const request = requestRow();
      await store.addRequest(request);
      const before = refundRow({ stage: "unknown" });
      await store.saveRefund({ ...before, stage: "requested", caseId: "C1" });
      const change = {
        request: { ...request, version: 2 },
        refunds: [{ ...before, stage: "denied" as const }],
        refundsBefore: [before],
      };
      expect(await store.commit(change)).toBe(false);
      expect(await store.refundByTransaction(shopAccount, before.transactionId)).toMatchObject({ stage: "requested" });
      expect(await store.commit({ ...change, refundsBefore: [{ ...before, stage: "requested", caseId: "C1" }] })).toBe(
        true,
      );
    },
  },
];
