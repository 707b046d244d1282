import { describe, expect, it } from "@jest/globals";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Gateway } from "../../src/client/gateway.ts";
import { paymentList, requestList } from "../../src/payments/sweep-list.ts";
import { paymentNews, requestNews } from "../../src/payments/sweep-news.ts";
import { type ListMemory, readPage } from "../../src/payments/sweep-pass.ts";
import type { PaymentRow, RequestRow } from "../../src/store/rows.ts";
import { payment, paymentId, paymentRequest, requestId } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { paymentRow, requestRow } from "../stores/sample-rows.ts";

const began = "2016-05-09T16:10:13.786Z";
const changed = "2016-05-09T16:20:13.786Z";
const page = { page: 1, limit: 2 };

describe("a row of a list of the gateway", () => {
  const payments = paymentList({} as Gateway);
  const requests = requestList({} as Gateway);
  const { created_at: _, modified_at: __, ...bare } = paymentRequest;
  const request = bare as PaymentRequest;

  it("changed when it says so, else when it began, else nobody knows when", () => {
    expect(payments.changedAt({ ...payment, created_at: began, updated_at: changed })).toBe(1_462_810_813_786);
    expect(payments.changedAt({ ...payment, created_at: began })).toBe(1_462_810_213_786);
    expect(payments.changedAt(payment)).toBeNaN();
    expect(requests.changedAt({ ...request, created_at: began, modified_at: changed })).toBe(1_462_810_813_786);
    expect(requests.changedAt({ ...request, created_at: began })).toBe(1_462_810_213_786);
    expect(requests.changedAt(request)).toBeNaN();
  });

  it("began when it says so, else nobody knows when", () => {
    expect(payments.createdAt({ ...payment, created_at: began })).toBe(1_462_810_213_786);
    expect(payments.createdAt(payment)).toBeNaN();
    expect(requests.createdAt({ ...request, created_at: began })).toBe(1_462_810_213_786);
    expect(requests.createdAt(request)).toBeNaN();
  });

  it("has the same mark until its status or its stamp changes", () => {
    const marks = [
      payment,
      { ...payment, status: null },
      { ...payment, created_at: began },
      { ...payment, created_at: began, updated_at: changed },
      { ...payment, id: "MOJO5a06005J21512198" },
    ].map(payments.markOf);
    expect(new Set(marks).size).toBe(5);
    expect(payments.markOf({ ...payment, amount: "1.00" })).toBe(marks[0]);
    expect(payments.markOf({ ...payment, updated_at: began })).toBe(marks[2]);
  });

  it("that is a link has another mark when a payment comes to it, too", () => {
    const marks = [
      request,
      { ...request, status: "Completed" },
      { ...request, payments: [`https://x/v2/payments/${paymentId}/`] },
      { ...request, created_at: began },
      { ...request, created_at: began, modified_at: changed },
    ].map(requests.markOf);
    expect(new Set(marks).size).toBe(5);
    expect(requests.markOf({ ...request, modified_at: began })).toBe(marks[3]);
  });
});

describe("a page of a list of the gateway", () => {
  const listed = (rows: number, next?: string | null) => {
    const reply = { count: undefined, ...(next === undefined ? {} : { next }) };
    return {
      listPayments: async () => ({ ...reply, payments: Array(rows).fill(payment) }),
      listPaymentRequests: async () => ({ ...reply, payment_requests: Array(rows).fill(paymentRequest) }),
    } as unknown as Gateway;
  };

  it.each([
    ["the gateway says that none follows", 2, null, true],
    ["it is empty, whatever the gateway says", 0, "https://x/?page=2", true],
    ["it is not full, and the gateway says nothing", 1, undefined, true],
    ["it is full, and the gateway says nothing", 2, undefined, false],
    ["it is not full, and the gateway names another", 1, "https://x/?page=2", false],
  ])("where %s: %p rows, next %p, is the last: %p", async (_, rows, next, isLast) => {
    const gateway = listed(rows, next);
    expect(await paymentList(gateway).read(page)).toMatchObject({ isLast, count: null });
    expect(await requestList(gateway).read(page)).toMatchObject({ isLast, count: null });
  });
});

