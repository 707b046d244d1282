import { describe, expect, it } from "@jest/globals";
import type { RefundCase } from "../../schemas/wire/refund.ts";
import { createRefundBook } from "../../src/payments/refund-book.ts";
import type { RefundRow } from "../../src/store/rows.ts";
import { paymentId, refundCase } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { paymentRow, refundRow, shopAccount } from "../stores/sample-rows.ts";

const listedRow = {
  id: "C5c0751269",
  payment_id: paymentId,
  transaction_id: "order-1-refund-1",
  refund_amount: "100.00",
};

async function start(
  changes: Partial<RefundRow>,
  found: Partial<RefundCase> = {},
  rows: Record<string, unknown>[] = [],
) {
  const ledger = await openLedger();
  const { store, settler, clock, request } = ledger;
  const refund = refundRow({ createdAt: clock.now(), nextReadAt: clock.now(), ...changes });
  const base = { ...request, version: 2, status: "Completed" as const };
  await store.commit({ request: base, payments: [paymentRow()], refunds: [refund] });
  const confirmed: unknown[] = [];
  const book = createRefundBook({
    store,
    settler,
    clock,
    confirmer: {
      confirmPayment: async (_, id, source) => {
        confirmed.push([id, source]);
        return { kind: "agrees" };
      },
      confirmRequest: async () => {
        throw new Error("A refund is about a payment.");
      },
    },
  });
  const session = fakeSession({
    gateway: {
      getRefundCase: async () => ({ ...refundCase, resolution_status: null, ...found }),
      listRefunds: async () => ({ refunds: rows }),
    },
  });
  const stored = async () => (await store.refundByTransaction(shopAccount, refund.transactionId)) as RefundRow;
  return { ...ledger, refund, book, session, confirmed, stored };
}

const open = { stage: "requested", caseId: "C5c0751269" } as const;

describe("an open refund case", () => {
  it.each([
    ["FINI_CONC", "refunded", "Refunded/partial"],
    ["FINI_DENY", "denied", "Completed/refund-denied"],
    ["FINI_WITH", "withdrawn", "Completed/refund-withdrawn"],
    ["FINI_INIT", "closed", "Completed/refund-closed"],
  ])("that ends as %s is %s, told once and not read again", async (resolution_status, stage, told) => {
    const { book, session, refund, stored, sent } = await start(open, { resolution_status });
    await book.follow(session, refund);
    expect(await stored()).toMatchObject({ stage, nextReadAt: null });
    expect(await sent()).toEqual([told]);
  });

  it.each([
    ["has a word that we do not know", { resolution_status: "FINI_NEW" }],
    ["is about another amount", { resolution_status: "FINI_CONC", refund_amount: "99.99" }],
    ["is another case", { id: "C5c0751270", resolution_status: "FINI_CONC" }],
    ["is about no readable amount", { resolution_status: "FINI_CONC", refund_amount: "all" }],
    [
      "is about another payment",
      { resolution_status: "FINI_CONC", payment: "https://x/v2/payments/MOJO5a06005J21512198/" },
    ],
  ])("that %s stays as it is and is read again", async (_, found) => {
    const { book, session, refund, stored, sent, clock } = await start(open, found);
    await book.follow(session, refund);
    expect(await stored()).toEqual({ ...refund, nextReadAt: clock.now() + 2_000 });
    expect(await sent()).toEqual([]);
  });

  it("that is open is under review: told once and read again", async () => {
    const { book, session, refund, stored, sent, clock } = await start(open, { resolution_status: null });
    await book.follow(session, refund);
    expect(await stored()).toEqual({ ...refund, stage: "in-review", nextReadAt: clock.now() + 2_000 });
    expect(await sent()).toEqual(["Completed/refund-in-review"]);
    await book.follow(session, await stored());
    expect(await sent()).toEqual([]);
  });

  it("happened when the gateway says so, else when it was seen", async () => {
    const named = await start(open, {
      resolution_status: "FINI_CONC",
      updated_at: "2016-01-01T00:00:00Z",
      payment: `https://x/v2/payments/${paymentId}/`,
    });
    await named.book.follow(named.session, named.refund);
    expect(await named.events()).toMatchObject([{ occurredAt: "2016-01-01T00:00:00Z", source: "poll" }]);
    const unnamed = await start(open, { resolution_status: "FINI_CONC" });
    await unnamed.book.follow(unnamed.session, unnamed.refund);
    expect(await unnamed.events()).toMatchObject([{ occurredAt: "2026-01-01T00:00:00.000Z" }]);
  });

  it("of a payment that came another way is followed without an event", async () => {
    const { book, session, refund, stored, sent } = await start(
      { ...open, tag: null },
      { resolution_status: "FINI_CONC" },
    );
    await book.follow(session, refund);
    expect(await stored()).toMatchObject({ stage: "refunded", nextReadAt: null });
    expect(await sent()).toEqual([]);
  });
});

describe("a refund that may have been sent", () => {
  it.each(["asking", "unknown"] as const)("and is %s is booked by the case that is it beyond doubt", async (stage) => {
    const { book, session, refund, stored, sent } = await start({ stage }, {}, [{ ...listedRow }]);
    await book.follow(session, refund);
    expect(await stored()).toMatchObject({ stage: "requested", caseId: "C5c0751269" });
    expect((await stored()).response).toEqual({ refund: listedRow, success: true });
    expect(await sent()).toEqual(["Completed/refund-requested"]);
  });

  it.each([
    ["nothing", []],
    ["another payment's", [{ ...listedRow, payment_id: "MOJO5a06005J21512198" }]],
    ["another amount", [{ ...listedRow, refund_amount: "100.01" }]],
    ["another id", [{ ...listedRow, transaction_id: "order-1-refund-2" }]],
    ["no id at all", [{ ...listedRow, transaction_id: undefined }]],
  ])("stays unknown while the list shows %s, for as long as it takes", async (_, rows) => {
    const { book, session, refund, stored, sent, clock } = await start({ stage: "unknown", createdAt: 0 }, {}, rows);
    expect(await book.resolve(session, refund)).toBeNull();
    await book.follow(session, refund);
    expect(await stored()).toEqual({ ...refund, nextReadAt: clock.now() + 3_600_000 });
    expect(await sent()).toEqual([]);
  });

  it("is marked unknown in silence and looked for soon", async () => {
    const { book, refund, stored, sent, clock } = await start({ stage: "asking" });
    await book.unknown(refund);
    expect(await stored()).toEqual({ ...refund, stage: "unknown", nextReadAt: clock.now() + 2_000 });
    expect(await sent()).toEqual([]);
  });
});

describe("a refund that is booked twice over", () => {
  it("is told once, also when an older row of it was written in between", async () => {
    const { book, refund, store, stored, sent } = await start({ stage: "asking" });
    await book.booked(refund, "C5c0751269", { refund: listedRow });
    await store.saveRefund(refund);
    await book.booked(refund, "C5c0751269", { refund: listedRow });
    expect(await stored()).toMatchObject({ stage: "requested" });
    expect(await sent()).toEqual(["Completed/refund-requested"]);
  });
});

describe("the story of a payment", () => {
  it("is settled before that of its refund", async () => {
    const { book, session, confirmed } = await start(open);
    await book.confirmPayment(session, paymentId);
    expect(confirmed).toEqual([[paymentId, "poll"]]);
  });
});
