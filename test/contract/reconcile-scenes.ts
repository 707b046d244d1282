import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SimulatorProfile } from "../../src/simulator/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { fillLedger, writeGatewayFile } from "../helpers/large-ledger.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

const minute = 60_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; !isSo(); await sleep(20)) {
    if (Date.now() > end) throw new Error("It did not come to that in time.");
  }
}

/** What was paid by the gateway's ledger, and what the one taker was told, as sorted ids of payments. */
export interface Told {
  readonly paid: readonly string[];
  readonly told: readonly string[];
  readonly eventIds: readonly string[];
}

/** Pays `count` links while three of ten webhooks are lost, and gives the watch an hour at most. */
export async function loseWebhooks(profile: SimulatorProfile, count: number): Promise<Told> {
  const clock = offsetClock();
  const host = await startPluginHost({ simulator: { profile, switches: { lateWriteEvery: 0 } }, host: { clock } });
  try {
    const ids: string[] = [];
    while (ids.length < count) ids.push(...(await Promise.all(Array.from({ length: 20 }, () => newLink(host)))));
    for (const [index, id] of ids.entries()) {
      if (index % 10 < 3) host.simulator.control.faults({ kind: "webhook-drop" });
      host.simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    }
    await host.simulator.control.settled();
    const completed = () => host.events.filter(({ status }) => status === "Completed");
    const patienceMs = 30_000 + count * 30;
    for (const end = Date.now() + patienceMs; completed().length < count && Date.now() < end; await sleep(250)) {
      clock.advance(minute);
      await host.simulator.control.advanceClock(60);
    }
    return {
      paid: host.simulator
        .ledger()
        .payments.map((payment) => payment.id)
        .sort(),
      told: completed()
        .map(({ paymentId }) => String(paymentId))
        .sort(),
      eventIds: host.events.map((event) => event.id),
    };
  } finally {
    await host.close();
  }
}

async function newLink(host: PluginHost): Promise<string> {
  const result = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return String(result.output.paymentRequestId);
}

/** How many calls each of 15 sweeps makes, five minutes apart, where both sides know the same links and payments. */
export async function countQuietSweeps(openLinks: number, payments: number): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), "instamojo-sweep-"));
  const dataFile = join(folder, "gateway.json");
  const large = { openLinks, payments, now: Date.now(), clientId: localCredentials.clientId };
  writeGatewayFile(dataFile, large);
  const store: Store = await openSqliteStore({ file: join(folder, "ledger.db") });
  await store.openAccount({ name: "shop", environment: "local", clientId: localCredentials.clientId }, "token-1");
  await fillLedger(store, large);
  let swept = 0;
  // Asked for once at the end of each sweep, to plan the next one.
  const latestRequests: Store["latestRequests"] = (account, limit) => {
    if (limit > 1) swept += 1;
    return store.latestRequests(account, limit);
  };
  const clock = offsetClock();
  const host = await startPluginHost({ simulator: { dataFile }, host: { clock, store: { ...store, latestRequests } } });
  try {
    await until(() => swept >= 1, 1_500_000);
    const counts: number[] = [];
    while (counts.length < 15) {
      const before = host.simulator.ledger().calls.length;
      const sweeps = swept;
      clock.advance(5 * minute);
      await host.simulator.control.advanceClock(300);
      await until(() => swept > sweeps, 60_000);
      counts.push(host.simulator.ledger().calls.length - before);
    }
    if (host.events.length > 0) throw new Error("Something was told although nothing is new.");
    return counts;
  } finally {
    await host.close();
    rmSync(folder, { recursive: true });
  }
}
