import { afterEach, describe, expect, it } from "@jest/globals";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost;
/** Begins at 10:00 in India on 9 May 2026. */
const start = async (options: PluginHostOptions = {}) => {
  const startedAt = Date.now();
  const now = () => Date.UTC(2026, 4, 9, 4, 30) + Date.now() - startedAt;
  host = await startPluginHost({ ...options, simulator: { now, ...options.simulator } });
};
afterEach(() => host.close());

async function link(reference = "order-1"): Promise<string> {
  const made = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference });
  if (made.port !== "success") throw new Error(JSON.stringify(made));
  return String(made.output.paymentRequestId);
}

function pay(paymentRequestId: string, outcome: "success" | "failure" | "pending" = "success", payer = {}) {
  return host.simulator.control.pay({ paymentRequestId, outcome, payer, isForced: true }).id;
}

interface Listed {
  readonly payments: readonly Record<string, unknown>[];
  readonly count: number;
  readonly hasMore: boolean;
  readonly nextPage: number | null;
  readonly pagesRead: number;
}

async function list(input: Record<string, unknown> = {}): Promise<Listed> {
  const result = await host.run("list-payments", input);
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return result.output as unknown as Listed;
}
const ids = ({ payments }: Listed) => payments.map(({ paymentId }) => paymentId);
const listCalls = () =>
  host.simulator.ledger().calls.filter(({ path, query }) => path === "/v2/payments/" && query.limit !== "500");

