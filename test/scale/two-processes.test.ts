import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { NodeResult } from "../../src/runtime/run-node.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openPostgresLedger } from "../../src/store/postgres/postgres-ledger.ts";
import type { SimulatorOptions } from "../../src/simulator/index.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";

let server: PostgresServer;
let url: string;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startPostgres({ settings: ["fsync=off"] });
}, 60_000);
beforeEach(async () => {
  url = await server.createDatabase();
});
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});
afterAll(() => server.stop());

/** Two plugins on one ledger and one local Instamojo, like two processes. */
async function startTwo(simulator: SimulatorOptions = {}): Promise<readonly [PluginHost, PluginHost]> {
  const one = await startOne({ simulator });
  const other = await startOne({});
  other.accounts.splice(0, 1, ...one.accounts);
  return [one, other];
}

async function startOne(options: { readonly simulator?: SimulatorOptions }): Promise<PluginHost> {
  const ledger = await openPostgresLedger({ url, logger: silentLogger });
  const host = await startPluginHost({ ...options, withWebhook: false, host: { ...ledger, clock: systemClock } });
  undo.unshift(() => host.close());
  return host;
}

const both = async <T>(
  hosts: readonly PluginHost[],
  times: number,
  work: (host: PluginHost, turn: number) => Promise<T>,
) => Promise.all(Array.from({ length: times }, (_, turn) => work(hosts[turn % 2] as PluginHost, turn)));

const outputOf = (result: NodeResult) => (result as unknown as { output: { paymentRequestId: string } }).output;

const callsOf = ({ simulator }: PluginHost, path: RegExp) =>
  simulator.ledger().calls.filter((call) => call.method === "POST" && path.test(call.path));

describe("two processes on one ledger", () => {
  it("make one link under one key, however often and wherever it is asked for", async () => {
    const hosts = await startTwo();
    const input = { amount: "200", purpose: "Iphone", reference: "order-1" };
    const results = await both(hosts, 12, (host) => host.run("generate-payment-link", input));
    const ids = results.map((result) => outputOf(result).paymentRequestId);
    expect(new Set(ids).size).toBe(1);
    expect(callsOf(hosts[0], /^\/v2\/payment_requests\/$/)).toHaveLength(1);
    expect(hosts[0].simulator.ledger().paymentRequests).toHaveLength(1);
  });

  it("send one refund, and tell both who ask what became of it", async () => {
    const hosts = await startTwo();
    const [one] = hosts;
    const made = await one.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const { paymentRequestId } = outputOf(made);
    one.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const input = { paymentId: paymentRequestId, issueType: "QFL", description: "Product is not good" };
    const results = await both(hosts, 6, (host) => host.run("create-refund", input));
    expect(results.map(({ port }) => port)).toEqual(Array.from({ length: 6 }, () => "success"));
    expect(callsOf(one, /\/refund\/$/)).toHaveLength(1);
  });

  it("never give back more than was paid, whichever of them is asked", async () => {
    const hosts = await startTwo();
    const [one] = hosts;
    const made = await one.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const { paymentRequestId } = outputOf(made);
    one.simulator.control.pay({ paymentRequestId, outcome: "success" });
    const results = await both(hosts, 4, (host, turn) =>
      host.run("create-refund", {
        paymentId: paymentRequestId,
        issueType: "QFL",
        description: "Product is not good",
        uniqueTransactionId: `part-${turn}`,
        refundAmount: "80",
      }),
    );
    expect(results.filter(({ port }) => port === "success")).toHaveLength(2);
    expect(callsOf(one, /\/refund\/$/)).toHaveLength(2);
  });

  it("use one token where a second one takes the first away", async () => {
    const hosts = await startTwo({ switches: { newTokenRevokesEarlier: true } });
    const results = await both(hosts, 8, (host, turn) =>
      host.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference: `order-${turn}` }),
    );
    expect(results.map(({ port }) => port)).toEqual(Array.from({ length: 8 }, () => "success"));
    expect(callsOf(hosts[0], /^\/oauth2\/token\//)).toHaveLength(1);
  });

  it("read the gateway's lists as often as one of them would", async () => {
    const hosts = await startTwo();
    await hosts[0].run("generate-payment-link", { amount: "200", purpose: "Iphone" });
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    const sweeps = hosts[0].simulator
      .ledger()
      .calls.filter(({ method, path }) => method === "GET" && path === "/v2/payments/");
    // One every two seconds for a young link, whoever reads.
    expect(sweeps.length).toBeGreaterThan(1);
    expect(sweeps.length).toBeLessThan(7);
  });
});
