import { afterEach, describe, expect, it } from "@jest/globals";
import { call, closeAll, credentials, open } from "./simulator-caller.ts";

afterEach(closeAll);

const nodeScope =
  "payouts:read payments:read payments:fulfil payments:refund users:read users:write payment-requests:read " +
  "payment-requests:write gateway-orders:read gateway-orders:write convenience-fee:read refunds:read";

describe("calls as the official node SDK sends them", () => {
  it("get a token with the scope that was asked for", async () => {
    const { sim } = await open();
    const reply = await call(`${sim.url}/oauth2/token/`, "POST", { form: { ...credentials, scope: nodeScope } });
    expect([reply.status, reply.body.scope]).toEqual([200, nodeScope]);
  });

  it("may spell missing values undefined and null", async () => {
    const { post } = await open();
    const { status, body } = await post("/v2/payment_requests/", {
      amount: "20",
      purpose: "FIFA 16",
      buyer_name: "undefined",
      email: "undefined",
      phone: "null",
      redirect_url: "undefined",
      webhook: "undefined",
      send_email: "undefined",
      send_sms: "null",
      allow_repeated_payments: "undefined",
      expires_at: "undefined",
    });
    expect([status, body.buyer_name, body.email, body.phone, body.webhook]).toEqual([201, null, null, null, null]);
  });

  it.each([
    ["/v2/payment_requests/ID", "request_id=ID"],
    ["/v2/payments/ID", "payment_id=ID"],
  ])("read %s without its final slash and are led to it", async (path, query) => {
    const caller = await open();
    const id = path.includes("requests") ? await caller.request() : await caller.paid();
    const [from, args] = [path.replace("ID", id), query.replace("ID", id)];
    const reply = await caller.get(`${from}?${args}`);
    expect([reply.status, reply.headers.get("location")]).toEqual([301, `${from}/?${args}`]);
    expect((await caller.get(reply.headers.get("location") ?? "")).body.id).toBe(id);
  });

  it("refund with the payment's id in the form and no amount", async () => {
    const { paid, post } = await open();
    const payment = await paid("200");
    const { status, body } = await post(`/v2/payments/${payment}/refund/`, {
      payment_id: payment,
      transaction_id: "undefined",
      refund_amount: "undefined",
      type: "RFD",
      body: "x",
    });
    expect([status, body.refund.refund_amount, body.success]).toEqual([201, "200.00", true]);
  });
});

describe("calls as the official PHP SDK sends them", () => {
  it("get a token although an empty Authorization header comes along", async () => {
    const { sim } = await open();
    const headers = { authorization: "Bearer " };
    expect((await call(`${sim.url}/oauth2/token/`, "POST", { form: credentials, headers })).status).toBe(200);
  });

  it("write booleans as 1 and 0", async () => {
    const { post } = await open();
    const form = { amount: "20", purpose: "x", email: "a@b.in", send_email: "1", allow_repeated_payments: "0" };
    const { body } = await post("/v2/payment_requests/", form);
    expect([body.send_email, body.allow_repeated_payments]).toEqual([true, false]);
  });

  it("list with limit and page under the keys it reads", async () => {
    const { get } = await open();
    for (const [path, key] of [
      ["payment_requests", "payment_requests"],
      ["payments", "payments"],
      ["refunds", "refunds"],
    ] as const) {
      const reply = await get(`/v2/${path}/?limit=10&page=1`);
      expect([reply.status, reply.body]).toEqual([200, { count: 0, next: null, previous: null, [key]: [] }]);
    }
  });

  it("post arrays as multipart", async () => {
    const { sim, token } = await open();
    const multipart = { amount: "20", purpose: "FIFA 16" };
    const reply = await call(`${sim.url}/v2/payment_requests/`, "POST", { token, multipart });
    expect([reply.status, reply.body.amount, reply.body.purpose]).toEqual([201, "20", "FIFA 16"]);
  });
});

describe("calls as the official Java SDK sends them", () => {
  it("create from JSON, numbers, booleans and nulls as such", async () => {
    const { sim, token } = await open();
    const json = { amount: 20.5, purpose: "x", email: "a@b.in", send_email: true, phone: null, send_sms: false };
    const reply = await call(`${sim.url}/v2/payment_requests/`, "POST", { token, json });
    const { amount, send_email, phone } = reply.body;
    expect([reply.status, amount, send_email, phone]).toEqual([201, "20.5", true, null]);
  });

  it("refund from JSON", async () => {
    const { paid, sim, token } = await open();
    const json = { transaction_id: "t1", type: "QFL", body: "x", refund_amount: 100 };
    const reply = await call(`${sim.url}/v2/payments/${await paid()}/refund/`, "POST", { token, json });
    expect([reply.status, reply.body.refund.refund_amount]).toEqual([201, "100"]);
  });

  it("switch a request off and on without a body", async () => {
    const { request, sim, token } = await open();
    const id = await request();
    for (const verb of ["disable", "enable"]) {
      const headers = { "content-type": "application/json" };
      const reply = await call(`${sim.url}/v2/payment_requests/${id}/${verb}/`, "POST", { token, headers });
      expect(reply.body).toEqual({ success: true });
    }
  });
});

