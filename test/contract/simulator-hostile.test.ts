import { afterEach, describe, expect, it } from "@jest/globals";
import { call, closeAll, credentials, freshToken, open } from "./simulator-caller.ts";

afterEach(closeAll);

const refund = { type: "QFL", body: "x" };
const ids = (rows: { id: string }[]): string[] => rows.map((row) => row.id);

describe("the hostile profile", () => {
  it("is the documented one with the named switches changed, and can be softened one by one", async () => {
    const hostile = (await open({ profile: "hostile", switches: { readLagSeconds: 0 } })).sim.ledger().switches;
    const documented = (await open()).sim.ledger().switches;
    const changed = Object.entries(hostile).filter(
      ([name, value]) => value !== documented[name as keyof typeof documented],
    );
    expect(Object.fromEntries(changed)).toEqual({
      webhookShorturl: "empty",
      failedPaymentsListed: false,
      listLagSeconds: 120,
      caseLagSeconds: 120,
      listFilters: false,
      pagesShift: true,
      enableDisableRefused: true,
      paymentSurchargePaise: 236,
      refundReviewOutcome: "FINI_DENY",
      repeatedTransactionId: "second-case",
      refundsPerPayment: 1,
      caseShowsTransactionId: false,
      newTokenRevokesEarlier: true,
      tokenStyle: "long",
      lateWriteEvery: 5,
    });
  });

  it("shows reads and lists as they were two minutes ago", async () => {
    const { sim, get, request } = await open({ profile: "hostile" });
    const id = await request();
    const read = async () => (await get(`/v2/payment_requests/${id}/`)).status;
    const listed = async () => (await get("/v2/payment_requests/")).body.count;
    await sim.control.advanceClock(100);
    expect([await read(), await listed()]).toEqual([404, 0]);
    await sim.control.advanceClock(20);
    expect([await read(), await listed()]).toEqual([200, 1]);
    const payment = sim.control.pay({ paymentRequestId: id, outcome: "success" });
    await sim.control.advanceClock(100);
    expect((await get(`/v2/payment_requests/${id}/`)).body).toMatchObject({ status: "Pending", payments: [] });
    expect((await get(`/v2/payments/${payment.id}/`)).status).toBe(404);
    await sim.control.advanceClock(20);
    expect((await get(`/v2/payment_requests/${id}/`)).body.status).toBe("Completed");
    expect((await get(`/v2/payments/${payment.id}/`)).body.status).toBe(true);
  });

  it("shows a case two minutes late, without a transaction id, and denies it after saying Refunded", async () => {
    const { sim, get, paid, post } = await open({ profile: "hostile" });
    const reply = await post(`/v2/payments/${await paid()}/refund/`, { ...refund, transaction_id: "t1" });
    const { id, status } = reply.body.refund;
    const read = () => get(`/v2/resolutioncenter/cases/${id}/`);
    expect([status, (await read()).status]).toEqual(["Refunded", 404]);
    await sim.control.advanceClock(120);
    expect((await read()).body).toMatchObject({ resolution_status: null });
    expect((await read()).body).not.toHaveProperty("transaction_id");
    await sim.control.advanceClock(5);
    expect((await read()).body).toMatchObject({ resolution_status: "FINI_DENY" });
    expect(sim.ledger().payments[0]).toMatchObject({ refundedPaise: 0, openRefundPaise: 0 });
  });

  it("opens a second case for a repeated transaction id, and none for a new one", async () => {
    const { sim, paid, post } = await open({ profile: "hostile", switches: { lateWriteEvery: 0 } });
    const path = `/v2/payments/${await paid()}/refund/`;
    const part = { ...refund, refund_amount: "50" };
    const first = await post(path, { ...part, transaction_id: "t1" });
    const again = await post(path, { ...part, transaction_id: "t1" });
    const other = await post(path, { ...part, transaction_id: "t2" });
    expect([first, again, other].map((each) => each.status)).toEqual([201, 201, 400]);
    expect(first.body.refund.id).not.toBe(again.body.refund.id);
    expect(other.body.reason).toBe("A refund for this payment already exists.");
    expect(sim.ledger().refunds.map((each) => each.transactionId)).toEqual(["t1", "t1"]);
  });

  it("ignores list filters", async () => {
    const { get, request } = await open({ profile: "hostile", switches: { listLagSeconds: 0 } });
    const id = await request();
    expect(ids((await get("/v2/payment_requests/?status=Completed")).body.payment_requests)).toEqual([id]);
  });

  it("skips and repeats rows between pages", async () => {
    const { sim, get, request } = await open({ profile: "hostile", switches: { listLagSeconds: 0 } });
    const paymentRequestId = await request({ allow_repeated_payments: "true" });
    const made: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      made.unshift(sim.control.pay({ paymentRequestId, outcome: "success" }).id);
    }
    const page = async (number: number) => ids((await get(`/v2/payments/?limit=2&page=${number}`)).body.payments);
    expect(await page(1)).toEqual(made.slice(0, 2));
    expect(await page(2)).toEqual(made.slice(3, 5));
    expect(await page(2)).toEqual(made.slice(1, 3));
  });

  it("lists no failed payment, though one is there when asked for by its id", async () => {
    const lag = { readLagSeconds: 0, listLagSeconds: 0 };
    const { sim, get, request } = await open({ profile: "hostile", switches: lag });
    const requestId = await request();
    const { id } = sim.control.pay({ paymentRequestId: requestId, outcome: "failure" });
    expect((await get(`/v2/payment_requests/${requestId}/`)).body.payments).toEqual([]);
    expect((await get("/v2/payments/")).body).toMatchObject({ count: 0, payments: [] });
    expect((await get(`/v2/payments/${id}/`)).body.status).toBe(false);
  });

  it("refuses enable and disable", async () => {
    const { post, request } = await open({ profile: "hostile" });
    const id = await request();
    for (const verb of ["enable", "disable"]) {
      const reply = await post(`/v2/payment_requests/${id}/${verb}/`);
      const message = "You do not have permission to perform this action.";
      expect([reply.status, reply.body]).toEqual([403, { success: false, message }]);
    }
  });

  it("takes more than was asked for", async () => {
    const { sim, request } = await open({ profile: "hostile" });
    const payment = sim.control.pay({ paymentRequestId: await request({ amount: "200" }), outcome: "success" });
    expect(payment.amount).toBe("202.36");
  });

  it("ends the earlier token with a new one, and writes long tokens", async () => {
    const { sim, token, get } = await open({ profile: "hostile" });
    expect(token).toMatch(/^[\w-]{40,}\.[\w-]{100,}$/);
    const second = await freshToken(sim, credentials);
    expect((await get("/v2/payments/")).status).toBe(401);
    expect((await call(`${sim.url}/v2/payments/`, "GET", { token: second })).status).toBe(200);
  });

  it("answers every fifth write never and applies it half a minute later", async () => {
    const { sim, request, post } = await open({ profile: "hostile" });
    for (let index = 0; index < 4; index += 1) await request();
    const lost = post("/v2/payment_requests/", { amount: "9", purpose: "late" }).catch(() => "lost");
    while (sim.ledger().calls.length < 6) await new Promise(setImmediate);
    expect(sim.ledger().paymentRequests).toHaveLength(4);
    await sim.control.advanceClock(30);
    expect(await lost).toBe("lost");
    expect(sim.ledger().paymentRequests.map((each) => each.purpose)).toEqual([...Array(4).fill("Iphone"), "late"]);
  });
});

describe("the order of lists", () => {
  it.each([
    ["created-desc", [2, 1, 0]],
    ["created-asc", [0, 1, 2]],
    ["modified-desc", [0, 2, 1]],
  ] as const)("can be %s", async (listOrder, expected) => {
    const { sim, get, request } = await open({ switches: { listOrder } });
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) made.push(await request());
    await sim.control.advanceClock(1);
    sim.control.pay({ paymentRequestId: made[0] ?? "", outcome: "success" });
    const listed = ids((await get("/v2/payment_requests/")).body.payment_requests);
    expect(listed).toEqual(expected.map((index) => made[index]));
  });
});

describe("options that make no sense", () => {
  it.each([
    [{ profile: "cruel" as never }, "no such profile: cruel"],
    [{ switches: { nothing: 1 } as never }, "no such switch: nothing"],
    [{ accounts: [{ clientId: "test_local_client_id", clientSecret: "s", salt: "t" }] }, "the same clientId"],
    [{ accounts: [{ clientId: "test_2", clientSecret: "s", salt: "t", username: "a/b" }] }, "not a username: a/b"],
  ])("stop the start: %j", async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});
