import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { foreignPaise, listRefunds, matchingRefund, refundMismatch } from "../../src/payments/refund-cases.ts";
import { refundOutput } from "../../src/payments/refund-output.ts";
import { planRefund } from "../../src/payments/refund-plan.ts";
import type { RefundStage } from "../../src/store/rows.ts";
import { refundReply } from "../helpers/client-fakes.ts";
import { refundRow } from "../stores/sample-rows.ts";

const paymentId = refundRow().paymentId;

const listed = (...rows: Record<string, unknown>[]) => listRefunds({ listRefunds: async () => ({ refunds: rows }) }, 0);
const row = (changes: Record<string, unknown> = {}) => ({
  id: "C9",
  payment_id: paymentId,
  transaction_id: "elsewhere",
  refund_amount: "30.00",
  ...changes,
});

describe("the gateway's list of refunds", () => {
  it.each([
    ["until it ends", ["2026-03-03", "2026-03-02", "2026-03-01"], "2026-01-01", 3],
    [
      "until a whole page is older than what is looked for",
      ["2026-03-03", "2026-02-02", "2026-02-01"],
      "2026-03-01",
      2,
    ],
    ["on while a stamp cannot be read", ["2026-03-03", null, "2026-02-01"], "2026-03-01", 3],
  ] as const)("is read in its largest pages %s", async (_, days, since, expected) => {
    const asked: unknown[] = [];
    const gateway = {
      listRefunds: async (page: { page: number; limit: number }) => {
        asked.push(page);
        const created_at = days[page.page - 1];
        return { refunds: [row({ created_at })], next: page.page < days.length ? "https://next" : null };
      },
    };
    await listRefunds(gateway, Date.parse(since));
    expect(asked).toEqual([1, 2, 3].slice(0, expected).map((page) => ({ page, limit: 500 })));
  });

  it.each([
    [row(), { id: "C9", paymentId, transactionId: "elsewhere", createdAt: null, amountPaise: 3_000 }],
    [
      { id: "R0312ONS85032", payment: `https://api.instamojo.com/v2/payments/${paymentId}/`, amount: "100" },
      { id: "R0312ONS85032", paymentId, transactionId: null, createdAt: null, amountPaise: 10_000 },
    ],
    [
      row({ refund_amount: null, amount: "5" }),
      { id: "C9", paymentId, transactionId: "elsewhere", createdAt: null, amountPaise: 500 },
    ],
    [{}, { id: null, paymentId: null, transactionId: null, createdAt: null, amountPaise: null }],
    [
      { id: 9, payment_id: 1, transaction_id: {}, refund_amount: 30.5 },
      { id: null, paymentId: null, transactionId: null, createdAt: null, amountPaise: 3_050 },
    ],
  ])("is read as far as %j can be read", async (raw, expected) => {
    expect(await listed(raw)).toEqual([{ ...expected, raw }]);
  });
});

describe("the listed refund that is ours beyond doubt", () => {
  const refund = refundRow({ amountPaise: 3_000, transactionId: "elsewhere" });

  it("has our id, payment and amount", async () => {
    const rows = await listed(row({ id: "C1", transaction_id: "x" }), row({ refund_amount: "30" }));
    expect(matchingRefund(rows, refund)?.id).toBe("C9");
  });

  it.each([
    ["id", { id: null }],
    ["transaction id", { transaction_id: "order-1-refund-1" }],
    ["transaction id at all", { transaction_id: null }],
    ["payment", { payment_id: "MOJO5a06005J21512198" }],
    ["amount", { refund_amount: "30.01" }],
    ["readable amount", { refund_amount: "thirty" }],
  ])("is none without the same %s", async (_, changes) => {
    expect(matchingRefund(await listed(row(changes)), refund)).toBeUndefined();
  });
});

describe("what others refunded of a payment", () => {
  it.each([
    ["a refund made elsewhere", row(), 3_000],
    ["a refund of another payment", row({ payment_id: "MOJO5a06005J21512198" }), 0],
    ["a denied one", row({ resolution_status: "FINI_DENY" }), 0],
    ["a withdrawn one", row({ resolution_status: "FINI_WITH" }), 0],
    ["a concluded one", row({ resolution_status: "FINI_CONC" }), 3_000],
    ["one closed without a word", row({ resolution_status: "FINI_INIT" }), 3_000],
    ["our own, by its case", row({ id: "C5c0751269", transaction_id: null }), 0],
    ["our own, by its transaction id", row({ transaction_id: "order-1-refund-1" }), 0],
    ["one that names neither case nor transaction", row({ id: null, transaction_id: null }), 3_000],
  ])("counts %s right", async (_, raw, paise) => {
    const ours = [refundRow({ caseId: "C5c0751269" }), refundRow({ transactionId: "asked", caseId: null })];
    expect(foreignPaise(await listed(raw), paymentId, ours)).toBe(paise);
  });

  it("counts a second case under an id of ours", async () => {
    const ours = [refundRow({ caseId: "C9", transactionId: "elsewhere" })];
    expect(foreignPaise(await listed(row(), row({ id: "C10" })), paymentId, ours)).toBe(3_000);
  });

  it("may be all of it where an amount cannot be read", async () => {
    const rows = await listed(row({ refund_amount: "thirty" }));
    const plan = planRefund({ paidPaise: 20_000, listed: rows, ours: [], paymentId, transactionId: "mine" });
    expect(plan).toMatchObject({ availablePaise: 0, remainingPaise: 0 });
  });

  it("is a sum", async () => {
    const rows = await listed(row(), row({ id: "C10", refund_amount: "0.01" }), row({ id: "C11", refund_amount: "7" }));
    expect(foreignPaise(rows, paymentId, [])).toBe(3_701);
  });
});

