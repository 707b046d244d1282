import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests compare replies with literals
  body: any;
}

export interface CallOptions {
  form?: Record<string, string>;
  json?: unknown;
  multipart?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as it is; left out when undefined. */
  token?: string | undefined;
}

export async function call(url: string, method: string, options: CallOptions = {}): Promise<Reply> {
  const { form, json, multipart, token } = options;
  const headers: Record<string, string> = { ...options.headers };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  let body: BodyInit | undefined;
  if (form !== undefined) body = new URLSearchParams(form);
  if (json !== undefined) {
    body = JSON.stringify(json);
    headers["content-type"] ??= "application/json";
  }
  if (multipart !== undefined) {
    const data = new FormData();
    for (const [key, value] of Object.entries(multipart)) data.append(key, value);
    body = data;
  }
  const init = body === undefined ? {} : { body };
  const reply = await fetch(url, { method, headers, redirect: "manual", ...init });
  const text = await reply.text();
  const isJson = reply.headers.get("content-type") === "application/json";
  return {
    status: reply.status,
    headers: reply.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

export const credentials = {
  grant_type: "client_credentials",
  client_id: "test_local_client_id",
  client_secret: "test_local_client_secret",
};

export interface Caller {
  sim: Simulator;
  token: string;
  get(path: string): Promise<Reply>;
  post(path: string, form?: Record<string, string>): Promise<Reply>;
  /** Creates a payment request and returns its id. */
  request(form?: Record<string, string>): Promise<string>;
  /** Creates a payment request, pays it and returns the payment's id. */
  paid(amount?: string): Promise<string>;
}

export async function freshToken(sim: Simulator, form: Record<string, string> = credentials): Promise<string> {
  const reply = await call(`${sim.url}/oauth2/token/`, "POST", { form });
  return reply.body.access_token;
}

const opened: { close(): Promise<unknown> }[] = [];

/** Closes what the tests of a file opened; for `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((each) => each.close()));
}

export async function open(options: SimulatorOptions = {}): Promise<Caller> {
  const sim = await startSimulator(options);
  opened.push(sim);
  const token = await freshToken(sim);
  const get = (path: string): Promise<Reply> => call(sim.url + path, "GET", { token });
  const post = (path: string, form: Record<string, string> = {}): Promise<Reply> =>
    call(sim.url + path, "POST", { token, form });
  const request = async (form: Record<string, string> = {}): Promise<string> => {
    const reply = await post("/v2/payment_requests/", { amount: "200", purpose: "Iphone", ...form });
    return reply.body.id;
  };
  const paid = async (amount = "200"): Promise<string> =>
    sim.control.pay({ paymentRequestId: await request({ amount }), outcome: "success" }).id;
  return { sim, token, get, post, request, paid };
}

export interface Received {
  method: string;
  url: string;
  contentType: string;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Statuses of the next answers; 200 when used up. Null: no answer. */
  answers: (number | null)[];
}

/** A merchant's server that takes webhooks. */
export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: (number | null)[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk) => {
      body += chunk;
    });
    incoming.on("end", () => {
      const { method = "", url = "" } = incoming;
      received.push({ method, url, contentType: incoming.headers["content-type"] ?? "", body });
      const status = answers.length > 0 ? answers.shift() : 200;
      if (status === null) incoming.socket.destroy();
      else outgoing.writeHead(status ?? 200, { location: "/elsewhere" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, answers };
}
