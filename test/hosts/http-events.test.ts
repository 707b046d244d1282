import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { lookup } from "node:dns";
import { Webhook } from "standardwebhooks";
import { paymentStatus } from "../../nodes/payment-status.ts";
import type { DeliveryTarget } from "../../schemas/http-settings.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { newDeliverySecret } from "../../src/hosts/http/api-keys.ts";
import { isPublicAddress, publicLookup } from "../../src/hosts/http/deliver/public-address.ts";
import { createSender } from "../../src/hosts/http/deliver/send-event.ts";
import { startReceiver, startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";

const event = { ...paymentStatus.samples.Completed, id: "evt_1" } as unknown as PaymentStatusEvent;
const secret = newDeliverySecret();
type Receiver = Awaited<ReturnType<typeof startReceiver>>;
let target: Receiver;

beforeEach(async () => {
  target = await startReceiver();
});
afterEach(() => target.close());

const sender = (options: object = {}, more: Parameters<typeof createSender>[1] = {}) =>
  createSender({ name: "bot", url: target.url, secrets: [secret], allowPrivate: true, ...options }, more);

describe("an event on its way", () => {
  it("is what the Standard Webhooks library verifies", async () => {
    await sender().send(event);
    const { headers, body } = await target.next();
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      type: "payment-status",
      timestamp: event.occurredAt,
      data: event,
    });
    expect(headers["webhook-id"]).toBe("evt_1");
  });

  it("is refused by the library once a sign of it was changed", async () => {
    await sender().send(event);
    const { headers, body } = await target.next();
    const given = headers as Record<string, string>;
    const verify =
      (changed: string, over: Record<string, string> = {}) =>
      () =>
        new Webhook(secret).verify(changed, { ...given, ...over });
    expect(verify(body)).not.toThrow();
    expect(verify(body.replace("200.00", "900.00"))).toThrow(/signature/);
    expect(verify(body, { "webhook-id": "evt_2" })).toThrow(/signature/);
    expect(verify(body, { "webhook-timestamp": String(Number(given["webhook-timestamp"]) + 1) })).toThrow(/signature/);
    expect(() => new Webhook(newDeliverySecret()).verify(body, given)).toThrow(/signature/);
  });

  it("is signed with both secrets while one replaces the other", async () => {
    const next = newDeliverySecret();
    await sender({ secrets: [next, secret] }).send(event);
    const { headers, body } = await target.next();
    for (const known of [secret, next]) {
      expect(() => new Webhook(known).verify(body, headers as Record<string, string>)).not.toThrow();
    }
  });

  it("is signed anew at each attempt, under the same id", async () => {
    let now = Date.now() - 3_600_000;
    const one = sender({}, { now: () => now });
    await one.send(event);
    now = Date.now();
    await one.send(event);
    const [first, second] = target.received;
    const verify = (message = first) =>
      new Webhook(secret).verify(message!.body, message!.headers as Record<string, string>);
    expect(() => verify(first)).toThrow(/too old/);
    expect(() => verify(second)).not.toThrow();
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  });

  it("needs a secret with which not everybody can sign", () => {
    for (const weak of ["", "whsec_", "whsec_c2hvcnQ="]) expect(() => sender({ secrets: [weak] })).toThrow(RangeError);
    expect(() => sender({ secrets: [] })).toThrow(RangeError);
  });

  it.each([301, 302, 307, 400, 410, 500])("is not taken with the answer %i, wherever it points", async (status) => {
    const elsewhere = await startReceiver();
    try {
      Object.assign(target.receiver, { status, headers: { location: elsewhere.url } });
      await expect(sender().send(event)).rejects.toMatchObject({ name: `status ${status}` });
      expect(elsewhere.received).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe("addresses", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
    "ff02::1",
    "not-an-address",
  ])("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])("%s is public", (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  const answering = (...addresses: string[]) =>
    ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      )) as unknown as typeof lookup;
  const { port } = new URL("http://127.0.0.1:80");

  it.each([
    "http://127.0.0.1",
    "http://[::1]",
    "http://2130706433",
    "http://0x7f.1",
    "http://[::ffff:127.0.0.1]",
    "http://169.254.169.254",
  ])("that are private are not called by %s", async (origin) => {
    const url = `${origin}:${new URL(target.url).port || port}/events`;
    await expect(sender({ url, allowPrivate: false }).send(event)).rejects.toMatchObject({ name: "private-address" });
    expect(target.received).toEqual([]);
  });

  it.each([[["127.0.0.1"]], [["8.8.8.8", "127.0.0.1"]], [["::1"]], [["10.0.0.1", "8.8.8.8"]]])(
    "that are private are not called by a name that leads to %j",
    async (addresses) => {
      const url = `http://bot.example.com:${new URL(target.url).port}/events`;
      const guarded = sender({ url, allowPrivate: false }, { resolve: answering(...addresses) });
      await expect(guarded.send(event)).rejects.toMatchObject({ name: "private-address" });
      expect(target.received).toEqual([]);
    },
  );

  it("that were checked are the very ones the connection goes to", () => {
    let asked = 0;
    const changing = ((_host: string, _options: object, done: (error: null, found: object[]) => void) => {
      asked += 1;
      done(null, [{ address: asked === 1 ? "8.8.8.8" : "127.0.0.1", family: 4 }]);
    }) as unknown as typeof lookup;
    const given: unknown[] = [];
    const look = publicLookup(changing);
    look("bot.example.com", { all: true }, (error, found) => void given.push(error, found));
    expect(given).toEqual([null, [{ address: "8.8.8.8", family: 4 }]]);
    look("bot.example.com", {}, (error, found) => void given.push((error as Error).name, found));
    expect(given.slice(2)).toEqual(["private-address", ""]);
    expect(asked).toBe(2);
  });
});

