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

/**
 * Asks for `count` links, pays what came of it while three of ten webhooks are lost, and lets minutes go by until all is
 * told. Where the profile leaves creations unanswered, those links are paid like the others.
 */
export async function loseWebhooks(profile: SimulatorProfile, count: number): Promise<Told> {
  const clock = offsetClock();
  const host = await startPluginHost({ simulator: { profile }, host: { clock, timeouts: { headersMs: 500 } } });
  try {
    for (let asked = 0; asked < count; asked += parallel) {
      await Promise.all(Array.from({ length: Math.min(parallel, count - asked) }, () => askForLink(host)));
    }
    clock.advance(minute);
    await host.simulator.control.advanceClock(60);
    for (const [index, { id }] of host.simulator.ledger().paymentRequests.entries()) {
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

/** Links that are asked for at the same time. */
const parallel = 50;

async function askForLink(host: PluginHost): Promise<void> {
  const result = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" });
  if ("error" in result && result.error.outcome !== "unknown") throw new Error(JSON.stringify(result));
}

/** Calls of the first sweep, which finds all rows new, and of 15 more, where nothing is. */
export interface SweepCalls {
  readonly first: number;
  readonly quiet: readonly number[];
}

/** Sweeps five minutes apart, where both sides know the same links and payments. */
export async function countQuietSweeps(openLinks: number, payments: number): Promise<SweepCalls> {
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
    // Sweeps are told apart by the simulator's clock: a copy of a ledger of this size after each would take minutes.
    const startedAt = [0];
    await until(() => swept >= 1, 1_500_000);
    while (startedAt.length < 16) {
      const sweeps = swept;
      startedAt.push(Date.now() + 5 * minute * startedAt.length);
      clock.advance(5 * minute);
      await host.simulator.control.advanceClock(300);
      await until(() => swept > sweeps, 60_000);
    }
    if (host.events.length > 0) throw new Error("Something was told although nothing is new.");
    const { calls } = host.simulator.ledger();
    const [first = 0, ...quiet] = startedAt.map(
      (from, index) => calls.filter(({ at }) => at >= from && at < (startedAt[index + 1] ?? Infinity)).length,
    );
    return { first, quiet };
  } finally {
    await host.close();
    rmSync(folder, { recursive: true });
  }
}
