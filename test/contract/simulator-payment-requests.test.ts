import { afterEach, describe, expect, it } from "@jest/globals";
import { call, closeAll, open } from "./simulator-caller.ts";

afterEach(closeAll);

const now = Date.parse("2026-11-22T12:00:00.000Z");
const full = {
  amount: "2500",
  purpose: "FIFA 16",
  buyer_name: "John Doe",
  email: "foo@example.com",
  phone: "9999999999",
  redirect_url: "http://www.example.com/redirect/",
  webhook: "http://www.example.com/webhook/",
  send_email: "true",
  send_sms: "True",
  allow_repeated_payments: "false",
};

describe("POST /v2/payment_requests/", () => {
  it("answers 201 with every documented key, the amount as sent and no short address", async () => {
    const { sim, post } = await open({ now: () => now });
    const { status, body } = await post("/v2/payment_requests/", full);
    const { userId } = sim.ledger().merchants[0] ?? {};
    expect(status).toBe(201);
    expect(body.id).toMatch(/^[0-9a-f]{32}$/);
    expect(body).toEqual({
      id: body.id,
      user: `${sim.url}/v2/users/${userId}/`,
      phone: "+919999999999",
      email: "foo@example.com",
      buyer_name: "John Doe",
      amount: "2500",
      purpose: "FIFA 16",
      status: "Pending",
      payments: [],
      send_sms: true,
      send_email: true,
      sms_status: "Pending",
      email_status: "Pending",
      shorturl: null,
      longurl: `${sim.url}/@local/${body.id}`,
      redirect_url: "http://www.example.com/redirect/",
      webhook: "http://www.example.com/webhook/",
      scheduled_at: null,
      expires_at: null,
      allow_repeated_payments: false,
      mark_fulfilled: true,
      created_at: "2026-11-22T12:00:00.000000Z",
      modified_at: "2026-11-22T12:00:00.000000Z",
      resource_uri: `${sim.url}/v2/payment_requests/${body.id}/`,
    });
  });

  it("has null for what was not given", async () => {
    const { post } = await open();
    const { body } = await post("/v2/payment_requests/", { amount: "9", purpose: "x" });
    const { phone, email, buyer_name, redirect_url, webhook, sms_status, email_status, send_sms, send_email } = body;
    expect([phone, email, buyer_name, redirect_url, webhook, sms_status, email_status]).toEqual(Array(7).fill(null));
    expect([send_sms, send_email, body.allow_repeated_payments]).toEqual([false, false, false]);
  });

  const required = ["This field is required."];
  it.each([
    [{}, { amount: required, purpose: required }],
    [{ amount: "8.99" }, { amount: ["Amount cannot be less than INR 9.00."] }],
    [{ amount: "-10" }, { amount: ["Amount cannot be less than INR 9.00."] }],
    [{ amount: "200000.01" }, { amount: ["Ensure this value is less than or equal to 200000."] }],
    [{ amount: "ten" }, { amount: ["A valid number is required."] }],
    [{ amount: "undefined" }, { amount: ["A valid number is required."] }],
    [{ amount: "10.001" }, { amount: ["Ensure that there are no more than 2 decimal places."] }],
    [{ amount: "" }, { amount: ["This field may not be blank."] }],
    [{ purpose: " " }, { purpose: ["This field may not be blank."] }],
    [{ purpose: "p".repeat(256) }, { purpose: ["Ensure this field has no more than 255 characters."] }],
    [{ buyer_name: "n".repeat(101) }, { buyer_name: ["Ensure this field has no more than 100 characters."] }],
    [{ email: "nobody" }, { email: ["Enter a valid email address."] }],
    [{ email: `${"e".repeat(71)}@x.in` }, { email: ["Ensure this field has no more than 75 characters."] }],
    [{ phone: "12345" }, { phone: ["Enter a valid phone number"] }],
    [{ redirect_url: "example" }, { redirect_url: ["Enter a valid URL."] }],
    [{ webhook: "ftp://example.com/" }, { webhook: ["Enter a valid URL."] }],
    [{ send_email: "true" }, { email: required }],
    [{ send_sms: "1" }, { phone: required }],
    [{ send_sms: "yes" }, { send_sms: ["Must be a valid boolean."] }],
    [{ expires_at: "2026-11-22" }, { expires_at: [expect.stringContaining("wrong format")] }],
    [{ expires_at: "2026-11-22T12:00:00Z" }, { expires_at: ["Ensure this value is in the future."] }],
    [{ expires_at: "2026-11-22T12:10:01Z" }, { expires_at: ["Ensure this value is at most 600 seconds ahead."] }],
  ])("refuses %j with the messages by field", async (form, errors) => {
    const { sim, post } = await open({ now: () => now });
    const isEmpty = Object.keys(form).length === 0;
    const base: Record<string, string> = isEmpty ? {} : { amount: "200", purpose: "Iphone" };
    const reply = await post("/v2/payment_requests/", { ...base, ...form } as Record<string, string>);
    expect([reply.status, reply.body]).toEqual([400, errors]);
    expect(sim.ledger().paymentRequests).toEqual([]);
  });

  it.each([
    [{ amount: "9" }, "amount", "9"],
    [{ amount: "200000.00" }, "amount", "200000.00"],
    [{ purpose: "p".repeat(255) }, "purpose", "p".repeat(255)],
    [{ phone: "+91 99999-99999" }, "phone", "+919999999999"],
    [{ phone: "919999999999" }, "phone", "+919999999999"],
    [{ phone: "+14155552671" }, "phone", "+14155552671"],
    [{ allow_repeated_payments: "1" }, "allow_repeated_payments", true],
    [{ expires_at: "2026-11-22T12:10:00Z" }, "expires_at", "2026-11-22T12:10:00.000000Z"],
    [{ anything: "else", currency: "INR" }, "status", "Pending"],
  ])("takes %j", async (form, key, value) => {
    const { post } = await open({ now: () => now });
    const all = { amount: "200", purpose: "Iphone", ...form } as Record<string, string>;
    const { status, body } = await post("/v2/payment_requests/", all);
    expect([status, body[key]]).toEqual([201, value]);
  });

  it("answers 403 to an account that is not activated, whose reads still work", async () => {
    const { get, post } = await open({ switches: { accountActivated: false } });
    const reply = await post("/v2/payment_requests/", full);
    const message = "You do not have permission to perform this action.";
    expect([reply.status, reply.body]).toEqual([403, { success: false, message }]);
    expect((await get("/v2/payment_requests/")).status).toBe(200);
  });

  it("follows its switches", async () => {
    const { post } = await open({
      switches: {
        createStatus: 200,
        purposeMaxLength: 30,
        refuseLocalWebhook: true,
        allowRepeatedPaymentsDefault: true,
      },
    });
    const reply = await post("/v2/payment_requests/", { amount: "9", purpose: "p".repeat(30) });
    expect([reply.status, reply.body.allow_repeated_payments]).toEqual([200, true]);
    const bad = { amount: "9", purpose: "p".repeat(31), webhook: "http://localhost:1/" };
    expect((await post("/v2/payment_requests/", bad)).body).toEqual({
      purpose: ["Ensure this field has no more than 30 characters."],
      webhook: ["Enter a valid URL."],
    });
  });
});

