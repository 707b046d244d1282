import { afterEach, describe, expect, it } from "@jest/globals";
import { closeAll, open } from "./simulator-caller.ts";

afterEach(closeAll);

const now = Date.parse("2026-11-22T12:00:00.123Z");

function expectedPayment(id: string, url: string, requestId: string, userId: string | undefined) {
  return {
    id,
    title: "FIFA 10",
    payment_type: "api_rap",
    payment_request: `${url}/v2/payment_requests/${requestId}/`,
    status: true,
    link: null,
    product: null,
    seller: `${url}/v2/users/${userId}/`,
    currency: "INR",
    amount: "10.00",
    name: "Rahul",
    email: "rahul@example.com",
    phone: "+919898989898",
    payout: null,
    fees: "3.20",
    total_taxes: "0.58",
    cases: [],
    affiliate_id: null,
    affiliate_commission: "0.00",
    order_info: {
      shipping_address: null,
      shipping_city: null,
      shipping_state: null,
      shipping_zip: null,
      shipping_country: null,
      quantity: 1,
      unit_price: "10.00",
      custom_fields: {},
      variants: [],
    },
    instrument_type: "CARD",
    billing_instrument: "Domestic Regular Credit Card (Visa/Mastercard)",
    failure: null,
    created_at: "2026-11-22T12:00:00.123000Z",
    updated_at: "2026-11-22T12:00:00.123000Z",
    tax_invoice_id: "",
    resource_uri: `${url}/v2/payments/${id}/`,
  };
}

const form = {
  amount: "10",
  purpose: "FIFA 10",
  buyer_name: "Rahul",
  email: "rahul@example.com",
  phone: "9898989898",
};

describe("GET /v2/payments/{id}/", () => {
  it("of a paid one has every documented key", async () => {
    const { sim, get, request } = await open({ now: () => now });
    const requestId = await request(form);
    const { id } = sim.control.pay({ paymentRequestId: requestId, outcome: "success" });
    const reply = await get(`/v2/payments/${id}/`);
    expect(id).toMatch(/^MOJO6b22[A-Z]\d\d[A-Z]\d{8}$/);
    expect([reply.status, reply.body]).toEqual([
      200,
      expectedPayment(id, sim.url, requestId, sim.ledger().merchants[0]?.userId),
    ]);
  });

  it("of a failed one has its failure, and null for fee, tax and commission", async () => {
    const { sim, get, request } = await open({ now: () => now });
    const requestId = await request(form);
    const { id } = sim.control.pay({ paymentRequestId: requestId, outcome: "failure" });
    expect((await get(`/v2/payments/${id}/`)).body).toEqual({
      ...expectedPayment(id, sim.url, requestId, sim.ledger().merchants[0]?.userId),
      status: false,
      fees: null,
      total_taxes: null,
      affiliate_commission: null,
      failure: { reason: "AUTHORIZATION_FAILED", message: "Transaction was declined by the bank" },
    });
  });

  it("of one that is not finished has the status null, until it is ended", async () => {
    const { sim, get, request } = await open();
    const requestId = await request();
    const { id } = sim.control.pay({ paymentRequestId: requestId, outcome: "pending" });
    const unfinished = (await get(`/v2/payments/${id}/`)).body;
    expect([unfinished.status, unfinished.fees, unfinished.failure]).toEqual([null, null, null]);
    expect((await get(`/v2/payment_requests/${requestId}/`)).body.status).toBe("Pending");
    sim.control.pay({ paymentId: id, outcome: "success" });
    expect((await get(`/v2/payments/${id}/`)).body.status).toBe(true);
    expect((await get(`/v2/payment_requests/${requestId}/`)).body.status).toBe("Completed");
    expect(sim.ledger().payments).toHaveLength(1);
  });

  it("of an unknown id is not found", async () => {
    const { get } = await open();
    const reply = await get("/v2/payments/MOJO5a06005J21512197/");
    expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
  });

  it.each([
    ["urls", (id: string, url: string) => [`${url}/v2/resolutioncenter/cases/${id}/`]],
    ["ids", (id: string) => [id]],
    ["empty", () => []],
    ["objects", (id: string) => [expect.objectContaining({ id, resolution_status: null })]],
  ] as const)("shows its refund cases as %s", async (paymentCases, expected) => {
    const { sim, get, paid, post } = await open({ switches: { paymentCases } });
    const id = await paid();
    const refund = (await post(`/v2/payments/${id}/refund/`, { type: "PTH", body: "x" })).body.refund;
    expect((await get(`/v2/payments/${id}/`)).body.cases).toEqual(expected(refund.id, sim.url));
  });
});

describe("GET /v2/payments/", () => {
  it("lists payments of every status, newest first, as a single read shows them", async () => {
    const { sim, get, request } = await open();
    const requestId = await request();
    const failed = sim.control.pay({ paymentRequestId: requestId, outcome: "failure" });
    const paid = sim.control.pay({ paymentRequestId: requestId, outcome: "success" });
    const { body } = await get("/v2/payments/");
    expect(Object.keys(body)).toEqual(["count", "next", "previous", "payments"]);
    expect(body.payments.map((row: { id: string }) => row.id)).toEqual([paid.id, failed.id]);
    expect(body.payments[0]).toEqual((await get(`/v2/payments/${paid.id}/`)).body);
  });
});

describe("POST /v2/payments/{id}/fulfil/", () => {
  it("answers as documented", async () => {
    const { paid, post } = await open();
    const reply = await post(`/v2/payments/${await paid()}/fulfil/`);
    expect([reply.status, reply.body]).toEqual([200, { fulfil: true, success: true }]);
    expect((await post("/v2/payments/MOJO0/fulfil/")).status).toBe(404);
  });
});

describe("a payment request", () => {
  it("is paid once, unless repeated payments are allowed", async () => {
    const { sim, request } = await open();
    const once = await request();
    const often = await request({ allow_repeated_payments: "true" });
    const pay = (paymentRequestId: string, isForced = false) =>
      sim.control.pay({ paymentRequestId, outcome: "success", isForced });
    pay(once);
    pay(often);
    expect(() => pay(once)).toThrow(`payment request ${once} is completed`);
    pay(often);
    pay(once, true);
    expect(sim.ledger().paymentRequests.map((each) => each.paymentIds.length)).toEqual([2, 2]);
  });

  it("cannot be paid after it expired", async () => {
    const { sim, request } = await open({ now: () => now });
    const id = await request({ expires_at: "2026-11-22T12:05:00Z" });
    await sim.control.advanceClock(299);
    expect(sim.control.pay({ paymentRequestId: id, outcome: "failure" }).status).toBe(false);
    await sim.control.advanceClock(1);
    expect(() => sim.control.pay({ paymentRequestId: id, outcome: "success" })).toThrow(/is expired/);
  });
});
