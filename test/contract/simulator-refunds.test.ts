import { afterEach, describe, expect, it } from "@jest/globals";
import { closeAll, open } from "./simulator-caller.ts";

afterEach(closeAll);

const now = Date.parse("2026-11-22T12:00:00.000Z");
const refund = { type: "QFL", body: "Customer isn't satisfied with the quality" };
const refused = (reason: string) => [400, { success: false, reason, message: reason }];

describe("POST /v2/payments/{id}/refund/", () => {
  it("answers 201 with every documented key, Refunded at once and the amount as sent", async () => {
    const { paid, post } = await open({ now: () => now });
    const payment = await paid("100");
    const { status, body } = await post(`/v2/payments/${payment}/refund/`, { ...refund, refund_amount: "100" });
    expect(body.refund.id).toMatch(/^C6b22\d{5}$/);
    expect([status, body]).toEqual([
      201,
      {
        refund: {
          id: body.refund.id,
          payment_id: payment,
          status: "Refunded",
          type: "QFL",
          body: "Customer isn't satisfied with the quality",
          refund_amount: "100",
          total_amount: "100.00",
          created_at: "2026-11-22T12:00:00.000000Z",
        },
        success: true,
      },
    ]);
  });

  it.each(["RFD", "TNR", "QFL", "QNR", "EWN", "TAN", "PTH"])("takes the type %s", async (type) => {
    const { paid, post } = await open();
    expect((await post(`/v2/payments/${await paid()}/refund/`, { type, body: "x" })).body.refund.type).toBe(type);
  });

  it.each([
    [{}, { type: ["This field is required."], body: ["This field is required."] }],
    [{ ...refund, type: "XYZ" }, { type: ['"XYZ" is not a valid choice.'] }],
    [{ ...refund, body: "" }, { body: ["This field may not be blank."] }],
    [{ ...refund, refund_amount: "much" }, { refund_amount: ["A valid number is required."] }],
    [{ ...refund, refund_amount: "0" }, { refund_amount: ["Ensure this value is greater than 0."] }],
    [
      { ...refund, refund_amount: "1.001" },
      { refund_amount: ["Ensure that there are no more than 2 decimal places."] },
    ],
  ])("refuses %j with the messages by field", async (form, errors) => {
    const { paid, post, sim } = await open();
    const reply = await post(`/v2/payments/${await paid()}/refund/`, form as Record<string, string>);
    expect([reply.status, reply.body]).toEqual([400, errors]);
    expect(sim.ledger().refunds).toEqual([]);
  });

  it("refuses a payment that failed or is not finished", async () => {
    const { sim, post, request } = await open();
    const requestId = await request();
    for (const outcome of ["failure", "pending"] as const) {
      const { id } = sim.control.pay({ paymentRequestId: requestId, outcome });
      const reply = await post(`/v2/payments/${id}/refund/`, refund);
      expect([reply.status, reply.body]).toEqual(refused("Only a successful payment can be refunded."));
    }
  });

  it("of an unknown payment is not found", async () => {
    const { post } = await open();
    const reply = await post("/v2/payments/MOJO5a06005J21512197/refund/", refund);
    expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
  });

  it("answers 403 to an account that is not activated", async () => {
    const { sim, paid, post } = await open();
    const payment = await paid();
    sim.control.setSwitches({ accountActivated: false });
    const reply = await post(`/v2/payments/${payment}/refund/`, refund);
    const message = "You do not have permission to perform this action.";
    expect([reply.status, reply.body]).toEqual([403, { success: false, message }]);
  });

  it("needs a transaction_id from the second case on", async () => {
    const { paid, post } = await open();
    const path = `/v2/payments/${await paid()}/refund/`;
    const part = { ...refund, refund_amount: "50" };
    expect((await post(path, part)).status).toBe(201);
    const second = await post(path, part);
    expect([second.status, second.body]).toEqual([400, { transaction_id: ["This field is required."] }]);
    expect((await post(path, { ...part, transaction_id: "t2" })).status).toBe(201);
  });

  it("refuses a transaction_id that was used before", async () => {
    const { sim, paid, post } = await open();
    const path = `/v2/payments/${await paid()}/refund/`;
    const part = { ...refund, refund_amount: "50", transaction_id: "t1" };
    expect((await post(path, part)).status).toBe(201);
    const again = await post(path, part);
    expect([again.status, again.body]).toEqual(refused("A refund with this transaction_id already exists."));
    expect(sim.ledger().refunds).toHaveLength(1);
  });

  it("refunds in parts until the sum reaches the payment, to the paisa", async () => {
    const { sim, paid, post } = await open();
    const payment = await paid("200");
    const part = (transaction_id: string, refund_amount: string) =>
      post(`/v2/payments/${payment}/refund/`, { ...refund, transaction_id, refund_amount });
    expect((await part("t1", "120.50")).status).toBe(201);
    const over = await part("t2", "79.51");
    expect([over.status, over.body]).toEqual(refused("Refund amount is more than what is left of the payment."));
    expect((await part("t3", "79.50")).status).toBe(201);
    expect(sim.ledger().payments[0]).toMatchObject({ openRefundPaise: 20000, refundedPaise: 0 });
  });

  it.each(["FINI_DENY", "FINI_WITH", "FINI_INIT"] as const)("gives the amount free after %s", async (resolution) => {
    const { sim, paid, post } = await open();
    const path = `/v2/payments/${await paid()}/refund/`;
    const first = (await post(path, { ...refund, transaction_id: "t1" })).body.refund;
    expect((await post(path, { ...refund, transaction_id: "t2" })).status).toBe(400);
    sim.control.resolveRefund(first.id, resolution);
    expect((await post(path, { ...refund, transaction_id: "t3" })).status).toBe(201);
  });
});

