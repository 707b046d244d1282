import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import ky from "ky";
import { median, type Row } from "./figures.ts";
import { account } from "./messages.ts";
import { startServer } from "./processes.ts";
import type { Plan } from "./rounds.ts";

/** Of each kind. The median of fewer is that of code which the engine has not compiled yet. */
const calls = 300;
const delayMs = 50;

async function timed<T>(work: () => Promise<T>, into: number[]): Promise<T> {
  const start = performance.now();
  const result = await work();
  into.push(performance.now() - start);
  return result;
}

/** How long the disk takes for one synced write, in milliseconds. */
function syncMs(folder: string): number {
  const file = openSync(join(folder, "sync"), "a");
  const start = performance.now();
  writeSync(file, Buffer.alloc(4096));
  fsyncSync(file);
  closeSync(file);
  return performance.now() - start;
}

/** What a run over HTTP adds to the call that it makes, against that call made by ky alone, turn by turn. */
export async function httpHost(plan: Plan): Promise<Row[]> {
  const gateway = await startServer("gateway", { env: { DELAY_MS: String(delayMs) } });
  const host = await startServer("http", { env: { GATEWAY_URL: gateway.url } });
  const { key } = await host.ask<{ key: string }>("key");
  const form = { client_id: "test_bench_client", client_secret: "bench_secret", grant_type: "client_credentials" };
  const { access_token: token } = await ky
    .post(`${gateway.url}/oauth2/token/`, { body: new URLSearchParams(form) })
    .json<{ access_token: string }>();
  const bare = ky.create({ headers: { authorization: `Bearer ${token}` }, retry: 0 });
  const run = async (node: string, input: object, idempotencyKey: string): Promise<Record<string, string>> => {
    const headers = { authorization: `Bearer ${key}`, "idempotency-key": idempotencyKey };
    const url = `${host.url}/v1/nodes/${node}/run`;
    const said = await ky
      .post(url, { json: { account, input }, headers, retry: 0 })
      .json<{ port: string; output: Record<string, string> }>();
    if (said.port !== "success") throw new Error(JSON.stringify(said));
    return said.output;
  };

  const order = { amount: "200.00", purpose: "Order 1" };
  const { paymentRequestId } = await run("generate-payment-link", order, "first");
  const paid = await ky
    .post(`${gateway.url}/__simulator__/pay`, { json: { paymentRequestId, outcome: "success" } })
    .json<{ id: string }>();
  const refund = { paymentId: paid.id, issueType: "QFL", description: "Product is not good" };
  const { refundId } = await run("create-refund", refund, "first");

  const times = { bareRead: [], read: [], bareWrite: [], write: [], sync: [] } as Record<string, number[]>;
  const of = (name: string): number[] => times[name] as number[];
  for (let call = 0; call < calls; call++) {
    const body = new URLSearchParams({ ...order, allow_repeated_payments: "false" });
    await timed(() => bare.get(`${gateway.url}/v2/resolutioncenter/cases/${refundId}/`).text(), of("bareRead"));
    await timed(() => run("get-refund-status", { refundId }, "read"), of("read"));
    await timed(() => bare.post(`${gateway.url}/v2/payment_requests/`, { body }).text(), of("bareWrite"));
    await timed(() => run("generate-payment-link", order, `write-${call}`), of("write"));
    of("sync").push(syncMs(plan.folder));
  }
  await host.stop();
  await gateway.stop();
  const p50 = (name: string): number => median(of(name));
  const row = (what: string, name: "read" | "write", allowedMs: number): Row => {
    const bareMs = p50(name === "read" ? "bareRead" : "bareWrite");
    const more = p50(name) - bareMs;
    return {
      what,
      figure: `${p50(name).toFixed(1)} ms, ${more.toFixed(1)} ms more than the ${bareMs.toFixed(1)} ms of ky alone`,
      target: { text: `<= ${allowedMs.toFixed(1)} ms more`, isMet: more <= allowedMs },
    };
  };
  return [
    row("run over HTTP, a read (p50)", "read", 5),
    row(`run over HTTP, a write (p50; a sync takes ${p50("sync").toFixed(1)} ms)`, "write", 5 + 2 * p50("sync")),
  ];
}