describe("a list that starts with its oldest row", () => {
  it("is still read from its end where the gateway does not say its length any more", async () => {
    const memory: ListMemory = { order: "oldest-first", count: 5 };
    const asked: number[] = [];
    const list = paymentList({
      listPayments: async ({ page: number }: { page: number }) => {
        asked.push(number);
        return { payments: [payment], next: number < 3 ? "https://x/?page" : null };
      },
    } as unknown as Gateway);
    await readPage({ list, memory }, 1, 2);
    await readPage({ list, memory }, 2, 2);
    expect(asked).toEqual([3, 2]);
    expect(memory).toEqual({ order: "oldest-first", count: 5 });
  });
});

async function start(payments: readonly PaymentRow[] = [], adopted: RequestRow | null = null) {
  const { store, request, clock } = await openLedger();
  await store.commit({ request: { ...request, version: 2 }, payments });
  const links = { adopt: async () => adopted };
  return { store, links, session: fakeSession(), now: clock.now() };
}

const watch = (now: number, id = paymentId) => [
  { account: "shop", environment: "test", paymentId: id, firstSeenAt: now, nextAt: now },
];

describe("a link that the list of links shows", () => {
  const completed: PaymentRequest = { ...paymentRequest, status: "Completed" };
  const naming: PaymentRequest = { ...completed, payments: [`https://x/v2/payments/${paymentId}/`] };

  it.each([
    ["nothing is known of it", [], [requestId]],
    ["only a failed payment is known", [paymentRow({ state: "failed" })], [requestId]],
    ["its payment is known", [paymentRow({ state: "paid" })], []],
  ])("as paid without naming a payment is read itself where %s", async (_, known, woken) => {
    const news = await requestNews(await start(known), [completed]);
    expect(news.wake.map((row) => row.paymentRequestId)).toEqual(woken);
    expect(news).toMatchObject({ watch: [], foreign: 0 });
  });

  it("with a payment that is new or open here has it read, and with one that ended here has not", async () => {
    const fresh = await start();
    expect(await requestNews(fresh, [naming])).toEqual({ watch: watch(fresh.now), wake: [], foreign: 0 });
    const open = await start([paymentRow({ state: "open" })]);
    expect((await requestNews(open, [naming])).watch).toEqual(watch(open.now));
    for (const state of ["paid", "failed"] as const) {
      const ended = await start([paymentRow({ state })]);
      expect(await requestNews(ended, [naming])).toEqual({ watch: [], wake: [], foreign: 0 });
    }
  });

  it("that was ours all along and is only adopted now has its payment read", async () => {
    const adopted = requestRow({ tag: "b".repeat(32), paymentRequestId: "b".repeat(32) });
    const options = await start([], adopted);
    expect(await requestNews(options, [{ ...naming, id: "b".repeat(32) }])).toMatchObject({
      watch: watch(options.now),
    });
  });

  it("that is nobody's of this ledger says nothing", async () => {
    const other = { ...naming, id: "c".repeat(32) };
    expect(await requestNews(await start(), [other])).toEqual({ watch: [], wake: [], foreign: 0 });
  });

  it("that was made by the merchant whom the account stood for before says nothing", async () => {
    const options = await start();
    const session = { ...options.session, row: { ...options.session.row, generation: 2 } };
    expect(await requestNews({ ...options, session }, [naming])).toEqual({ watch: [], wake: [], foreign: 0 });
  });
});

describe("a payment that the list of payments shows", () => {
  it("of no link, or of another's link, is counted and not read", async () => {
    const rows: Payment[] = [
      { ...payment, payment_request: null },
      { ...payment, payment_request: `https://x/v2/payment_requests/${"c".repeat(32)}/` },
    ];
    expect(await paymentNews(await start(), rows)).toEqual({ watch: [], wake: [], foreign: 2 });
  });

  it.each([
    ["paid", true, false],
    ["failed", false, false],
    ["failed", null, false],
    ["failed", true, true],
    ["open", null, true],
  ] as const)("is %s here and %p there is read: %p", async (state, status, isRead) => {
    const options = await start([paymentRow({ state })]);
    const news = await paymentNews(options, [{ ...payment, status }]);
    expect(news).toEqual({ watch: isRead ? watch(options.now) : [], wake: [], foreign: 0 });
  });
});
