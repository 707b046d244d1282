import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { authenticate } from "../../src/payments/authenticate.ts";
import { computeMac, isMacValid } from "../../src/payments/mac.ts";
import { createSaltAlarm } from "../../src/payments/salt-alarm.ts";
import { createReceiver, maxUnderWay } from "../../src/payments/webhook.ts";
import type { HandlerRequest, HandlerResponse } from "../../src/runtime/host.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { createWebhookServer, fetchHandler, parseForm } from "../../src/webhook.ts";
import { manualClock } from "../helpers/manual-clock.ts";

const type = "content-type: application/x-www-form-urlencoded\r\n";
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
});

/** A server with the real wrapper, and what reached the plugin. */
async function serve(bodyTimeoutMs = 10_000) {
  const seen: HandlerRequest[] = [];
  const ok: HandlerResponse = { status: 200, headers: {}, body: "OK" };
  const made = createWebhookServer(
    async (request) => {
      seen.push(request);
      return ok;
    },
    { bodyTimeoutMs },
  );
  server = made;
  made.listen(0, "127.0.0.1");
  await once(made, "listening");
  const { port } = made.address() as AddressInfo;
  /** Sends these bytes on a connection of its own and gives what comes back until it closes. */
  async function raw(head: string, body: Buffer | string = "", { isCutOff = false } = {}): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.write(`POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${head}\r\n`);
    socket.write(body);
    if (isCutOff) setTimeout(() => socket.destroy(), 50);
    await once(socket, "close");
    return text;
  }
  return { made, seen, raw };
}