describe("events of the HTTP host", () => {
  let http: TestHttpHost;
  afterEach(() => http.close());

  const pay = async (reference: string, correlation?: unknown) => {
    const made = await http.run(
      "generate-payment-link",
      { amount: "200", purpose: "Iphone", reference },
      { correlation },
    );
    await http.simulator.control.pay({ paymentRequestId: made.json.output.paymentRequestId, outcome: "success" });
    http.advance(3_000);
    return made.json.output.paymentRequestId as string;
  };
  const statusOf = ({ body }: { body: string }) => JSON.parse(body).data.status;

  it("come again, under one id, until they are taken", async () => {
    http = await startTestHttpHost({
      targets: [{ name: "bot", url: target.url, secrets: [secret], allowPrivate: true }],
    });
    target.receiver.status = 500;
    await pay("order-1", { conversation: "c-1" });
    const first = await target.next((message) => statusOf(message) === "Completed");
    target.receiver.status = 200;
    http.advance(2_000);
    const second = await target.next((message) => message !== first && statusOf(message) === "Completed");
    expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
    expect(JSON.parse(second.body).data).toMatchObject({ reference: "order-1", correlation: { conversation: "c-1" } });
  });

  it("go to a target only where it asked for their status", async () => {
    const all = await startReceiver();
    const paidOnly = {
      name: "ledger",
      url: target.url,
      secrets: [secret],
      allowPrivate: true,
      statuses: ["Completed"],
    };
    const everything = { ...paidOnly, name: "all", url: all.url, statuses: ["Pending", "Completed"] };
    http = await startTestHttpHost({ targets: [paidOnly, everything] as DeliveryTarget[] });
    await pay("order-1");
    await all.next((message) => statusOf(message) === "Completed");
    await target.next((message) => statusOf(message) === "Completed");
    expect(all.received.map(statusOf)).toEqual(["Pending", "Completed"]);
    expect(target.received.map(statusOf)).toEqual(["Completed"]);
    await all.close();
  });

  it("about a refund on its way go to a target that asked for them", async () => {
    const bot = { name: "bot", url: target.url, secrets: [secret], allowPrivate: true };
    const other = await startReceiver();
    http = await startTestHttpHost({
      targets: [
        { ...bot, refundUpdates: true },
        { ...bot, name: "other", url: other.url },
      ],
    });
    await pay("order-1");
    const { paymentId } = JSON.parse((await target.next((message) => statusOf(message) === "Completed")).body).data;
    await http.run("create-refund", { paymentId, issueType: "QFL", description: "Product is not good" });
    const told = await target.next(({ body }) => JSON.parse(body).data.reason === "refund-requested");
    expect(JSON.parse(told.body).data).toMatchObject({ status: "Completed", paymentId });
    await other.next((message) => statusOf(message) === "Completed");
    expect(other.received.map(({ body }) => JSON.parse(body).data.reason)).not.toContain("refund-requested");
    await other.close();
  });

  it("are sent once more on request", async () => {
    http = await startTestHttpHost({
      targets: [{ name: "bot", url: target.url, secrets: [secret], allowPrivate: true }],
    });
    await pay("order-1");
    const first = await target.next((message) => statusOf(message) === "Completed");
    const id = first.headers["webhook-id"] as string;
    const answer = await http.call(`/v1/events/${id}/redeliver`, { method: "POST", key: http.keys.operate });
    expect(answer.json).toEqual({ eventId: id, takers: ["http:bot"] });
    const second = await target.next((message) => message !== first);
    expect(second.headers["webhook-id"]).toBe(id);
  });

  it("go only to the targets of their account, and to no private address unasked", async () => {
    const safe = await startReceiver();
    http = await startTestHttpHost({
      targets: [
        { name: "bot", url: target.url, secrets: [secret], allowPrivate: true },
        { name: "other", url: safe.url, secrets: [secret], allowPrivate: true, accounts: ["shop_2"] },
        { name: "guarded", url: safe.url, secrets: [secret] },
      ],
    });
    try {
      const id = await pay("order-1");
      await target.next((message) => statusOf(message) === "Completed");
      expect(safe.received).toEqual([]);
      let timeline = "";
      for (let turn = 0; turn < 50 && !timeline.includes("private address"); turn++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        timeline = (await http.call(`/v1/payments/${id}`, { key: http.keys.read })).text;
      }
      expect(timeline).toContain("private address");
      expect(timeline).not.toContain("other");
    } finally {
      await safe.close();
    }
  });
});
