import { rmSync } from "node:fs";
import { median, quantile, type Row } from "./figures.ts";
import { formOf, tagOf, webhookPath } from "./messages.ts";
import { type BenchServer, runLoad, startServer } from "./processes.ts";
import { of, type Plan, ratioOf, rounds, stopAll } from "./rounds.ts";
import { seedLedgers } from "./seed-ledger.ts";
import type { ShopReport } from "./servers/shop.ts";

export async function throughput(plan: Plan): Promise<Row[]> {
  const servers = {
    bare: await startServer("bare"),
    "insert per request": await startServer("inserting"),
    "Node-RED flow": await startServer("node-red"),
    receiver: await startServer("receiver"),
  };
  const results = await rounds(servers, plan, { seconds: plan.seconds });
  const paced = { bare: servers.bare, receiver: servers.receiver };
  const steady = await rounds(paced, plan, { seconds: plan.seconds, overallRate: 1000 });
  await stopAll(servers);
  const rows = Object.keys(results).map((name): Row => {
    const figure = `${of(results[name], "perSecond").toFixed(0)}/s, ${of(results[name], "cpuMicroseconds").toFixed(0)} us CPU`;
    const what = `${name}, 100 connections`;
    if (name === "bare") return { what, figure };
    const ratio = ratioOf(results, name, "bare", "perSecond");
    const target = { text: ">= 0.50", isMet: ratio >= 0.5 };
    return { what, figure, ratio, than: "bare", ...(name === "receiver" ? { target } : {}) };
  });
  const [bare, ours] = [of(steady["bare"], "p99"), of(steady["receiver"], "p99")];
  return [
    ...rows,
    { what: "bare, p99 at 1,000/s", figure: `${bare.toFixed(1)} ms` },
    {
      what: "receiver, p99 at 1,000/s",
      figure: `${ours.toFixed(1)} ms`,
      ratio: ours / bare,
      than: "bare",
      target: { text: "<= 2 x bare + 20 ms", isMet: ours <= 2 * bare + 20 },
    },
  ];
}

/** Both on a disk whose every sync takes 2 ms longer. */
export async function slowStore(plan: Plan, env: Record<string, string> | null): Promise<Row[]> {
  if (!env) return [{ what: "store slowed by 2 ms a sync", figure: "not measured: needs cc on Linux" }];
  const servers = { insert: await startServer("inserting", { env }), receiver: await startServer("receiver", { env }) };
  const results = await rounds(servers, plan, { seconds: plan.seconds });
  await stopAll(servers);
  const ratio = ratioOf(results, "receiver", "insert", "perSecond");
  return [
    { what: "insert per request, 2 ms a sync", figure: `${of(results["insert"], "perSecond").toFixed(0)}/s` },
    {
      what: "receiver, 2 ms a sync",
      figure: `${of(results["receiver"], "perSecond").toFixed(0)}/s`,
      ratio,
      than: "insert per request",
      target: { text: ">= 3.00", isMet: ratio >= 3 },
    },
  ];
}

/** CPU of all threads for one webhook, by how much the ledger already holds. */
export async function ledgerSizes(plan: Plan): Promise<Row[]> {
  const folders = await seedLedgers(plan.folder, plan.sizes);
  const servers: Record<string, BenchServer> = {};
  const starts: Record<string, number> = {};
  for (const [size, dir] of folders) {
    const start = performance.now();
    servers[size] = await startServer("receiver", { dir });
    // Not by the load generator: its own start would count.
    const { status } = await fetch(new URL(`${webhookPath}&op=${tagOf(size)}`, servers[size].url), {
      method: "POST",
      body: new URLSearchParams(formOf(size)),
    });
    if (status !== 200) throw new Error(`The first webhook after a start was answered ${status}.`);
    starts[size] = performance.now() - start;
  }
  const results = await rounds(servers, plan, { seconds: plan.seconds, overallRate: 1000 });
  await stopAll(servers);
  for (const dir of folders.values()) rmSync(dir, { recursive: true, force: true });
  const [smallest] = plan.sizes.map(String) as [string];
  const largest = plan.sizes.at(-1) as number;
  const restart = starts[largest] as number;
  const restarted: Row = {
    what: `restart until a webhook is accepted, ${largest.toLocaleString("en")} payments stored`,
    figure: `${restart.toFixed(0)} ms`,
    target: { text: "<= 1,000 ms", isMet: restart <= 1000 },
  };
  const costs = plan.sizes.map((size): Row => {
    const what = `CPU per webhook, ${size.toLocaleString("en")} payments stored`;
    const figure = `${of(results[size], "cpuMicroseconds").toFixed(0)} us`;
    if (String(size) === smallest) return { what, figure };
    const ratio = ratioOf(results, String(size), smallest, "cpuMicroseconds");
    const than = `${Number(smallest).toLocaleString("en")} payments`;
    return { what, figure, ratio, than, target: { text: "<= 1.50", isMet: ratio <= 1.5 } };
  });
  return [...costs, restarted];
}

