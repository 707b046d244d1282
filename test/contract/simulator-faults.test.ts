import { connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { call, closeAll, freshToken, open, openReceiver } from "./simulator-caller.ts";

afterEach(closeAll);

const codeOf = (error: unknown): unknown => (error as { cause?: { code?: unknown } }).cause?.code;
const failed = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => "answered", codeOf);
const create = { amount: "200", purpose: "Iphone" };

describe("faults of calls", () => {
  it("hit by method and path, as often as they say, in the order they were given", async () => {
    const { sim, get, post, request } = await open();
    const id = await request();
    sim.control.faults({ kind: "status", status: 503, method: "GET", path: "/v2/payment_requests/*/", count: 2 });
    sim.control.faults({ kind: "status", status: 429, path: "/v2/payments/", headers: { "retry-after": "7" } });
    expect((await post("/v2/payment_requests/", create)).status).toBe(201);
    expect((await get("/v2/payment_requests/")).status).toBe(200);
    const seen = [1, 2, 3].map(() => get(`/v2/payment_requests/${id}/`));
    expect((await Promise.all(seen)).map((each) => each.status).sort()).toEqual([200, 503, 503]);
    const limited = await get("/v2/payments/");
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await get("/v2/payments/")).status).toBe(200);
  });

  it("come over the control API, and can be taken back", async () => {
    const { sim, get } = await open();
    const url = `${sim.url}/__simulator__/faults`;
    const json = { kind: "status", status: 500, count: 0, body: "<h1>Oops</h1>", bytes: 100 };
    expect((await call(url, "POST", { json })).body).toEqual({ ok: true });
    const reply = await get("/v2/payments/");
    expect([reply.status, reply.headers.get("content-type"), reply.text]).toEqual([
      500,
      "text/html; charset=utf-8",
      "<h1>Oops</h1>".padEnd(100),
    ]);
    await call(url, "POST", { json: { kind: "clear" } });
    expect((await get("/v2/payments/")).status).toBe(200);
  });

  it("of status apply nothing, unless told to", async () => {
    const { sim, post } = await open();
    sim.control.faults({ kind: "status", status: 502, method: "POST", body: { a: 1 } });
    sim.control.faults({ kind: "status", status: 504, method: "POST", isApplied: true });
    const replies = [await post("/v2/payment_requests/", create), await post("/v2/payment_requests/", create)];
    expect(replies.map((each) => each.status)).toEqual([502, 504]);
    expect(replies[0]?.body).toEqual({ a: 1 });
    expect(sim.ledger().paymentRequests).toHaveLength(1);
    expect(sim.ledger().calls.slice(-2)).toMatchObject([
      { fault: "status", isApplied: false, status: 502 },
      { fault: "status", isApplied: true, status: 504 },
    ]);
  });

  it("reset the connection after the call was applied, or before", async () => {
    const { sim, post } = await open();
    sim.control.faults({ kind: "reset", method: "POST" });
    expect(await failed(post("/v2/payment_requests/", create))).toBe("ECONNRESET");
    expect(sim.ledger().paymentRequests).toHaveLength(1);
    sim.control.faults({ kind: "reset", method: "POST", isApplied: false });
    expect(await failed(post("/v2/payment_requests/", create))).toBe("ECONNRESET");
    expect(sim.ledger().paymentRequests).toHaveLength(1);
    expect(sim.ledger().calls.at(-1)).toMatchObject({ status: null, isApplied: false });
  });

  it("reset the connection while the answer before on it is still being ended", async () => {
    const { sim } = await open();
    sim.control.faults({ kind: "drip", bytes: 1000, delayMs: 1000 });
    sim.control.faults({ kind: "reset" });
    const socket = connect(sim.port, "127.0.0.1");
    const closed = new Promise<unknown>((resolve) =>
      socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code)),
    );
    socket.resume();
    socket.write("GET /v2/payments/ HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(2));
    expect(await closed).toBe("ECONNRESET");
  });

  it("cut the answer short", async () => {
    const { sim, post } = await open();
    sim.control.faults({ kind: "cut", bytes: 20 });
    expect(await failed(post("/v2/payment_requests/", create))).toBe("UND_ERR_SOCKET");
    expect(sim.ledger().paymentRequests).toHaveLength(1);
  });

  it("never answer", async () => {
    const { sim, token } = await open();
    sim.control.faults({ kind: "silent", count: 2 });
    const url = `${sim.url}/v2/payment_requests/`;
    const headers = { authorization: `Bearer ${token}` };
    const body = new URLSearchParams(create);
    const given = fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(100) });
    await expect(given).rejects.toThrow(/timeout/);
    expect(sim.ledger().paymentRequests).toHaveLength(1);
  });

  it("delay the answer of a call that is applied at once", async () => {
    const { sim, post } = await open();
    sim.control.faults({ kind: "delay", delayMs: 60_000 });
    const lost = failed(post("/v2/payment_requests/", create));
    while (sim.ledger().paymentRequests.length === 0) await new Promise(setImmediate);
    await sim.close();
    expect(await lost).not.toBe("answered");
  });

  it("drip the answer", async () => {
    const { sim, get } = await open();
    sim.control.faults({ kind: "drip", bytes: 10, delayMs: 1 });
    expect((await get("/v2/payments/")).body).toEqual({ count: 0, next: null, previous: null, payments: [] });
  });

  it("apply a call later, on the simulator's clock, without an answer", async () => {
    const { sim, post } = await open();
    sim.control.faults({ kind: "late", applySeconds: 60, path: "/v2/payment_requests/" });
    const lost = failed(post("/v2/payment_requests/", create));
    while (sim.ledger().calls.length < 2) await new Promise(setImmediate);
    await sim.control.advanceClock(59);
    expect(sim.ledger().paymentRequests).toEqual([]);
    await sim.control.advanceClock(1);
    expect(await lost).toBe("UND_ERR_SOCKET");
    expect(sim.ledger().paymentRequests).toHaveLength(1);
    expect(sim.ledger().calls.at(-1)).toMatchObject({ fault: "late", status: null, isApplied: true });
  });
});

