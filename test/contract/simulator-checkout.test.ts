import { afterEach, describe, expect, it } from "@jest/globals";
import { type Caller, call, closeAll, open, openReceiver, type Reply } from "./simulator-caller.ts";

afterEach(closeAll);

const now = Date.parse("2026-11-22T12:00:00Z");
const card = { card_number: "4242 4242 4242 4242", card_expiry: "12/30", card_cvv: "111" };

const press = ({ sim }: Caller, id: string, button: string, form: Record<string, string> = card): Promise<Reply> =>
  call(`${sim.url}/@local/${id}/${button}`, "POST", { form });
const look = ({ sim }: Caller, id: string): Promise<Reply> => call(`${sim.url}/@local/${id}`, "GET");

describe("the hosted checkout page", () => {
  it("shows amount, purpose, merchant and that no money moves", async () => {
    const caller = await open();
    const id = await caller.request({ amount: "123456.5", purpose: "Iphone" });
    const { status, headers, text } = await look(caller, id);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    for (const part of [
      "Local Instamojo: no real money",
      '<p class="amount" id="amount" data-testid="amount">₹1,23,456.50</p>',
      '<h1 id="purpose" data-testid="purpose">Iphone</h1>',
      '<strong id="merchant" data-testid="merchant">local</strong>',
      "4242 4242 4242 4242",
      'id="pay" data-testid="pay"',
      'id="fail" data-testid="fail"',
      'id="cancel" data-testid="cancel"',
    ]) {
      expect(text).toContain(part);
    }
  });

  it("escapes what the merchant wrote and runs nothing", async () => {
    const caller = await open();
    const evil = `"><script>alert('x')</script>&`;
    const id = await caller.request({ purpose: evil, buyer_name: evil });
    const { headers, text } = await look(caller, id);
    expect(text).not.toContain("<script");
    expect(text).toContain("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
    expect(policy).not.toMatch(/script-src|unsafe/);
    const status = await call(`${caller.sim.url}/`, "GET");
    expect(status.text).not.toContain("<script");
  });

  it("takes the test card and leads back with the three arguments in their order", async () => {
    const caller = await open();
    const id = await caller.request({ redirect_url: "http://www.example.com?order=7" });
    const reply = await press(caller, id, "pay");
    const [payment] = caller.sim.ledger().payments;
    expect(payment).toMatchObject({ status: true, amountPaise: 20000 });
    expect([reply.status, reply.headers.get("location")]).toEqual([
      303,
      `http://www.example.com?order=7&payment_id=${payment?.id}&payment_status=Credit&payment_request_id=${id}`,
    ]);
  });

  it("sends the webhook of a payment made on it", async () => {
    const receiver = await openReceiver();
    const caller = await open();
    await press(caller, await caller.request({ webhook: receiver.url }), "pay");
    await caller.sim.control.settled();
    expect(receiver.received[0]?.body).toContain("status=Credit");
  });

  it("takes name, mail and number of the payer", async () => {
    const caller = await open();
    const id = await caller.request({ buyer_name: "John", phone: "9999999999" });
    const payer = { name: "Jane", email: "jane@test.com", phone: "98989 89898" };
    await press(caller, id, "pay", { ...card, ...payer });
    expect(caller.sim.ledger().payments[0]).toMatchObject({ ...payer, phone: "+919898989898" });
  });

  it("declines another card as a failed payment and lets the payer try again", async () => {
    const caller = await open();
    const id = await caller.request({ redirect_url: "http://www.example.com/" });
    const declined = await press(caller, id, "pay", { ...card, card_number: "4000000000000002" });
    expect([declined.status, declined.headers.get("location")]).toEqual([200, null]);
    expect(declined.text).toContain('id="card-error" data-testid="card-error">The card was declined by the bank.');
    expect(declined.text).toContain('id="pay"');
    expect((await press(caller, id, "pay")).status).toBe(303);
    expect(caller.sim.ledger().payments.map((each) => each.status)).toEqual([false, true]);
  });

  it("asks again for what is no card, without an attempt", async () => {
    const caller = await open();
    const id = await caller.request();
    const reply = await press(caller, id, "pay", { ...card, card_number: "" });
    expect([reply.status, caller.sim.ledger().payments]).toEqual([200, []]);
    expect(reply.text).toContain("Enter a card number of 12 to 19 digits.");
  });

  it("fails a payment on request and leads back with Failed", async () => {
    const caller = await open();
    const id = await caller.request({ redirect_url: "http://www.example.com/" });
    const reply = await press(caller, id, "fail");
    const [payment] = caller.sim.ledger().payments;
    expect(payment?.status).toBe(false);
    expect(reply.headers.get("location")).toBe(
      `http://www.example.com/?payment_id=${payment?.id}&payment_status=Failed&payment_request_id=${id}`,
    );
  });

  it("leads back without any payment after a cancel", async () => {
    const caller = await open();
    const id = await caller.request({ redirect_url: "http://www.example.com/" });
    const reply = await press(caller, id, "cancel");
    expect(caller.sim.ledger().payments).toEqual([]);
    expect(reply.headers.get("location")).toBe(
      `http://www.example.com/?payment_id=&payment_status=Failed&payment_request_id=${id}`,
    );
  });

  it.each([
    ["pay", "Payment successful"],
    ["fail", "Payment failed"],
    ["cancel", "No payment was made."],
  ])("shows its own page after %s when there is no redirect_url", async (button, text) => {
    const caller = await open();
    const id = await caller.request();
    const reply = await press(caller, id, button);
    const shown = await call(caller.sim.url + reply.headers.get("location"), "GET");
    expect([reply.status, shown.status]).toEqual([303, 200]);
    expect(shown.text).toContain(text);
  });

  it("says that a request is paid and takes nothing more, however often Pay is pressed", async () => {
    const caller = await open();
    const id = await caller.request();
    const pressed = await Promise.all([1, 2, 3].map(() => press(caller, id, "pay")));
    expect(pressed.map((each) => each.status).sort()).toEqual([303, 409, 409]);
    expect(caller.sim.ledger().payments).toHaveLength(1);
    expect((await look(caller, id)).text).toContain("Already paid");
    expect((await press(caller, id, "fail")).status).toBe(409);
    expect((await press(caller, id, "cancel")).headers.get("location")).toBe(`/@local/${id}`);
  });

  it("says that a request has expired", async () => {
    const caller = await open({ now: () => now });
    const id = await caller.request({ expires_at: "2026-11-22T12:05:00Z" });
    await caller.sim.control.advanceClock(300);
    expect((await look(caller, id)).text).toContain("The time to pay this request is over.");
    expect((await press(caller, id, "pay")).status).toBe(409);
  });

  it("is not there for another merchant's name or an unknown request", async () => {
    const account = { clientId: "test_2", clientSecret: "s", salt: "t", username: "other" };
    const caller = await open({ accounts: [account] });
    const id = await caller.request();
    const { url } = caller.sim;
    for (const path of [`/@other/${id}`, `/@nobody/${id}`, `/@local/${"0".repeat(32)}`, "/i/zzzzz"]) {
      const reply = await call(url + path, "GET");
      expect([reply.status, reply.text.includes("No such payment request")]).toEqual([404, true]);
    }
    for (const button of ["pay", "fail", "cancel"]) {
      expect((await call(`${url}/@other/${id}/${button}`, "POST", { form: card })).status).toBe(404);
    }
  });
});

describe("the page at /", () => {
  it("says what this is, how to connect and what was asked", async () => {
    const caller = await open();
    const id = await caller.request({ purpose: "Iphone" });
    const payment = await caller.paid();
    await caller.post(`/v2/payments/${payment}/refund/`, { type: "PTH", body: "x" });
    const { text } = await call(`${caller.sim.url}/`, "GET");
    for (const part of [
      "Local Instamojo: no real money",
      "test_local_client_id",
      "test_local_client_secret",
      "Iphone",
      `href="${caller.sim.url}/@local/${id}"`,
      payment,
    ]) {
      expect(text).toContain(part);
    }
  });

  it("does not show credentials that somebody gave it", async () => {
    const account = { clientId: "test_2", clientSecret: "my-very-own", salt: "my-own-salt" };
    const { sim } = await open({ accounts: [account] });
    const { text } = await call(`${sim.url}/`, "GET");
    expect(text).toContain("test_2");
    expect(text).not.toMatch(/my-very-own|my-own-salt/);
  });
});
