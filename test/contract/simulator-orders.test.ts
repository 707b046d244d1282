import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { localSalt } from "../../src/simulator/index.ts";
import { type Caller, call, closeAll, open, openReceiver } from "./simulator-caller.ts";

afterEach(closeAll);

const good = {
  name: "John Doe",
  email: "foo@example.com",
  phone: "9999999999",
  currency: "INR",
  amount: "2500",
  transaction_id: "order-1",
  redirect_url: "http://www.example.com/done/",
  description: "FIFA 16",
};
const card = { card_number: "4242 4242 4242 4242", card_expiry: "12/30", card_cvv: "111" };

async function made({ post }: Caller, form: Record<string, string> = {}) {
  const reply = await post("/v2/gateway/orders/", { ...good, ...form });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.body.order.id as string;
}
const press = ({ sim }: Caller, id: string, button: string) =>
  call(`${sim.url}/@local/${id}/${button}`, "POST", { form: card });

describe("a gateway order", () => {
  it("is shown with the ways to pay it when it is made", async () => {
    const { sim, post } = await open();
    const { status, body } = await post("/v2/gateway/orders/", { ...good, webhook_url: "http://www.example.com/hook" });
    const id: string = body.order.id;
    expect(status).toBe(201);
    expect(body).toEqual({
      order: {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        transaction_id: "order-1",
        status: "pending",
        currency: "INR",
        amount: "2500.00",
        name: "John Doe",
        email: "foo@example.com",
        phone: "+919999999999",
        description: "FIFA 16",
        redirect_url: "http://www.example.com/done/",
        webhook_url: "http://www.example.com/hook",
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        resource_uri: `${sim.url}/v2/gateway/orders/id:${id}/`,
      },
      payment_options: {
        payment_url: `${sim.url}/@local/${id}`,
        card_options: {
          submission_data: { merchant_id: "local", order_id: id },
          submission_url: `${sim.url}/@local/${id}/pay`,
        },
      },
    });
    expect(sim.ledger().orders).toMatchObject([
      { id, transactionId: "order-1", amountPaise: 250_000, isCompleted: false, clientId: "test_local_client_id" },
    ]);
  });

  it("names every field that is missing", async () => {
    const { sim, post } = await open();
    const { status, body } = await post("/v2/gateway/orders/");
    expect(status).toBe(400);
    const required = ["This field is required."];
    expect(body).toEqual({
      name: required,
      email: required,
      phone: required,
      amount: required,
      transaction_id: required,
      redirect_url: required,
      currency: required,
    });
    expect(sim.ledger().orders).toEqual([]);
  });

  it.each([
    ["amount", "8.99", "Ensure this value is greater than or equal to 9."],
    ["amount", "200000.01", "Ensure this value is less than or equal to 200000."],
    ["amount", "9.001", "Ensure that there are no more than 2 decimal places."],
    ["amount", "nine", "A valid number is required."],
    ["currency", "USD", '"USD" is not a valid choice.'],
    ["name", "n".repeat(101), "Ensure this field has no more than 100 characters."],
    ["email", "foo", "Enter a valid email address."],
    ["phone", "12", "Enter a valid phone number"],
    ["transaction_id", "a b", "Enter letters, digits, underscores or hyphens."],
    ["transaction_id", "t".repeat(65), "Ensure this field has no more than 64 characters."],
    ["description", "d".repeat(256), "Ensure this field has no more than 255 characters."],
    ["redirect_url", "http://www.example.com/?a=1", "Enter a URL without a query."],
    ["redirect_url", "done", "Enter a valid URL."],
    ["webhook_url", "hook", "Enter a valid URL."],
  ])("is refused for its %s %s", async (field, value, message) => {
    const { sim, post } = await open();
    const { status, body } = await post("/v2/gateway/orders/", { ...good, [field]: value });
    expect([status, body]).toEqual([400, { [field]: [message] }]);
    expect(sim.ledger().orders).toEqual([]);
  });

  it("has its transaction id for ever, but another merchant may have the same", async () => {
    const second = { clientId: "test_second", clientSecret: "second_secret", salt: "s" };
    const caller = await open({ accounts: [second] });
    await made(caller);
    const again = await caller.post("/v2/gateway/orders/", good);
    expect([again.status, again.body]).toEqual([400, { transaction_id: ["This field must be unique."] }]);
    const form = { grant_type: "client_credentials", client_id: "test_second", client_secret: "second_secret" };
    const token = (await call(`${caller.sim.url}/oauth2/token/`, "POST", { form })).body.access_token;
    const other = await call(`${caller.sim.url}/v2/gateway/orders/`, "POST", { form: good, token });
    expect(other.status).toBe(201);
    const foreign = await caller.get(`/v2/gateway/orders/id:${other.body.order.id}/`);
    expect(foreign.status).toBe(404);
  });

  it("is refused by an account that is not activated, and for a local webhook where that is switched on", async () => {
    const closed = await open({ switches: { accountActivated: false } });
    expect((await closed.post("/v2/gateway/orders/", good)).status).toBe(403);
    const strict = await open({ switches: { refuseLocalWebhook: true } });
    const reply = await strict.post("/v2/gateway/orders/", { ...good, webhook_url: "http://localhost:8080/webhook" });
    expect([reply.status, reply.body]).toEqual([400, { webhook_url: ["Enter a valid URL."] }]);
  });

  it("wants a token", async () => {
    const { sim } = await open();
    for (const path of ["", "id:1/", "transaction_id:1/", "1/checkout-options/"]) {
      expect((await call(`${sim.url}/v2/gateway/orders/${path}`, "GET")).status).toBe(401);
    }
  });

  it("is no payment request, and a payment request is no order", async () => {
    const caller = await open();
    const order = await made(caller);
    const request = await caller.request();
    for (const path of [
      `/v2/payment_requests/${order}/`,
      `/v2/gateway/orders/id:${request}/`,
      `/v2/gateway/orders/${request}/checkout-options/`,
      "/v2/gateway/orders/transaction_id:other/",
    ]) {
      const reply = await caller.get(path);
      expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
    }
  });
});