describe("faults of webhooks", () => {
  const order = async (
    count: number,
    add: Parameters<Awaited<ReturnType<typeof open>>["sim"]["control"]["faults"]>[0],
  ) => {
    const receiver = await openReceiver();
    const { sim, request } = await open();
    sim.control.faults(add);
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const paymentRequestId = await request({ webhook: receiver.url });
      ids.push(sim.control.pay({ paymentRequestId, outcome: "success" }).id);
      await sim.control.settled();
    }
    const came = receiver.received.map((each) => ids.indexOf(new URLSearchParams(each.body).get("payment_id") ?? ""));
    return { came, sim };
  };

  it("drop", async () => {
    const { came, sim } = await order(2, { kind: "webhook-drop" });
    expect(came).toEqual([1]);
    expect(sim.ledger().webhooks.map((each) => each.state)).toEqual(["dropped", "delivered"]);
  });

  it("repeat", async () => {
    const { came, sim } = await order(2, { kind: "webhook-repeat", times: 2 });
    expect(came).toEqual([0, 0, 0, 1]);
    expect(sim.ledger().webhooks.map((each) => each.attempts.length)).toEqual([3, 1]);
  });

  it("reorder", async () => {
    expect((await order(4, { kind: "webhook-reorder", count: 3 })).came).toEqual([2, 1, 0, 3]);
  });

  it("delay", async () => {
    const { came, sim } = await order(1, { kind: "webhook-delay", delaySeconds: 60 });
    expect(came).toEqual([]);
    await sim.control.advanceClock(60);
    expect(sim.ledger().webhooks[0]?.state).toBe("delivered");
  });
});

describe("closing", () => {
  it("ends open connections, delayed webhooks and silent calls", async () => {
    const receiver = await openReceiver();
    const { sim, request, get } = await open({ switches: { webhookDelaySeconds: 3600 } });
    sim.control.pay({ paymentRequestId: await request({ webhook: receiver.url }), outcome: "success" });
    sim.control.faults({ kind: "silent" });
    const silent = failed(get("/v2/payments/"));
    while (sim.ledger().calls.length < 3) await new Promise(setImmediate);
    const idle = connect(sim.port, "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    const ended = new Promise((resolve) => idle.once("close", resolve));
    idle.on("error", () => {});
    await sim.close();
    await ended;
    expect(await silent).not.toBe("answered");
    expect(receiver.received).toEqual([]);
    await expect(freshToken(sim)).rejects.toThrow();
  });
});
