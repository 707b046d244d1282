import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Payment } from "../../schemas/wire/payment.ts";
import { computeMac } from "../../src/payments/mac.ts";
import { type Simulator, type SimulatorProfile, startSimulator } from "../../src/simulator/index.ts";
import { type ChildHost, startChildHost } from "../helpers/child-host.ts";
import { gatewayProfiles, rest, scratchFolder, until } from "../helpers/fault-scene.ts";
import { localCredentials } from "../helpers/plugin-host.ts";

let folder: ReturnType<typeof scratchFolder>;
let simulator: Simulator;
let host: ChildHost;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(async () => {
  await host.close();
  await simulator.close();
  folder.remove();
});

async function start(profile: SimulatorProfile, clockRate: number): Promise<void> {
  simulator = await startSimulator({ ...localCredentials, profile, switches: { lateWriteEvery: 0 } });
  const { clientId, clientSecret, salt } = localCredentials;
  const account = { name: "shop", baseUrl: simulator.url, clientId, clientSecret, privateSalts: [salt] };
  host = await startChildHost({ account, storeFile: folder.fileOf("ledger.db"), clockRate });
}

const askForLink = () => host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });

async function link(): Promise<string> {
  const result = await askForLink();
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

const pay = (paymentRequestId: string) =>
  simulator.control.pay({ paymentRequestId, outcome: "success", isForced: true });

/** Sends the signed message of a payment; its status, or null when nothing came within the time. */
async function post(paymentRequestId: string, payment: Payment, timeoutMs = 10_000): Promise<number | null> {
  const fields = new Map([
    ["payment_id", payment.id],
    ["payment_request_id", paymentRequestId],
    ["status", "Credit"],
  ]);
  const body = new URLSearchParams([...fields, ["mac", computeMac(fields, localCredentials.salt)]]);
  const url = simulator.ledger().paymentRequests.find(({ id }) => id === paymentRequestId)?.webhook as string;
  const signal = AbortSignal.timeout(timeoutMs);
  return fetch(url, { method: "POST", body, signal }).then(
    (reply) => reply.status,
    () => null,
  );
}

/** Every payment that the gateway's ledger holds is told, and none of them under two ids. */
async function allTold(): Promise<void> {
  const paid = () => simulator.ledger().payments.map(({ id }) => id);
  const told = () => new Map(host.events.map((event) => [event.id, event.paymentId as string]));
  await until(
    () => paid().every((id) => [...told().values()].includes(id)),
    async () => {
      await rest(100);
      host.advance(15_000);
      await simulator.control.advanceClock(15);
    },
  );
  await rest(150);
  expect([...told().values()].sort()).toEqual(paid().sort());
}

describe.each(gatewayProfiles)("a host in a process of its own, with a %s gateway", (profile) => {
  it("that stands still for a minute loses nothing and doubles nothing, whatever it was doing", async () => {
    await start(profile, 30);
    const ids = await Promise.all(Array.from({ length: 5 }, link));
    simulator.control.faults({ kind: "delay", method: "GET", count: 6, delayMs: 300 });
    for (const id of ids) pay(id);
    const asked = askForLink();
    await until(() => simulator.ledger().calls.some(({ fault }) => fault === "delay"));
    host.freeze();
    const late = pay(ids[0] as string);
    expect(await post(ids[0] as string, late, 500)).toBeNull();
    await rest(1_500);
    host.thaw();
    expect(await post(ids[0] as string, late)).toBe(200);
    expect((await asked).port).toBe("success");
    await allTold();
    expect(new Set(host.events.map(({ id }) => id)).size).toBe(host.events.length);
  });

  it("whose files may not grow answers 503, never 200, and goes on without a restart when they may again", async () => {
    await start(profile, 10);
    const id = await link();
    simulator.control.faults({ kind: "webhook-drop", count: 0 });
    const before = pay(id);
    expect(await post(id, before)).toBe(200);
    const mayWrite = (bytes: string) => execFileSync("prlimit", ["--pid", String(host.pid), `--fsize=${bytes}:`]);
    mayWrite("4096");
    const payments = Array.from({ length: 10 }, () => pay(id));
    const answers = await Promise.all(payments.map((payment) => post(id, payment)));
    expect(new Set(answers)).toEqual(new Set([503]));
    const creates = simulator.ledger().calls.filter(({ method }) => method === "POST").length;
    expect(await askForLink()).toMatchObject({ port: "error", error: { code: "store_unavailable" } });
    expect(simulator.ledger().calls.filter(({ method }) => method === "POST")).toHaveLength(creates);
    mayWrite("unlimited");
    await until(
      async () => (await post(id, payments[0] as Payment)) === 200,
      () => rest(100),
    );
    for (const payment of payments) expect(await post(id, payment)).toBe(200);
    await link();
    await allTold();
  });
});