describe("List payments", () => {
  it("of an account without payments is an empty list and no error", async () => {
    await start();
    expect(await list()).toMatchObject({ payments: [], count: 0, hasMore: false, nextPage: null, pagesRead: 1 });
    expect(await list({ buyer: "nobody" })).toMatchObject({ payments: [], hasMore: false });
  });

  it("says of each payment what Instamojo's list says, and the author's reference", async () => {
    await start();
    const request = await link("order-7");
    const failed = pay(request, "failure", { name: "John Doe", email: "foo@example.com", phone: "+919999999999" });
    const paid = pay(request, "success", { name: "John Doe", email: "foo@example.com", phone: "+919999999999" });
    const common = {
      amount: "200.00",
      currency: "INR",
      purpose: "Iphone",
      customer: { name: "John Doe", email: "foo@example.com", mobileNumber: "+919999999999" },
      paymentRequestId: request,
      reference: "order-7",
      createdAt: expect.stringMatching(/^2026-05-09T04:30:/),
    };
    expect((await list()).payments).toEqual([
      { ...common, paymentId: paid, status: "Completed", fees: "7.00", failureMessage: null },
      {
        ...common,
        paymentId: failed,
        status: "Failed",
        fees: null,
        failureMessage: "Transaction was declined by the bank",
      },
    ]);
  });

  it("goes page by page to the end, each payment once", async () => {
    await start();
    const request = await link();
    const made = Array.from({ length: 5 }, () => pay(request));
    const first = await list({ pageSize: 2 });
    expect(first).toMatchObject({ count: 2, hasMore: true, nextPage: 2, pagesRead: 1 });
    const second = await list({ pageSize: "2", page: first.nextPage });
    expect(second).toMatchObject({ count: 2, hasMore: true, nextPage: 3 });
    const third = await list({ pageSize: 2, page: second.nextPage });
    expect(third).toMatchObject({ count: 1, hasMore: false, nextPage: null });
    expect([first, second, third].flatMap(ids)).toEqual(made.toReversed());
    expect(await list({ pageSize: 2, page: 9 })).toMatchObject({ count: 0, hasMore: false });
  });

  it("filters by status, buyer and link", async () => {
    await start();
    const [one, two] = [await link("a"), await link("b")];
    const paid = pay(one, "success", { name: "Asha", email: "foo@example.com", phone: "+919999999999" });
    const failed = pay(one, "failure");
    const pending = pay(two, "pending", { name: "John Doe" });
    expect(ids(await list({ status: "Completed" }))).toEqual([paid]);
    expect(ids(await list({ status: "failed" }))).toEqual([failed]);
    expect(ids(await list({ status: "Processing" }))).toEqual([pending]);
    expect(ids(await list({ buyer: "FOO@example" }))).toEqual([paid]);
    expect(ids(await list({ buyer: "99999 99999" }))).toContain(paid);
    expect(ids(await list({ buyer: "john doe" }))).toEqual([pending]);
    expect(ids(await list({ paymentRequestId: one }))).toEqual([failed, paid]);
    expect(ids(await list({ paymentRequestId: one, status: "Completed" }))).toEqual([paid]);
  });

  it("counts days by Indian time, the last one to its end, and times as they are", async () => {
    await start();
    const request = await link();
    const ninth = pay(request);
    // 23:59:50 in India, still 18:29:50 in UTC.
    await host.simulator.control.advanceClock(13 * 3600 + 59 * 60 + 50);
    const lateOnNinth = pay(request);
    await host.simulator.control.advanceClock(20);
    const tenth = pay(request);
    expect(ids(await list({ from: "2026-05-09", to: "2026-05-09" }))).toEqual([lateOnNinth, ninth]);
    expect(ids(await list({ from: "2026-05-10" }))).toEqual([tenth]);
    expect(ids(await list({ to: "2026-05-08" }))).toEqual([]);
    expect(ids(await list({ from: "2026-05-09T23:00:00+05:30", to: "2026-05-09T18:30:00Z" }))).toEqual([lateOnNinth]);
  });

  it("reads no further than the list can hold what is asked for", async () => {
    await start();
    const request = await link();
    for (let index = 0; index < 30; index += 1) pay(request);
    await host.simulator.control.advanceClock(3 * 86_400);
    const today = pay(request);
    expect(await list({ from: "2026-05-12", pageSize: 10 })).toMatchObject({
      payments: [{ paymentId: today }],
      hasMore: false,
      pagesRead: 1,
    });
  });

  it("loses and repeats nothing between two runs with a filter, and reads ten pages at most", async () => {
    await start();
    const request = await link();
    const made: string[] = [];
    for (let index = 0; index < 45; index += 1) {
      const isWanted = index % 5 < 2 || index < 20;
      const id = pay(request, isWanted ? "success" : "failure");
      if (isWanted) made.unshift(id);
    }
    const found: unknown[] = [];
    let page: number | null = 1;
    for (let run = 0; page !== null && run < 50; run += 1) {
      const before = listCalls().length;
      const reply: Listed = await list({ status: "Completed", pageSize: 3, page });
      expect(reply.count).toBeLessThanOrEqual(3);
      expect(reply.pagesRead).toBe(listCalls().length - before);
      expect(reply.pagesRead).toBeLessThanOrEqual(10);
      expect(reply.hasMore).toBe(reply.nextPage !== null);
      found.push(...ids(reply));
      page = reply.nextPage;
    }
    expect(found).toEqual(made);
  });

  it("says that there is more when ten pages held nothing", async () => {
    await start();
    const request = await link();
    for (let index = 0; index < 12; index += 1) pay(request);
    const before = listCalls().length;
    expect(await list({ status: "Failed", pageSize: 1 })).toMatchObject({
      count: 0,
      hasMore: true,
      nextPage: 11,
      pagesRead: 10,
    });
    expect(listCalls()).toHaveLength(before + 10);
    expect(await list({ status: "Failed", pageSize: 1, page: 11 })).toMatchObject({ count: 0, hasMore: false });
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ["a day that does not exist", { from: "2026-02-30" }, "from", "From must be a day that exists."],
    ["an end before the beginning", { from: "2026-05-09", to: "2026-05-08" }, "to", "To must be not before From."],
    [
      "no day",
      { to: "yesterday" },
      "to",
      "To must be a day like 2026-05-09, or a time like 2026-05-09T10:30:00+05:30.",
    ],
    ["a buyer that came out empty", { buyer: "" }, "buyer", "Buyer must be filled in; it came out empty."],
    [
      "a buyer that is nobody",
      { buyer: "- - j" },
      "buyer",
      "Buyer must be at least 3 and at most 100 characters of a name, e-mail or mobile number.",
    ],
    ["page 0", { page: 0 }, "page", "Page must be at least 1."],
    ["a page too large", { pageSize: 501 }, "pageSize", "Page size must be at most 500."],
  ])("refuses %s without a call", async (_, input, field, message) => {
    await start();
    const before = listCalls().length;
    expect(await host.run("list-payments", input)).toMatchObject({
      port: "error",
      error: { code: "invalid_input", outcome: "not-applied", fieldErrors: [{ field, message }] },
    });
    expect(listCalls()).toHaveLength(before);
  });
});
