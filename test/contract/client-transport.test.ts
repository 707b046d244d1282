import { execFile } from "node:child_process";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createKyTransport } from "../../src/client/ky-transport.ts";
import type { Transport, TransportRequest } from "../../src/client/transport.ts";
import type { ConnectionOptions } from "../../src/client/undici-connections.ts";
import { selfSignedCertificate } from "../helpers/client-certificate.ts";
import { type Misbehave, startFaultServer } from "../helpers/client-fault-server.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ample = { connectMs: 20_000, headersMs: 20_000, bodyMs: 20_000 };

function transportWith(options?: ConnectionOptions): Transport {
  const transport = createKyTransport(options);
  closers.push(() => transport.close());
  return transport;
}

async function serverThat(misbehave: Misbehave) {
  const server = await startFaultServer(misbehave);
  closers.push(() => server.close());
  return server;
}

function get(url: string, more: Partial<TransportRequest> = {}): TransportRequest {
  return { method: "GET", url, headers: {}, timeouts: ample, maxBytes: 1000, ...more };
}

describe("the transport", () => {
  it("gives status, headers and text of any reply back, and follows nothing", async () => {
    const server = await serverThat((_call, response) =>
      response.writeHead(302, { Location: "/elsewhere", "Set-Cookie": ["a=1", "b=2"] }).end("₹ क्‍ष"),
    );
    const response = await transportWith().send(get(`${server.url}/a/?b=c%20d`));
    expect(response).toMatchObject({
      status: 302,
      body: "₹ क्‍ष",
      headers: { location: "/elsewhere", "set-cookie": "a=1, b=2" },
    });
    expect(server.calls.map((call) => call.path)).toEqual(["/a/?b=c%20d"]);
  });

  it("puts characters together that were split between two pieces", async () => {
    const rupee = Buffer.from("₹");
    const server = await serverThat((_call, response) => {
      response.write(rupee.subarray(0, 1));
      setImmediate(() => response.end(rupee.subarray(1)));
    });
    expect((await transportWith().send(get(server.url))).body).toBe("₹");
  });

  it("takes a reply of exactly the largest size, and not a byte more", async () => {
    const server = await serverThat((call, response) => response.end("x".repeat(Number(call.path.slice(1)))));
    const transport = transportWith();
    expect((await transport.send(get(`${server.url}/1000`))).body).toHaveLength(1000);
    await expect(transport.send(get(`${server.url}/1001`))).rejects.toMatchObject({ kind: "too-large", sent: "maybe" });
  });

  it.each([204, 205, 304])("takes a %i, which has no body", async (status) => {
    const server = await serverThat((_call, response) => response.writeHead(status).end());
    expect(await transportWith().send(get(server.url))).toMatchObject({ status, body: "" });
  });

  it("sends nothing when a header cannot be sent, and does not quote it", async () => {
    const server = await serverThat((_call, response) => response.end());
    const sending = transportWith().send(get(server.url, { headers: { authorization: "Bearer a\nb" } }));
    const error: Error = await sending.then(
      () => new Error("was sent"),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ kind: "other", sent: "no", message: "other" });
    expect(server.calls).toHaveLength(0);
  });

  it("gives a request up that waits too long for a free connection, and does not send it later", async () => {
    let release = () => {};
    const server = await serverThat((call, response) => {
      if (call.path === "/slow") release = () => void response.end("done");
      else response.end("next");
    });
    const transport = transportWith({ maxConnections: 1 });
    const slow = transport.send(get(`${server.url}/slow`));
    const timeouts = { connectMs: 50, headersMs: 50, bodyMs: 50 };
    // Another connect limit would mean another pool, so the waiting one uses the same.
    const waiting = transport.send(
      get(`${server.url}/waiting`, {
        timeouts: { ...timeouts, connectMs: ample.connectMs, headersMs: 100 - ample.connectMs },
      }),
    );
    await expect(waiting).rejects.toMatchObject({ kind: "connect-timeout", sent: "no" });
    release();
    expect((await slow).body).toBe("done");
    expect((await transport.send(get(`${server.url}/after`))).body).toBe("next");
    expect(server.calls.map((call) => call.path)).toEqual(["/slow", "/after"]);
  });

  it("gives a connection up that is not made in time", async () => {
    const held: Socket[] = [];
    const silent = createTcpServer((socket) => void held.push(socket.on("error", () => {})));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    closers.push(async () => {
      for (const socket of held) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const { port } = silent.address() as AddressInfo;
    const timeouts = { ...ample, connectMs: 100 };
    const sending = transportWith().send(get(`https://127.0.0.1:${port}`, { timeouts, freshConnection: true }));
    await expect(sending).rejects.toMatchObject({ kind: "connect-timeout", sent: "no" });
  });

  it("lets running requests end when it is closed, and then sends no more", async () => {
    let release = () => {};
    const arrived = Promise.withResolvers<void>();
    const server = await serverThat((_call, response) => {
      release = () => void response.end("done");
      arrived.resolve();
    });
    const transport = createKyTransport();
    const running = transport.send(get(server.url, { freshConnection: true }));
    await arrived.promise;
    let isClosed = false;
    const closing = transport.close().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    release();
    expect((await running).body).toBe("done");
    await closing;
    await expect(transport.send(get(server.url))).rejects.toMatchObject({ kind: "other", sent: "no" });
    await transport.close();
    expect(server.calls).toHaveLength(1);
  });
});

describe("TLS", () => {
  async function secureServer() {
    const { key, cert } = selfSignedCertificate();
    const paths: string[] = [];
    const server = createTlsServer({ key, cert }, (request, response) => {
      paths.push(request.url ?? "");
      response.end("secret");
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    return { cert, paths, url: `https://127.0.0.1:${port}`, byName: `https://localhost:${port}` };
  }

  it("sends nothing to a host whose certificate nobody vouches for, where Node is told to let it pass, too", async () => {
    const { url, paths } = await secureServer();
    const request = (freshConnection: boolean) => JSON.stringify(get(url, { freshConnection }));
    const script = `
      import { createKyTransport } from ${JSON.stringify(new URL("../../src/client/ky-transport.ts", import.meta.url).href)};
      for (const request of [${request(false)}, ${request(true)}]) {
        const { kind, sent, code } = await createKyTransport().send(request).catch((error) => error);
        console.log(kind, sent, code);
      }`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_OPTIONS: "" },
    });
    expect(stdout.trim().split("\n")).toEqual(Array(2).fill("tls no DEPTH_ZERO_SELF_SIGNED_CERT"));
    expect(paths).toEqual([]);
  });

  it("sends to a host whose certificate is trusted, and to none of another name", async () => {
    const { url, byName, cert, paths } = await secureServer();
    const transport = transportWith({ ca: cert });
    expect((await transport.send(get(url, { freshConnection: true }))).body).toBe("secret");
    const wrong = transport.send(get(`${byName}/wrong`, { freshConnection: true }));
    await expect(wrong).rejects.toMatchObject({ kind: "tls", sent: "no", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(paths).toEqual(["/"]);
  });
});