describe("GET /v2/payment_requests/{id}/", () => {
  it("shows two places and the short address", async () => {
    const { sim, get, request } = await open();
    const id = await request();
    const { status, body } = await get(`/v2/payment_requests/${id}/`);
    expect([status, body.amount, body.status, body.payments]).toEqual([200, "200.00", "Pending", []]);
    expect(body.shorturl).toMatch(/\/i\/[A-Za-z0-9]{5}$/);
    const short = await call(body.shorturl, "GET");
    expect([short.status, short.headers.get("location")]).toEqual([302, `${sim.url}/@local/${id}`]);
  });

  it("of a paid one is Completed, lists its payment as URL and has moved", async () => {
    const { sim, get, request } = await open();
    const id = await request();
    await sim.control.advanceClock(10);
    const payment = sim.control.pay({ paymentRequestId: id, outcome: "success" });
    const { body } = await get(`/v2/payment_requests/${id}/`);
    expect([body.status, body.payments]).toEqual(["Completed", [`${sim.url}/v2/payments/${payment.id}/`]]);
    expect(Date.parse(body.modified_at) - Date.parse(body.created_at)).toBeGreaterThanOrEqual(10_000);
  });

  it("stays Pending after a failed attempt, which is listed", async () => {
    const { sim, get, request } = await open();
    const id = await request();
    const payment = sim.control.pay({ paymentRequestId: id, outcome: "failure" });
    const { body } = await get(`/v2/payment_requests/${id}/`);
    expect([body.status, body.payments]).toEqual(["Pending", [`${sim.url}/v2/payments/${payment.id}/`]]);
  });

  it.each([
    ["Sent", "Sent"],
    ["Failed", "Failed"],
    ["Pending", "Pending"],
  ] as const)("tells that the mail is %s", async (notificationOutcome, status) => {
    const { sim, get, request } = await open({ switches: { notificationOutcome } });
    const id = await request({ email: "foo@example.com", send_email: "true" });
    expect((await get(`/v2/payment_requests/${id}/`)).body.status).toBe("Pending");
    await sim.control.advanceClock(2);
    const { body } = await get(`/v2/payment_requests/${id}/`);
    expect([body.status, body.email_status, body.sms_status]).toEqual([status, status, null]);
  });

  it("of an unknown id is not found", async () => {
    const { get } = await open();
    const reply = await get("/v2/payment_requests/05f317448ad84649aa1a9c7328edb015/");
    expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
  });
});

