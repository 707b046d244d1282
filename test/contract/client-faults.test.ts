import { afterEach, describe, expect, it } from "@jest/globals";
import { createGateway, type Gateway } from "../../src/client/gateway.ts";
import { createKyTransport } from "../../src/client/ky-transport.ts";
import type { ConnectionOptions } from "../../src/client/undici-connections.ts";
import {
  accessToken,
  clientSecret,
  createBody,
  everythingShown,
  fits,
  instantClock,
  payment,
  paymentId,
  paymentRequest,
  refundBody,
  refundReply,
  refusal,
  testAccount,
} from "../helpers/client-fakes.ts";
import { type ArrivedCall, type Misbehave, startFaultServer } from "../helpers/client-fault-server.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const amplyMs = 20_000;
const hardlyMs = 150;
const ample = { connectMs: amplyMs, headersMs: amplyMs, bodyMs: amplyMs };

function gatewayAt(baseUrl: string, timeouts = ample, options: ConnectionOptions = {}): Gateway {
  const gateway = createGateway(
    { ...testAccount, baseUrl },
    { transport: createKyTransport(options), clock: instantClock(), fits, random: () => 0, timeouts },
  );
  closers.push(() => gateway.close());
  return gateway;
}

async function faulty(misbehave: Misbehave, options: { onToken?: Misbehave; timeouts?: typeof ample } = {}) {
  const server = await startFaultServer(misbehave, options);
  closers.push(() => server.close());
  return { server, gateway: gatewayAt(server.url, options.timeouts) };
}

const reply = (body: unknown): string => JSON.stringify(body);

interface Fault {
  readonly when: string;
  readonly misbehave: Misbehave;
  readonly read: string;
  readonly reads: number;
  readonly timeouts?: typeof ample;
}

