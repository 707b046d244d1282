import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { registry } from "../../nodes/index.ts";
import type { DeliveryTarget, Scope } from "../../schemas/http-settings.ts";
import { newApiKey } from "../../src/hosts/http/api-keys.ts";
import { type HttpHost, type HttpHostOptions, startHttpHost } from "../../src/hosts/http/start-http-host.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";
import { offsetClock } from "./offset-clock.ts";
import { localCredentials, manifest } from "./plugin-host.ts";

/** A call as a client makes it. */
export interface Call {
  readonly method?: string;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of a JSON answer is what tests look at
  readonly json: any;
}

/** The HTTP host on a real socket with its own local Instamojo, and a key for each scope and for all of them. */
export interface TestHttpHost {
  readonly host: HttpHost;
  readonly url: string;
  readonly simulator: Simulator;
  readonly keys: Readonly<Record<Scope | "all" | "other", string>>;
  advance(ms: number): void;
  call(path: string, call?: Call): Promise<Answer>;
  /** Runs a node with the key of all scopes. */
  run(node: string, input: Record<string, unknown>, call?: Call & { readonly correlation?: unknown }): Promise<Answer>;
  close(): Promise<void>;
}

export interface TestHttpHostOptions extends Partial<Omit<HttpHostOptions, "manifest">> {
  readonly simulator?: SimulatorOptions;
  readonly targets?: readonly DeliveryTarget[];
}

export async function startTestHttpHost({ simulator: given, targets, ...options }: TestHttpHostOptions = {}) {
  const simulator = await startSimulator({ ...localCredentials, switches: { refundReviewSeconds: 0 }, ...given });
  const { clientId, clientSecret, salt } = localCredentials;
  const account = (name: string) => ({ name, baseUrl: simulator.url, clientId, clientSecret, privateSalts: [salt] });
  const made = (["read", "link", "refund", "operate"] as const).map((scope) => ({ scope, ...newApiKey(scope) }));
  const all = newApiKey("all");
  const other = newApiKey("other");
  const scopes = made.map(({ scope }) => scope);
  const clock = offsetClock();
  const host = await startHttpHost({
    manifest,
    load: loadFromRegistry(registry),
    tier: "development",
    accounts: () => [account("shop"), account("shop_2")],
    storeFile: ":memory:",
    logger: silentLogger,
    port: 0,
    clock,
    apiKeys: [
      ...made.map(({ id, sha256, scope }) => ({ id, sha256, scopes: [scope] })),
      { id: "all", sha256: all.sha256, scopes },
      { id: "other", sha256: other.sha256, scopes, accounts: ["shop_2"] },
    ],
    ...(targets ? { deliver: targets } : {}),
    ...options,
  }).catch(async (error: unknown) => {
    await simulator.close();
    throw error;
  });
  const keys = Object.fromEntries([
    ...made.map(({ scope, key }) => [scope, key]),
    ["all", all.key],
    ["other", other.key],
  ]);

  async function call(path: string, { method, key, headers = {}, body }: Call = {}): Promise<Answer> {
    const answer = await fetch(host.url + path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = await answer.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.status, headers: answer.headers, text, json };
  }

  return {
    host,
    url: host.url,
    simulator,
    keys: keys as TestHttpHost["keys"],
    advance: clock.advance,
    call,
    run: (node, input, { correlation, ...rest } = {}) =>
      call(`/v1/nodes/${node}/run`, {
        key: keys.all,
        body: { account: "shop", input, ...(correlation === undefined ? {} : { correlation }) },
        ...rest,
      }),
    async close() {
      await host.close();
      await simulator.close();
    },
  } satisfies TestHttpHost as TestHttpHost;
}

/** A message that a receiver got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of events on loopback. What it answers may be changed at any time. */
export async function startReceiver() {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const receiver = { status: 204, headers: {} as Record<string, string> };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(receiver.status, receiver.headers).end();
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    receiver,
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    /** Resolves with the first message that fits, received already or still to come. */
    next: (fits: (message: Received) => boolean = () => true, withinMs = 10_000): Promise<Received> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`No such message; received ${received.length}.`)), withinMs);
        const look = () => {
          const found = received.find(fits);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