/** From a webhook's arrival until a flow has the event, at 50 payments a second, against two reads and nothing else. */
export async function latency(plan: Plan): Promise<Row[]> {
  const gateway = await startServer("gateway");
  const shop = await startServer("shop", { env: { GATEWAY_URL: gateway.url } });
  await shop.ask<ShopReport>({ perSecond: 10, seconds: 2 });
  const seconds = plan.seconds * plan.rounds;
  const { lags, reads } = await shop.ask<ShopReport>({ perSecond: 50, seconds });
  await shop.stop();
  await gateway.stop();
  const missing = 50 * seconds - lags.length;
  const line = (values: readonly number[]): string =>
    `p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`;
  const [ours, bare] = [quantile(lags, 0.99), quantile(reads, 0.99)];
  return [
    { what: "two bare reads", figure: line(reads) },
    {
      what: "webhook to flow, 50 payments/s",
      figure: `${line(lags)}${missing > 0 ? `, ${missing} not there after a minute` : ""}`,
      ratio: ours / bare,
      than: "two reads (p99)",
      target: { text: "p99 <= 150 ms or 5 x", isMet: missing === 0 && ours <= Math.max(150, 5 * bare) },
    },
  ];
}

/** What the package adds to a Node-RED that nobody uses, with an account, a link node and an event node on its canvas. */
export async function idle(plan: Plan): Promise<Row[]> {
  const gateway = await startServer("gateway");
  const added: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const bare = await startServer("node-red");
    const ours = await startServer("node-red", { env: { GATEWAY_URL: gateway.url } });
    // What was only needed to start is given back after a while.
    await new Promise((resolve) => setTimeout(resolve, plan.idleSeconds * 1000));
    const [without, withOurs] = [(await bare.usage()).rssMb, (await ours.usage()).rssMb];
    alone.push(without);
    added.push(withOurs - without);
    await bare.stop();
    await ours.stop();
  }
  await gateway.stop();
  const more = median(added);
  return [
    { what: "Node-RED alone, idle", figure: `${median(alone).toFixed(0)} MB` },
    {
      what: "with account, link and event node, idle",
      figure: `${more.toFixed(0)} MB more`,
      target: { text: "<= 40 MB more", isMet: more <= 40 },
    },
  ];
}

/** Resident memory of the receiver while it takes webhook after webhook. */
export async function memory(plan: Plan): Promise<Row[]> {
  const receiver = await startServer("receiver");
  const step = Math.max(1_000, Math.ceil(plan.webhooks / 20 / 100) * 100);
  const samples: number[] = [];
  for (let sent = 0; sent < plan.webhooks; sent += step) {
    await runLoad({ url: receiver.url, amount: step, perConnection: step / 100 });
    samples.push((await receiver.usage()).rssMb);
  }
  await receiver.stop();
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [second, last] = [median(samples.slice(quarter, 2 * quarter)), median(samples.slice(-quarter))];
  return [
    {
      what: `memory over ${(samples.length * step).toLocaleString("en")} webhooks`,
      figure: `${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last`,
      ratio: last / second,
      than: "second quarter",
      target: { text: "<= 1.20", isMet: last <= 1.2 * second },
    },
  ];
}