describe("paying a gateway order", () => {
  it("on the hosted page leads back with the four arguments, and reads show it", async () => {
    const caller = await open();
    const id = await made(caller);
    const { text } = await call(`${caller.sim.url}/@local/${id}`, "GET");
    expect(text).toContain('<h1 id="purpose" data-testid="purpose">FIFA 16</h1>');
    expect(text).toContain("₹2,500.00");
    const failed = await press(caller, id, "fail");
    const [attempt] = caller.sim.ledger().payments;
    expect(failed.headers.get("location")).toBe(
      `http://www.example.com/done/?payment_id=${attempt?.id}&payment_status=Failed&id=${id}&transaction_id=order-1`,
    );
    const paid = await press(caller, id, "pay");
    const payment = caller.sim.ledger().payments[1];
    expect(paid.headers.get("location")).toBe(
      `http://www.example.com/done/?payment_id=${payment?.id}&payment_status=Credit&id=${id}&transaction_id=order-1`,
    );
    const common = {
      instrument_type: "CARD",
      billing_instrument: "Domestic Regular Credit Card (Visa/Mastercard)",
    };
    const failure = { reason: "AUTHORIZATION_FAILED", message: "Transaction was declined by the bank" };
    for (const path of [`id:${id}`, "transaction_id:order-1"]) {
      expect((await caller.get(`/v2/gateway/orders/${path}/`)).body).toMatchObject({
        id,
        status: "completed",
        payments: [
          { ...common, id: attempt?.id, status: "failed", failure },
          { ...common, id: payment?.id, status: "successful", failure: null },
        ],
      });
    }
    expect(caller.sim.ledger()).toMatchObject({
      orders: [{ id, isCompleted: true, paymentIds: [attempt?.id, payment?.id] }],
      payments: [
        { orderId: id, requestId: null, amountPaise: 250_000, status: false },
        { orderId: id, requestId: null, amountPaise: 250_000, status: true },
      ],
    });
    const { body } = await caller.get(`/v2/payments/${payment?.id}/`);
    expect(body).toMatchObject({ status: true, amount: "2500.00", title: "FIFA 16", payment_request: null });
  });

  it("is possible once", async () => {
    const caller = await open();
    const id = await made(caller);
    await press(caller, id, "pay");
    const again = await press(caller, id, "pay");
    expect([again.status, again.text.includes("Already paid")]).toEqual([409, true]);
    expect(() => caller.sim.control.pay({ orderId: id, outcome: "success" })).toThrow(/is completed/);
    expect(caller.sim.ledger().payments).toHaveLength(1);
  });

  it("and leaving the page unpaid is no attempt", async () => {
    const caller = await open();
    const id = await made(caller);
    const reply = await press(caller, id, "cancel");
    expect(reply.headers.get("location")).toBe(
      `http://www.example.com/done/?payment_id=&payment_status=Failed&id=${id}&transaction_id=order-1`,
    );
    expect(caller.sim.ledger().payments).toEqual([]);
  });

  it("sends a signed webhook, empty where it is about a request", async () => {
    const receiver = await openReceiver();
    const caller = await open();
    const id = await made(caller, { webhook_url: `${receiver.url}/hook?o=1` });
    const payment = caller.sim.control.pay({ orderId: id, outcome: "success" });
    await caller.sim.control.settled();
    const [received] = receiver.received;
    expect(received?.url).toBe("/hook?o=1");
    const { mac, ...fields } = Object.fromEntries(new URLSearchParams(received?.body));
    expect(fields).toEqual({
      amount: "2500.00",
      buyer: "foo@example.com",
      buyer_name: "John Doe",
      buyer_phone: "+919999999999",
      currency: "INR",
      fees: "53.00",
      longurl: "",
      payment_id: payment.id,
      payment_request_id: "",
      purpose: "FIFA 16",
      shorturl: "",
      status: "Credit",
    });
    const message = `2500.00|foo@example.com|John Doe|+919999999999|INR|53.00||${payment.id}||FIFA 16||Credit`;
    expect(mac).toBe(createHmac("sha1", localSalt).update(message).digest("hex"));
  });

  it("that stays unfinished shows no attempt until it ends, and can be refunded then", async () => {
    const caller = await open();
    const id = await made(caller);
    const { id: paymentId } = caller.sim.control.pay({ orderId: id, outcome: "pending" });
    const read = async () => (await caller.get(`/v2/gateway/orders/id:${id}/`)).body;
    expect(await read()).toMatchObject({ status: "pending", payments: [] });
    caller.sim.control.pay({ paymentId, outcome: "success" });
    expect(await read()).toMatchObject({ status: "completed", payments: [{ id: paymentId, status: "successful" }] });
    const refund = await caller.post(`/v2/payments/${paymentId}/refund/`, { type: "PTH", body: "x" });
    expect([refund.status, refund.body.refund.refund_amount]).toEqual([201, "2500.00"]);
  });
});