describe("GET /v2/resolutioncenter/cases/{id}/", () => {
  it("shows an open case, and after the review a refunded one, with every documented key", async () => {
    const { sim, get, paid, post } = await open({ now: () => now });
    const payment = await paid("2500");
    const form = { ...refund, transaction_id: "1603367841023" };
    const { id } = (await post(`/v2/payments/${payment}/refund/`, form)).body.refund;
    const opened = await get(`/v2/resolutioncenter/cases/${id}/`);
    const always = {
      id,
      created_by: null,
      payment: `${sim.url}/v2/payments/${payment}/`,
      type: "QFL",
      body: refund.body,
      refund_amount: "2500.00",
      references: [{ id: payment, type: "Payment held.", created_at: "2026-11-22T12:00:00.000000Z" }],
      transaction_id: "1603367841023",
      created_at: "2026-11-22T12:00:00.000000Z",
      resource_uri: `${sim.url}/v2/resolutioncenter/cases/${id}/`,
      creator_name: "local",
    };
    expect([opened.status, opened.body]).toEqual([
      200,
      {
        ...always,
        status: "OPEN",
        resolution_status: null,
        status_text: "Open",
        refunds: [],
        updated_at: "2026-11-22T12:00:00.000000Z",
      },
    ]);
    await sim.control.advanceClock(4.999);
    expect((await get(`/v2/resolutioncenter/cases/${id}/`)).body.resolution_status).toBeNull();
    await sim.control.advanceClock(0.001);
    expect((await get(`/v2/resolutioncenter/cases/${id}/`)).body).toEqual({
      ...always,
      status: "FINI",
      resolution_status: "FINI_CONC",
      status_text: "Refunded",
      refunds: [
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          status: "Completed",
          bank_reference_number: expect.stringMatching(/^[A-Z0-9]{10}$/),
          created_at: "2026-11-22T12:00:05.000000Z",
        },
      ],
      updated_at: "2026-11-22T12:00:05.000000Z",
    });
    expect(sim.ledger().payments[0]).toMatchObject({ refundedPaise: 250000, openRefundPaise: 0 });
  });

  it.each([
    ["FINI_CONC", "Refunded", 1],
    ["FINI_DENY", "Case resolved", 0],
    ["FINI_WITH", "Cancelled", 0],
    ["FINI_INIT", "Case closed", 0],
  ] as const)("shows %s as decided by hand", async (resolution, text, refunds) => {
    const { sim, get, paid, post } = await open({ switches: { refundReviewSeconds: null } });
    const { id } = (await post(`/v2/payments/${await paid()}/refund/`, refund)).body.refund;
    await sim.control.advanceClock(35_000);
    expect((await get(`/v2/resolutioncenter/cases/${id}/`)).body.resolution_status).toBeNull();
    sim.control.resolveRefund(id, resolution);
    const { body } = await get(`/v2/resolutioncenter/cases/${id}/`);
    const { refunds: rows, resolution_status, status, status_text } = body;
    expect([status, resolution_status, status_text, rows.length]).toEqual(["FINI", resolution, text, refunds]);
  });

  it("of an unknown id is not found", async () => {
    const { get } = await open();
    for (const path of ["/v2/resolutioncenter/cases/C5c0751269/", "/v2/refunds/C5c0751269/"]) {
      const reply = await get(path);
      expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
    }
  });
});

describe("GET /v2/refunds/", () => {
  it("lists rows like the create reply, with the transaction id", async () => {
    const { get, paid, post } = await open();
    const form = { ...refund, transaction_id: "t1" };
    const created = (await post(`/v2/payments/${await paid()}/refund/`, form)).body.refund;
    expect((await get("/v2/refunds/")).body).toEqual({
      count: 1,
      next: null,
      previous: null,
      refunds: [{ ...created, transaction_id: "t1" }],
    });
  });

  it("shows one by its case id, with the keys that the official PHP SDK looks for", async () => {
    const { sim, get, paid, post } = await open();
    const payment = await paid();
    const created = (await post(`/v2/payments/${payment}/refund/`, refund)).body.refund;
    expect((await get(`/v2/refunds/${created.id}/`)).body).toEqual({
      ...created,
      transaction_id: null,
      payment: `${sim.url}/v2/payments/${payment}/`,
      amount: "200.00",
      buyer: "John@test.com",
    });
  });
});