const faults: readonly Fault[] = [
  {
    when: "says nothing after it got the call",
    misbehave: () => {},
    read: "gateway_timeout",
    reads: 3,
    timeouts: { ...ample, headersMs: hardlyMs },
  },
  {
    when: "resets after it got the call",
    misbehave: (_call, _response, socket) => socket.resetAndDestroy(),
    read: "gateway_error",
    reads: 3,
  },
  {
    when: "hangs up after it got the call",
    misbehave: (_call, _response, socket) => socket.destroy(),
    read: "gateway_error",
    reads: 3,
  },
  {
    when: "cuts the body short of its announced length",
    misbehave: (_call, response, socket) => {
      response.writeHead(200, { "content-length": "5000" });
      response.write(reply(payment), () => socket.destroy());
    },
    read: "gateway_error",
    reads: 3,
  },
  {
    when: "cuts a chunked body",
    misbehave: (_call, response, socket) => {
      response.writeHead(200);
      response.write('{"id":', () => socket.destroy());
    },
    read: "gateway_error",
    reads: 3,
  },
  {
    when: "drips the body without end",
    misbehave: (_call, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    },
    read: "gateway_timeout",
    reads: 3,
    timeouts: { ...ample, bodyMs: hardlyMs },
  },
  {
    when: "drips interim answers without end",
    misbehave: (_call, response) => {
      const timer = setInterval(() => response.writeProcessing(), 20);
      response.on("close", () => clearInterval(timer));
    },
    read: "gateway_timeout",
    reads: 3,
    timeouts: { ...ample, headersMs: hardlyMs },
  },
  {
    when: "sends 50 MB",
    misbehave: (_call, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const piece = "x".repeat(65_536);
      let left = 800;
      const more = () => {
        while (left > 0 && !response.destroyed) {
          left -= 1;
          if (!response.write(piece)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    },
    read: "unreadable_reply",
    reads: 1,
  },
  {
    when: "redirects",
    misbehave: (call, response) => response.writeHead(302, { location: `${call.path}again/` }).end(),
    read: "unreadable_reply",
    reads: 1,
  },
  {
    when: "redirects so that the method is kept",
    misbehave: (call, response) => response.writeHead(307, { location: `${call.path}again/` }).end(),
    read: "unreadable_reply",
    reads: 1,
  },
  {
    when: "answers no content",
    misbehave: (_call, response) => response.writeHead(204).end(),
    read: "unreadable_reply",
    reads: 1,
  },
  {
    when: "answers another shape",
    misbehave: (_call, response) => response.end(reply({ id: 7 })),
    read: "unreadable_reply",
    reads: 1,
  },
  {
    when: "answers a page",
    misbehave: (_call, response) => response.end("<html>hello</html>"),
    read: "unreadable_reply",
    reads: 1,
  },
  {
    when: "speaks no HTTP",
    misbehave: (_call, _response, socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
    read: "gateway_error",
    reads: 3,
  },
  {
    when: "answers a status that is none",
    misbehave: (_call, _response, socket) => socket.end("HTTP/1.1 799 Odd\r\ncontent-length: 2\r\n\r\n{}"),
    read: "gateway_error",
    reads: 3,
  },
  ...[500, 502, 503, 504].map((status) => ({
    when: `answers ${status} with a page`,
    misbehave: ((_call, response) =>
      response.writeHead(status, { "content-type": "text/html" }).end("<h1>Sorry</h1>")) as Misbehave,
    read: "gateway_error",
    reads: 3,
  })),
  {
    when: "answers 421, which some clients repeat by themselves",
    misbehave: (_call, response) => response.writeHead(421).end("<h1>Misdirected</h1>"),
    read: "gateway_refused",
    reads: 1,
  },
];

describe.each(faults)("a gateway that $when", ({ misbehave, read, reads, timeouts = ample }) => {
  it("got one create and leaves it unknown", async () => {
    const { server, gateway } = await faulty(misbehave, { timeouts });
    const error = await refusal(gateway.createPaymentRequest(createBody));
    expect(error).toMatchObject({ code: "outcome_unknown", outcome: "unknown" });
    expect(server.calls).toHaveLength(1);
  });

  it("got one refund and leaves it unknown", async () => {
    const { server, gateway } = await faulty(misbehave, { timeouts });
    const error = await refusal(gateway.createRefund(paymentId, refundBody));
    expect(error).toMatchObject({ code: "refund_unknown", outcome: "unknown", retryable: false });
    expect(server.calls).toHaveLength(1);
  });

  it("is asked again for a read only where that may help", async () => {
    const { server, gateway } = await faulty(misbehave, { timeouts });
    const error = await refusal(gateway.getPayment(paymentId));
    expect([error.code, error.outcome]).toEqual([read, "not-applied"]);
    expect(server.calls).toHaveLength(reads);
    expect(everythingShown(error)).not.toContain(accessToken);
    expect(everythingShown(error)).not.toContain(clientSecret);
  });
});

describe("a gateway that cannot be reached", () => {
  const expectNothingSent = async (gateway: Gateway, cause: string) => {
    for (const call of [
      () => gateway.createPaymentRequest(createBody),
      () => gateway.createRefund(paymentId, refundBody),
      () => gateway.getPayment(paymentId),
    ]) {
      const error = await refusal(call());
      expect(error).toMatchObject({ code: "gateway_unreachable", outcome: "not-applied" });
      expect(error.cause).toMatchObject({ kind: cause, sent: "no" });
    }
  };

  it("because no host has that name", async () => {
    const lookup = (host: string, _options: unknown, done: (error: Error, address: string) => void) =>
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" }), "");
    await expectNothingSent(gatewayAt("https://test.instamojo.com", ample, { lookup: lookup as never }), "dns");
  });

  it("because nobody listens", async () => {
    const server = await startFaultServer(() => {});
    await server.close();
    await expectNothingSent(gatewayAt(server.url), "refused");
  });

  it("because it does not speak TLS", async () => {
    const { server } = await faulty((_call, response) => response.end(reply(payment)));
    await expectNothingSent(gatewayAt(server.url.replace("http:", "https:")), "tls");
    expect([server.calls.length, server.tokenCalls.length]).toEqual([0, 0]);
  });
});

describe("a token in hand", () => {
  it("does not make a refund go out twice when the connection is refused afterwards", async () => {
    const { server, gateway } = await faulty((_call, response) => response.end(reply(payment)));
    await gateway.getPayment(paymentId);
    await server.close();
    const error = await refusal(gateway.createRefund(paymentId, refundBody));
    expect(error).toMatchObject({ code: "gateway_unreachable", outcome: "not-applied" });
    const create = await refusal(gateway.createPaymentRequest(createBody));
    expect(create).toMatchObject({ code: "gateway_unreachable", outcome: "not-applied" });
    expect(server.calls).toHaveLength(1);
  });

  it("is fetched once over sockets by 1000 parallel cold calls on at most 32 connections", async () => {
    const { server, gateway } = await faulty((_call, response) => response.end(reply(payment)));
    const calls = Array.from({ length: 1000 }, () => gateway.getPayment(paymentId));
    expect(await Promise.all(calls)).toHaveLength(1000);
    expect(server.tokenCalls).toHaveLength(1);
    expect(server.calls).toHaveLength(1000);
    expect(server.connections()).toBeLessThanOrEqual(32);
  });

  it("that was revoked is renewed once over sockets", async () => {
    let issued = 0;
    const { server, gateway } = await faulty(
      (call, response) =>
        call.headers.authorization === "Bearer token-1"
          ? response.writeHead(401).end(reply({ success: false, message: "Token expired." }))
          : response.end(reply(payment)),
      {
        onToken: (_call, response) => response.end(reply({ access_token: `token-${++issued}`, token_type: "Bearer" })),
      },
    );
    await gateway.getPayment(paymentId);
    expect([server.calls.length, server.tokenCalls.length]).toEqual([2, 2]);
  });
});

describe("connections", () => {
  it("are kept between calls, but a refund has one of its own that is closed behind it", async () => {
    const { server, gateway } = await faulty((call, response) =>
      response
        .writeHead(call.method === "POST" ? 201 : 200)
        .end(reply(call.path.endsWith("/refund/") ? refundReply : call.method === "POST" ? paymentRequest : payment)),
    );
    for (let round = 0; round < 5; round += 1) {
      await gateway.getPayment(paymentId);
      await gateway.createPaymentRequest(createBody);
      await gateway.createRefund(paymentId, refundBody);
    }
    const isRefund = (call: ArrivedCall) => call.path.endsWith("/refund/");
    const ofRefunds = server.calls.filter(isRefund).map((call) => call.connection);
    const ofOthers = new Set(server.calls.filter((call) => !isRefund(call)).map((call) => call.connection));
    expect(new Set(ofRefunds).size).toBe(5);
    expect(ofRefunds.filter((connection) => ofOthers.has(connection))).toEqual([]);
    expect(ofOthers.size).toBeLessThanOrEqual(2);
  });

  it("carry a form, a token and our name, and ask for nothing compressed", async () => {
    const { server, gateway } = await faulty((_call, response) => response.end(reply(refundReply)));
    await gateway.createRefund(paymentId, { ...refundBody, body: "क्‍ष & ₹" });
    const [call] = server.calls;
    expect(call).toMatchObject({
      method: "POST",
      path: `/v2/payments/${paymentId}/refund/`,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${accessToken}`,
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "instamojo-flow-nodes",
      },
    });
    expect(call?.headers).not.toHaveProperty("accept-encoding");
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({ ...refundBody, body: "क्‍ष & ₹" });
  });
});