describe("an order for a payment request", () => {
  it("pays the request: its webhook, its status, its way back but with the order's ids", async () => {
    const receiver = await openReceiver();
    const caller = await open();
    const form = { amount: "100", webhook: `${receiver.url}/hook`, redirect_url: "http://www.example.com/done" };
    const request = await caller.request(form);
    const reply = await caller.post("/v2/gateway/orders/payment-request/", { id: request });
    const id: string = reply.body.order_id;
    const options = await caller.get(`/v2/gateway/orders/${id}/checkout-options/`);
    expect(options.body).toMatchObject({
      order: { id, transaction_id: null, amount: "100.00" },
      payment_options: { payment_url: `${caller.sim.url}/@local/${id}` },
    });
    const left = await press(caller, id, "pay");
    const [payment] = caller.sim.ledger().payments;
    expect(left.headers.get("location")).toBe(
      `http://www.example.com/done?payment_id=${payment?.id}&payment_status=Credit&id=${id}&transaction_id=`,
    );
    await caller.sim.control.settled();
    expect(new URLSearchParams(receiver.received[0]?.body).get("payment_request_id")).toBe(request);
    const { body } = await caller.get(`/v2/payment_requests/${request}/`);
    expect([body.status, body.payments]).toEqual(["Completed", [`${caller.sim.url}/v2/payments/${payment?.id}/`]]);
    expect((await press(caller, request, "pay")).status).toBe(409);
  });

  it("cannot be paid once the request is disabled, and needs a request that is there", async () => {
    const caller = await open();
    const request = await caller.request();
    const { body } = await caller.post("/v2/gateway/orders/payment-request/", { id: request });
    await caller.post(`/v2/payment_requests/${request}/disable/`);
    expect((await press(caller, body.order_id, "pay")).status).toBe(409);
    expect(() => caller.sim.control.pay({ orderId: body.order_id, outcome: "success" })).toThrow(/is disabled/);
    const missing = await caller.post("/v2/gateway/orders/payment-request/", { id: "0".repeat(32) });
    expect([missing.status, missing.body]).toEqual([404, { success: false, message: "Not found." }]);
  });
});

describe("the data file", () => {
  it("keeps orders over a restart, and one without orders is read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-"));
    const dataFile = join(folder, "instamojo.json");
    try {
      const first = await open({ dataFile });
      const id = await made(first);
      await press(first, id, "pay");
      const before = first.sim.ledger();
      await first.sim.close();
      const second = await open({ dataFile });
      expect(second.sim.ledger().orders).toEqual(before.orders);
      expect(second.sim.ledger().payments).toEqual(before.payments);
      await second.sim.close();
      const kept = JSON.parse(readFileSync(dataFile, "utf8"));
      for (const merchant of kept.merchants) delete merchant.orders;
      writeFileSync(dataFile, JSON.stringify(kept));
      const third = await open({ dataFile });
      expect(third.sim.ledger().orders).toEqual([]);
    } finally {
      await closeAll();
      rmSync(folder, { recursive: true });
    }
  });
});