describe("what is left of a payment", () => {
  const plan = (ours: readonly ReturnType<typeof refundRow>[], rows: Awaited<ReturnType<typeof listed>> = []) =>
    planRefund({ paidPaise: 20_000, listed: rows, ours, paymentId, transactionId: "new" });

  it("is all of it at first", () => {
    expect(plan([])).toEqual({ paidPaise: 20_000, availablePaise: 20_000, remainingPaise: 20_000, hasOthers: false });
  });

  it.each<[RefundStage, number, boolean]>([
    ["asking", 10_001, true],
    ["unknown", 10_001, true],
    ["requested", 10_001, true],
    ["refunded", 10_001, true],
    ["closed", 10_001, true],
    ["denied", 20_000, true],
    ["withdrawn", 20_000, true],
    ["refused", 20_000, false],
  ])("after another refund that is %s is %d paise", (stage, remainingPaise, hasOthers) => {
    expect(plan([refundRow({ stage, amountPaise: 9_999 })])).toEqual({
      paidPaise: 20_000,
      availablePaise: 20_000,
      remainingPaise,
      hasOthers,
    });
  });

  it("does not count a refused refund that is asked for again, but one under this id that an account had by another name", () => {
    expect(plan([refundRow({ transactionId: "new", stage: "refused" })])).toMatchObject({
      remainingPaise: 20_000,
      hasOthers: false,
    });
    const renamed = refundRow({ account: "renamed", transactionId: "new", stage: "requested" });
    expect(plan([renamed])).toMatchObject({ remainingPaise: 20_000 - renamed.amountPaise, hasOthers: true });
  });

  it("is less by what was refunded elsewhere, which then is another refund", async () => {
    expect(plan([refundRow({ stage: "refunded" })], await listed(row()))).toEqual({
      paidPaise: 20_000,
      availablePaise: 17_000,
      remainingPaise: 7_000,
      hasOthers: true,
    });
    expect(plan([], await listed(row()))).toMatchObject({ remainingPaise: 17_000, hasOthers: true });
  });

  it("is never below nothing", async () => {
    expect(plan([], await listed(row({ refund_amount: "200.01" })))).toMatchObject({
      availablePaise: 0,
      remainingPaise: 0,
    });
    expect(plan([refundRow({ amountPaise: 30_000 })]).remainingPaise).toBe(0);
  });

  it("is paid less foreign less reserved, whatever those are", () => {
    const paise = fc.integer({ min: 0, max: 20_000_000 });
    const stages: RefundStage[] = ["asking", "unknown", "requested", "refunded", "closed", "denied", "withdrawn"];
    fc.assert(
      fc.property(
        paise,
        fc.array(fc.tuple(paise, fc.constantFrom(...stages)), { maxLength: 8 }),
        fc.array(paise, { maxLength: 4 }),
        (paidPaise, own, foreign) => {
          const ours = own.map(([amountPaise, stage], index) =>
            refundRow({ transactionId: `own-${index}`, caseId: `C${index}`, amountPaise, stage }),
          );
          const rows = foreign.map((amountPaise, index) => ({
            id: `F${index}`,
            paymentId,
            transactionId: null,
            createdAt: null,
            amountPaise,
            raw: {},
          }));
          let left = BigInt(paidPaise);
          for (const amount of foreign) left -= BigInt(amount);
          if (left < 0n) left = 0n;
          for (const [amount, stage] of own) if (stage !== "denied" && stage !== "withdrawn") left -= BigInt(amount);
          const planned = planRefund({ paidPaise, listed: rows, ours, paymentId, transactionId: "new" });
          expect(BigInt(planned.remainingPaise)).toBe(left < 0n ? 0n : left);
        },
      ),
    );
  });
});

describe("the reply to a refund", () => {
  const reply = (changes: object) =>
    ({ ...refundReply, refund: { ...refundReply.refund, ...changes } }) as typeof refundReply & { success: true };

  it.each([
    ["as asked", {}, null],
    ["of another payment", { payment_id: "MOJO5a06005J21512198" }, "the payment"],
    ["of a paisa more", { refund_amount: "100.01" }, "the amount"],
    ["of no amount", { refund_amount: "-100" }, "the amount"],
  ])("%s differs in %p", (_, changes, mismatch) => {
    expect(refundMismatch(refundRow(), reply(changes))).toBe(mismatch);
  });

  it("is given out as what was asked for and what the gateway said", () => {
    const refund = refundRow({ stage: "requested", caseId: "C5c0751269", response: { ...refundReply } });
    expect(refundOutput(refund, true)).toEqual({
      account: "shop",
      environment: "test",
      refundId: "C5c0751269",
      state: "requested",
      paymentId,
      paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
      uniqueTransactionId: "order-1-refund-1",
      amount: "100.00",
      paidAmount: "200.00",
      currency: "INR",
      issueType: "QFL",
      description: "Product is not good",
      replayed: true,
      createdAt: "2015-12-07T11:01:37.640Z",
      response: refundReply,
    });
  });

  it("has our own time where the gateway named none", () => {
    expect(refundOutput(refundRow({ createdAt: 0 }), false)).toMatchObject({
      createdAt: "1970-01-01T00:00:00.000Z",
      refundId: "",
      response: {},
    });
  });
});
