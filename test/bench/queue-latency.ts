import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBuilt } from "../cli/built-command.ts";
import { startPostgres } from "../helpers/postgres-server.ts";
import { quantile, type Row } from "./figures.ts";
import { account, salt } from "./messages.ts";
import { startServer } from "./processes.ts";
import type { Plan } from "./rounds.ts";
import { loadHttp } from "./servers/built-package.ts";
import { readBody } from "./servers/answering.ts";

const perSecond = 50;
const warmUpSeconds = 2;

/**
 * From the arrival of a webhook at a receiver process until the target has the event that a worker process sends it, at a
 * steady rate. Both are `serve` on one PostgreSQL.
 */
export async function queueLatency(plan: Plan): Promise<Row[]> {
  const { newApiKey, newDeliverySecret } = await loadHttp();
  const { key, sha256 } = newApiKey("bench");
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const database = await startPostgres();
  const gateway = await startServer("gateway");
  const clock = await startClock();
  const config = join(folder, "config.json");
  const credentials = { clientId: "test_bench_client", clientSecret: "bench_secret", privateSalts: [salt] };
  writeFileSync(
    config,
    JSON.stringify({
      tier: "development",
      publicUrl: clock.publicUrl,
      store: await database.createDatabase(),
      accounts: [{ name: account, baseUrl: gateway.url, ...credentials }],
      deliver: [{ name: "flow", url: clock.targetUrl, secrets: [newDeliverySecret()], allowPrivate: true }],
      apiKeys: [{ id: "bench", sha256, scopes: ["link"] }],
      serve: { callsPerMinute: 1_000_000 },
    }),
  );
  const commands = (["receiver", "worker"] as const).map((role) =>
    startBuilt(["serve", "--config", config, "--port", "0", "--role", role]),
  );
  try {
    const [receiver] = await Promise.all(commands.map(async ({ ready }) => String((await ready).url)));
    const seconds = plan.seconds * plan.rounds;
    const links = await makeLinks(String(receiver), { key, count: perSecond * (warmUpSeconds + seconds) });
    clock.forwardTo(String(receiver));
    await payAll(gateway.url, links);
    const counted = links.slice(perSecond * warmUpSeconds);
    await clock.hasAll(counted);
    return [rowOf(counted.map((id) => clock.lagOf(id)))];
  } finally {
    for (const command of commands) await command.stop("SIGKILL");
    await gateway.stop();
    await database.stop();
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(lags: readonly (number | null)[]): Row {
  const there = lags.filter((lag) => lag !== null);
  const missing = lags.length - there.length;
  const p99 = quantile(there, 0.99);
  const late = missing > 0 ? `, ${missing} not there after a minute` : "";
  return {
    what: `webhook to target, receiver and worker on PostgreSQL, ${perSecond} payments/s`,
    figure: `p50 ${quantile(there, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms${late}`,
    target: { text: "p99 <= 500 ms", isMet: missing === 0 && p99 <= 500 },
  };
}

/** Passes webhooks on and takes events, and knows when each came, by payment request. */
async function startClock() {
  const arrivedAt = new Map<string, number>();
  const takenAt = new Map<string, number>();
  let receiver = "";
  const front = await listen((request, response) => {
    readBody(request, async (body) => {
      const id = new URLSearchParams(body).get("payment_request_id") ?? "";
      if (!arrivedAt.has(id)) arrivedAt.set(id, performance.now());
      const headers = { "content-type": request.headers["content-type"] ?? "" };
      const answer = await fetch(receiver + request.url, { method: "POST", headers, body }).catch(() => null);
      response.writeHead(answer?.status ?? 502).end();
    });
  });
  const target = await listen((request, response) => {
    readBody(request, (body) => {
      const { status, paymentRequestId } = (JSON.parse(body) as { data: Record<string, string> }).data;
      if (status === "Completed" && !takenAt.has(String(paymentRequestId)))
        takenAt.set(String(paymentRequestId), performance.now());
      response.writeHead(204).end();
    });
  });
  const lagOf = (id: string): number | null => {
    const [from, to] = [arrivedAt.get(id), takenAt.get(id)];
    return from === undefined || to === undefined ? null : to - from;
  };
  return {
    publicUrl: front.url,
    targetUrl: `${target.url}/events`,
    forwardTo(url: string): void {
      receiver = url;
    },
    lagOf,
    async hasAll(ids: readonly string[]): Promise<void> {
      const deadline = performance.now() + 60_000;
      while (ids.some((id) => lagOf(id) === null) && performance.now() < deadline) await pause(100);
    },
    close() {
      for (const { server } of [front, target]) server.close().closeAllConnections();
    },
  };
}

async function listen(listener: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Before the clock runs, so that only webhooks and what follows from them is measured. */
async function makeLinks(receiver: string, { key, count }: { key: string; count: number }): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  async function line(): Promise<void> {
    while (next < count) {
      const input = { amount: "200", purpose: "Iphone", reference: `order-${next++}` };
      const url = `${receiver}/v1/nodes/generate-payment-link/run`;
      const said = await postJson(url, { account, input }, { authorization: `Bearer ${key}` });
      ids.push((said as { output: { paymentRequestId: string } }).output.paymentRequestId);
    }
  }
  await Promise.all(Array.from({ length: 8 }, line));
  return ids;
}

async function payAll(gateway: string, links: readonly string[]): Promise<void> {
  const start = performance.now();
  const paying: Promise<unknown>[] = [];
  for (const [number, paymentRequestId] of links.entries()) {
    const wait = start + (number * 1000) / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    paying.push(postJson(`${gateway}/__simulator__/pay`, { paymentRequestId, outcome: "success" }));
  }
  await Promise.all(paying);
}
