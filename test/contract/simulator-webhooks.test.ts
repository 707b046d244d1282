import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import { localSalt } from "../../src/simulator/index.ts";
import { postForm, webhookTimeoutMs } from "../../src/simulator/post-form.ts";
import { closeAll, open, openReceiver, type Received } from "./simulator-caller.ts";

afterEach(closeAll);

/** In key order; the signature is made over the values in this order. */
const keys = [
  "amount",
  "buyer",
  "buyer_name",
  "buyer_phone",
  "currency",
  "fees",
  "longurl",
  "payment_id",
  "payment_request_id",
  "purpose",
  "shorturl",
  "status",
] as const;

const fieldsOf = (received: Received | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(received?.body));

const statuses = (received: Received[]): string[] => received.map((each) => fieldsOf(each).status ?? "");

describe("the webhook of a paid request", () => {
  it("is a signed form with the documented fields, sent to the whole address of the request", async () => {
    const receiver = await openReceiver();
    const { sim, request } = await open();
    const id = await request({
      amount: "2500",
      purpose: "FIFA 16",
      buyer_name: "José | Doe ",
      email: "foo@example.com",
      phone: "9999999999",
      webhook: `${receiver.url}/hook?kp=1&id=a%2Fb`,
    });
    const payment = sim.control.pay({ paymentRequestId: id, outcome: "success" });
    await sim.control.settled();
    const [received] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    expect(received).toMatchObject({
      method: "POST",
      url: "/hook?kp=1&id=a%2Fb",
      contentType: "application/x-www-form-urlencoded",
    });
    const { mac, ...fields } = fieldsOf(received);
    expect(fields).toEqual({
      amount: "2500.00",
      buyer: "foo@example.com",
      buyer_name: "José | Doe ",
      buyer_phone: "+919999999999",
      currency: "INR",
      fees: "53.00",
      longurl: `${sim.url}/@local/${id}`,
      payment_id: payment.id,
      payment_request_id: id,
      purpose: "FIFA 16",
      shorturl: expect.stringContaining("/i/"),
      status: "Credit",
    });
    const message = keys.map((key) => fields[key]).join("|");
    expect(mac).toBe(createHmac("sha1", localSalt).update(message).digest("hex"));
  });

  it("has an empty short address, or none, as switched", async () => {
    const receiver = await openReceiver();
    const { sim, request } = await open({ switches: { webhookShorturl: "empty" } });
    const webhook = receiver.url;
    sim.control.pay({ paymentRequestId: await request({ webhook }), outcome: "success" });
    await sim.control.settled();
    sim.control.setSwitches({ webhookEmptyFields: "omitted" });
    sim.control.pay({ paymentRequestId: await request({ webhook }), outcome: "success" });
    await sim.control.settled();
    expect(receiver.received.map((each) => fieldsOf(each).shorturl)).toEqual(["", undefined]);
    expect(receiver.received[0]?.body).toContain("&shorturl=&");
  });

  it("is signed with the salt of its own merchant", async () => {
    const receiver = await openReceiver();
    const { sim, request } = await open({ salt: "another" });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    await sim.control.settled();
    const { mac, ...fields } = fieldsOf(receiver.received[0]);
    const message = keys.map((key) => fields[key]).join("|");
    expect(mac).toBe(createHmac("sha1", "another").update(message).digest("hex"));
  });

  it("is not sent for a failed or pending payment", async () => {
    const receiver = await openReceiver();
    const { sim, request } = await open();
    const paymentRequestId = await request({ webhook: receiver.url });
    sim.control.pay({ paymentRequestId, outcome: "failure" });
    const pending = sim.control.pay({ paymentRequestId, outcome: "pending" });
    await sim.control.settled();
    expect(receiver.received).toEqual([]);
    sim.control.pay({ paymentId: pending.id, outcome: "success" });
    await sim.control.settled();
    expect(statuses(receiver.received)).toEqual(["Credit"]);
  });

  it("is sent for failures where that is switched on, with empty fees", async () => {
    const receiver = await openReceiver();
    const { sim, request } = await open({ switches: { webhookOnFailure: true } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "failure" });
    await sim.control.settled();
    expect(fieldsOf(receiver.received[0])).toMatchObject({ status: "Failed", fees: "", amount: "200.00" });
  });

  it("can be late", async () => {
    const receiver = await openReceiver();
    const { sim, request } = await open({ switches: { webhookDelaySeconds: 90 } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    await sim.control.advanceClock(89);
    expect(receiver.received).toEqual([]);
    await sim.control.advanceClock(2);
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a webhook that is not taken", () => {
  it.each([500, 404, 400, null])("with %p is not repeated by default", async (answer) => {
    const receiver = await openReceiver();
    receiver.answers.push(answer);
    const { sim, request } = await open();
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    await sim.control.advanceClock(86_400);
    expect(receiver.received).toHaveLength(1);
    expect(sim.ledger().webhooks[0]).toMatchObject({ state: "failed", attempts: [{ status: answer }] });
  });

  it("is repeated after 15, 30, 60 and 120 minutes where retries are on, then given up", async () => {
    const receiver = await openReceiver();
    receiver.answers.push(500, null, 404, 503, 500, 500);
    const start = Date.parse("2026-11-22T12:00:00Z");
    const { sim, request } = await open({ now: () => start, switches: { webhookRetries: true } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    await sim.control.settled();
    const seen = [receiver.received.length];
    for (const minutes of [14, 1, 29, 1, 59, 1, 119, 1, 10_000]) {
      await sim.control.advanceClock(minutes * 60);
      seen.push(receiver.received.length);
    }
    expect(seen).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    const [webhook] = sim.ledger().webhooks;
    expect(webhook?.state).toBe("failed");
    expect(webhook?.attempts.map((each) => (each.at - start) / 60_000)).toEqual([0, 15, 45, 105, 225]);
    expect(new Set(receiver.received.map((each) => each.body)).size).toBe(1);
  });

  it("ends its repeats when it is taken", async () => {
    const receiver = await openReceiver();
    receiver.answers.push(500, 200);
    const { sim, request } = await open({ switches: { webhookRetries: true } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    await sim.control.settled();
    await sim.control.advanceClock(86_400);
    expect(receiver.received).toHaveLength(2);
    expect(sim.ledger().webhooks[0]?.state).toBe("delivered");
  });

  it("counts as taken when it is redirected, and the redirect is not followed", async () => {
    const receiver = await openReceiver();
    receiver.answers.push(302);
    const { sim, request } = await open({ switches: { webhookRetries: true } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    await sim.control.advanceClock(86_400);
    expect(receiver.received.map((each) => each.method)).toEqual(["POST"]);
    expect(sim.ledger().webhooks[0]?.state).toBe("delivered");
  });

  it.each([
    "https://www.instamojo.com/hook",
    "http://192.168.1.2/hook",
    "http://127.0.0.1.example.com/",
    "http://localhost.example.com/",
    "http://10.0.0.1@example.com/",
  ])("because it is for %s is never sent and shown as refused", async (webhook) => {
    const { sim, request } = await open();
    sim.control.pay({ paymentRequestId: await request({ webhook }), outcome: "success" });
    await sim.control.settled();
    expect(sim.ledger().webhooks).toMatchObject([{ state: "refused", url: webhook, attempts: [] }]);
  });
});

describe("the time a receiver has", () => {
  it("is five seconds", () => {
    expect(webhookTimeoutMs).toBe(5000);
  });

  it("ends an attempt", async () => {
    const { sim } = await open();
    sim.control.faults({ kind: "silent" });
    const stop = new AbortController().signal;
    expect(await postForm(sim.url, "a=b", { stop, timeoutMs: 50 })).toEqual({ status: null, error: "timeout" });
  });
});