describe("gateway orders as the official SDKs call them", () => {
  const order = {
    name: "John Doe",
    email: "foo@example.com",
    phone: "9999999999",
    currency: "INR",
    amount: "20",
    transaction_id: "order-1",
    redirect_url: "http://www.example.com/done",
  };

  it("are created from a form, missing values spelled out, and read without the final slash (node)", async () => {
    const { get, post } = await open();
    const spelled = { ...order, description: "undefined", webhook_url: "null" };
    const made = await post("/v2/gateway/orders/", spelled);
    expect([made.status, made.body.order.description, made.body.order.webhook_url]).toEqual([201, null, null]);
    const id: string = made.body.order.id;
    for (const [path, query] of [
      [`/v2/gateway/orders/id:${id}`, `order_id=${id}`],
      ["/v2/gateway/orders/transaction_id:order-1", "transaction_id=order-1"],
    ]) {
      const reply = await get(`${path}?${query}`);
      expect([reply.status, reply.headers.get("location")]).toEqual([301, `${path}/?${query}`]);
      expect((await get(`${path}/?${query}`)).body.id).toBe(id);
    }
  });

  it("are created from JSON with a number as amount and listed page by page (Java, C#)", async () => {
    const { sim, token, get } = await open();
    const made = await call(`${sim.url}/v2/gateway/orders/`, "POST", { token, json: { ...order, amount: 20.5 } });
    expect([made.status, made.body.order.amount, made.body.order.status]).toEqual([201, "20.50", "pending"]);
    expect(made.body.payment_options.payment_url).toBe(`${sim.url}/@local/${made.body.order.id}`);
    const list = await get("/v2/gateway/orders/?limit=10&page=1");
    expect(list.body).toMatchObject({ count: 1, next: null, previous: null, orders: [{ id: made.body.order.id }] });
  });

  it("are made for a payment request, the id in the form (PHP, mobile back ends)", async () => {
    const { request, post } = await open();
    const id = await request({ amount: "100" });
    const form = { id, name: "John Doe", email: "foo@example.com", phone: "+919999999999" };
    const made = await post("/v2/gateway/orders/payment-request/", form);
    expect([made.status, made.body]).toEqual([
      201,
      {
        order_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: "John Doe",
        email: "foo@example.com",
        phone: "+919999999999",
        amount: "100.00",
      },
    ]);
    const without = await post("/v2/gateway/orders/payment-request/", {});
    expect([without.status, without.body]).toEqual([400, { id: ["This field is required."] }]);
  });

  it("are not found by a literal $id, which the PHP SDK sends", async () => {
    const { get } = await open();
    const reply = await get("/v2/gateway/orders/id:$id/");
    expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
  });
});

describe("bodies that cannot be read", () => {
  it.each([
    ["application/json", "{", 400, "JSON parse error - Expecting value: line 1 column 1 (char 0)"],
    ["application/json", "[1]", 400, "Invalid data. Expected a dictionary."],
    ["text/plain", "amount=9", 415, 'Unsupported media type "text/plain" in request.'],
    ["multipart/form-data", "x", 400, "Multipart form parse error - Invalid boundary in multipart."],
  ])("%s %s", async (type, text, status, message) => {
    const { sim, token } = await open();
    const reply = await fetch(`${sim.url}/v2/payment_requests/`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      body: text,
    });
    expect([reply.status, await reply.json()]).toEqual([status, { success: false, message }]);
  });

  it("JSON objects where text belongs", async () => {
    const { sim, token } = await open();
    const json = { amount: { a: 1 }, purpose: ["x"] };
    const reply = await call(`${sim.url}/v2/payment_requests/`, "POST", { token, json });
    const errors = { amount: ["Not a valid string."], purpose: ["Not a valid string."] };
    expect([reply.status, reply.body]).toEqual([400, errors]);
  });

  it("larger than a megabyte", async () => {
    const { post } = await open();
    const reply = await post("/v2/payment_requests/", { purpose: "p".repeat(1_100_000) });
    expect([reply.status, reply.body]).toEqual([413, { success: false, message: "Request body is too large." }]);
  });
});

describe("paths", () => {
  it("of a write without its final slash do nothing and say so", async () => {
    const { sim, post } = await open();
    const reply = await post("/v2/payment_requests", { amount: "20", purpose: "x" });
    const message = "Not found. Write the path with its final slash: /v2/payment_requests/";
    expect([reply.status, reply.body]).toEqual([404, { success: false, message }]);
    const ledger = sim.ledger();
    expect([ledger.paymentRequests, ledger.unhandled.map((each) => each.path)]).toEqual([[], ["/v2/payment_requests"]]);
  });

  it("that do not exist fail with a clear text and are in the ledger", async () => {
    const { sim, get } = await open();
    const reply = await get("/v2/payouts/");
    expect(reply.status).toBe(404);
    expect(reply.body.message).toContain("no route GET /v2/payouts/");
    expect(sim.ledger().unhandled).toMatchObject([{ method: "GET", path: "/v2/payouts/", status: 404 }]);
  });

  it("exist for their method only", async () => {
    const { sim, token } = await open();
    const reply = await call(`${sim.url}/v2/payments/`, "DELETE", { token });
    expect([reply.status, reply.headers.get("allow"), reply.body]).toEqual([
      405,
      "GET",
      { success: false, message: 'Method "DELETE" not allowed.' },
    ]);
  });

  it("answer HEAD without a body", async () => {
    const { sim, token } = await open();
    const reply = await call(`${sim.url}/v2/payments/`, "HEAD", { token });
    expect([reply.status, reply.text]).toEqual([200, ""]);
  });
});