describe("GET /v2/payment_requests/", () => {
  it("pages newest first with absolute addresses that keep the query", async () => {
    const { sim, get, request } = await open();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift(await request());
    const page = async (path: string) => (await get(path)).body;
    const first = await page("/v2/payment_requests/?limit=2&status=Pending");
    const at = (number: number) => `${sim.url}/v2/payment_requests/?limit=2&status=Pending&page=${number}`;
    expect(Object.keys(first)).toEqual(["count", "next", "previous", "payment_requests"]);
    expect([first.count, first.next, first.previous]).toEqual([5, at(2), null]);
    const second = await page("/v2/payment_requests/?limit=2&status=Pending&page=2");
    const third = (await call(second.next, "GET", { token: (await open()).token })).status;
    expect([second.next, second.previous, third]).toEqual([at(3), at(1), 401]);
    const last = await page("/v2/payment_requests/?limit=2&page=3");
    expect([last.next, last.payment_requests.length]).toEqual([null, 1]);
    const rows = [first, second, last].flatMap((each) => each.payment_requests);
    expect(rows.map((row) => row.id)).toEqual(ids);
    expect((await get(`/v2/payment_requests/${ids[0]}/`)).body).toEqual(rows[0]);
  });

  it("gives 50 rows unless asked, 500 at most, and none past the end", async () => {
    const { sim, get, request } = await open();
    const id = await request({ allow_repeated_payments: "true" });
    for (let index = 0; index < 505; index += 1) sim.control.pay({ paymentRequestId: id, outcome: "success" });
    expect((await get("/v2/payments/")).body.payments).toHaveLength(50);
    expect((await get("/v2/payments/?limit=1000")).body.payments).toHaveLength(500);
    expect((await get("/v2/payments/?limit=x&page=0")).body.payments).toHaveLength(50);
    expect((await get("/v2/payments/?page=99")).body).toMatchObject({ count: 505, next: null, payments: [] });
  });

  it("honours the filters of the official Java SDK", async () => {
    const { sim, get, request } = await open();
    const old = await request({ phone: "9999999999" });
    await sim.control.advanceClock(60);
    const young = await request();
    sim.control.pay({ paymentRequestId: young, outcome: "success" });
    const between = new Date(sim.ledger().now - 30_000).toISOString();
    const found = async (query: string) =>
      (await get(`/v2/payment_requests/?${query}`)).body.payment_requests.map((row: { id: string }) => row.id);
    expect(await found("status=Completed")).toEqual([young]);
    expect(await found(`phone=${encodeURIComponent("+919999999999")}`)).toEqual([old]);
    expect(await found(`min_created_at=${between}`)).toEqual([young]);
    expect(await found(`max_created_at=${between}`)).toEqual([old]);
    expect(await found(`min_modified_at=${between}`)).toEqual([young]);
    expect(await found(`max_modified_at=${between}`)).toEqual([old]);
    expect(await found(`user=${sim.ledger().merchants[0]?.userId}`)).toEqual([young, old]);
    expect(await found("user=nobody")).toEqual([]);
  });
});

describe("enable and disable", () => {
  it("answer success, leave the status Pending and close the checkout page", async () => {
    const { sim, get, post, request } = await open();
    const id = await request();
    const off = await post(`/v2/payment_requests/${id}/disable/`);
    expect([off.status, off.body]).toEqual([200, { success: true }]);
    expect((await get(`/v2/payment_requests/${id}/`)).body.status).toBe("Pending");
    expect((await call(`${sim.url}/@local/${id}`, "GET")).text).toContain("has disabled this payment request");
    expect(() => sim.control.pay({ paymentRequestId: id, outcome: "success" })).toThrow(/is disabled/);
    const on = await call(`${sim.url}/v2/payment_requests/${id}/enable/`, "POST", {
      headers: { authorization: `Bearer ${(await open()).token}` },
    });
    expect(on.status).toBe(401);
    expect((await post(`/v2/payment_requests/${id}/enable/`)).body).toEqual({ success: true });
    expect(sim.control.pay({ paymentRequestId: id, outcome: "success" }).status).toBe(true);
  });

  it("of an unknown id are not found", async () => {
    const { post } = await open();
    for (const verb of ["enable", "disable"]) {
      const reply = await post(`/v2/payment_requests/05f317448ad84649aa1a9c7328edb015/${verb}/`);
      expect([reply.status, reply.body]).toEqual([404, { success: false, message: "Not found." }]);
    }
  });
});