describe("the node:http wrapper", () => {
  it("hands over method, path, headers and body as they came", async () => {
    const { raw, seen } = await serve();
    expect(await raw(`${type}content-length: 5\r\n`, "a=%20")).toMatch(/^HTTP\/1.1 200 /);
    expect(seen).toMatchObject([{ method: "POST", path: "/x", body: "a=%20" }]);
  });

  it.each([
    ["a body that is no UTF-8", `${type}content-length: 3\r\n`, Buffer.from([0x61, 0x3d, 0xff]), 400, ["not-utf8"]],
    ["a length above 64 kB, without reading it", `${type}content-length: 65537\r\n`, "", 413, ["too-large"]],
    [
      "64 kB and more without a length",
      `${type}transfer-encoding: chunked\r\n`,
      `11000\r\n${"a".repeat(0x11000)}\r\n0\r\n\r\n`,
      413,
      ["too-large"],
    ],
    ["a body shorter than its length", `${type}content-length: 10\r\n`, "a=1", 408, ["too-slow"]],
    ["two lengths", "content-length: 3\r\ncontent-length: 4\r\n", "a=1", 400, []],
  ])("refuses %s by itself, and hands over no more than the cause", async (_, head, body, status, causes) => {
    const { raw, seen } = await serve(200);
    expect(await raw(head, body)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(seen.map(({ refusal }) => refusal)).toEqual(causes);
    expect(seen.map((one) => one.body).join("")).toBe("");
  });

  it("ends a body that drips, and one that is broken off, and keeps no connection and no timer of theirs", async () => {
    const { raw, seen, made } = await serve(200);
    const drip = raw(`${type}content-length: 100\r\n`, "a");
    const cut = Array.from({ length: 20 }, () => raw(`${type}content-length: 100\r\n`, "a=1", { isCutOff: true }));
    expect(await drip).toMatch(/^HTTP\/1.1 408 /);
    await Promise.all(cut);
    expect(seen).toMatchObject([{ body: "", refusal: "too-slow" }]);
    const open = () => new Promise((resolve) => made.getConnections((_, count) => resolve(count)));
    while ((await open()) !== 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it("limits headers, connections and time", () => {
    server = createWebhookServer(async () => ({ status: 200, headers: {}, body: "" }));
    expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
    expect(server.requestTimeout).toBeLessThanOrEqual(30_000);
    expect(server.maxConnections).toBeGreaterThan(100);
  });
});

describe("the Request wrapper", () => {
  it("refuses bytes that are no UTF-8 and more than 64 kB", async () => {
    const handle = fetchHandler(async () => ({ status: 200, headers: {}, body: "OK" }));
    const post = async (body: Buffer<ArrayBuffer>) =>
      (await handle(new Request("http://a/x", { method: "POST", body }))).status;
    expect(await post(Buffer.from([0xc3, 0x28]))).toBe(400);
    expect(await post(Buffer.alloc(65_537, 0x61))).toBe(413);
    expect(await post(Buffer.alloc(65_536, 0x61))).toBe(200);
  });
});

const salt = "0123456789abcdef0123456789abcdef";
const fields = new Map([["payment_id", "MOJO5a06005J21512197"]]);
const signed = new Map([...fields, ["mac", computeMac(fields, salt)]]);
const shop = {
  name: "shop",
  baseUrl: "https://test.instamojo.com",
  clientId: "a",
  clientSecret: "b",
  privateSalts: [salt],
};

describe("the alarm of a wrong salt", () => {
  it("rings after three right tokens with a wrong signature, and a good message or another salt ends it", async () => {
    const alarm = createSaltAlarm();
    const owner = { name: "shop", environment: "test", generation: 1 } as const;
    const ownerOf = async (_: string, token: string) => (token === "right" ? owner : null);
    const send = (form: ReadonlyMap<string, string>, token = "right") =>
      authenticate({ host: { accounts: () => [shop] }, ownerOf, alarm }, "shop", { token, fields: form });
    for (let count = 0; count < 10; count += 1) await send(fields, "wrong");
    await send(fields);
    await send(fields);
    expect(alarm.looksWrong(shop)).toBe(false);
    await send(fields);
    expect(alarm.looksWrong(shop)).toBe(true);
    expect(alarm.looksWrong({ ...shop, privateSalts: ["another-salt"] })).toBe(false);
    expect(await send(signed)).toEqual(owner);
    expect(alarm.looksWrong(shop)).toBe(false);
  });
});

describe("a receiver with too much under way", () => {
  it("asks to come again, says 200 for what is on disk, and goes on", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    await store.openAccount({ name: "shop", environment: "test", clientId: "a" }, "token");
    const waiting: (() => void)[] = [];
    const slow = { ...store, recordMessage: () => new Promise<void>((resolve) => void waiting.push(resolve)) };
    const receive = createReceiver({
      host: { accounts: () => [shop], store: slow, logger: silentLogger },
      clock: manualClock(),
      onMessage: () => {},
      confirmReturn: async () => null,
    });
    const message = {
      method: "POST",
      path: "/integrations/instamojo/shop?id=token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams([...signed]).toString(),
    };
    const first = Array.from({ length: maxUnderWay }, () => receive(message));
    expect(await receive(message)).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    while (waiting.length < maxUnderWay) await new Promise((resolve) => setImmediate(resolve));
    for (const done of waiting) done();
    expect(new Set((await Promise.all(first)).map(({ status }) => status))).toEqual(new Set([200]));
    const again = receive(message);
    await new Promise((resolve) => setImmediate(resolve));
    waiting.at(-1)?.();
    expect((await again).status).toBe(200);
  });
});

describe("a neighbour that changes built-ins after us", () => {
  const polluted: readonly [string, object, PropertyKey, unknown][] = [
    ["Map.prototype.get", Map.prototype, "get", () => computeMac(fields, salt)],
    [
      "Array.prototype.sort",
      Array.prototype,
      "sort",
      function (this: unknown) {
        return this;
      },
    ],
    ["Array.prototype.join", Array.prototype, "join", () => ""],
    ["Array.prototype.filter", Array.prototype, "filter", () => []],
    ["String.prototype.toLowerCase", String.prototype, "toLowerCase", () => "x"],
    ["String.prototype.indexOf", String.prototype, "indexOf", () => -1],
    ["Object.prototype.mac", Object.prototype, "mac", "x"],
  ];

  it.each(polluted)("%s neither lets a forgery in nor keeps a good message out", (_, target, key, value) => {
    const before = Object.getOwnPropertyDescriptor(target, key);
    let forged: boolean;
    let good: boolean;
    let parsed: unknown;
    try {
      Object.defineProperty(target, key, { value, configurable: true, writable: true });
      forged = isMacValid(fields, [salt]);
      good = isMacValid(signed, [salt]);
      parsed = parseForm("a=1&b=2");
    } finally {
      if (before) Object.defineProperty(target, key, before);
      else Reflect.deleteProperty(target, key);
    }
    expect([forged, good]).toEqual([false, true]);
    expect([...(parsed as Map<string, string>)]).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });
});
