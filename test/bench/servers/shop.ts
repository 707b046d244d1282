/** A host whose buyers pay at a steady rate: times each webhook until the flow has the event, and bare reads beside it. */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Manifest } from "../../../schemas/manifest.ts";
import { account, salt } from "../messages.ts";
import { announce } from "./answering.ts";
import { loadPackage, loadWebhook } from "./built-package.ts";

export interface ShopReport {
  /** Milliseconds from a webhook's arrival until the flow had its event. */
  readonly lags: readonly number[];
  /** Milliseconds of a read of a payment and of its request, one after the other, without any of ours. */
  readonly reads: readonly number[];
}

const gateway = process.env["GATEWAY_URL"] as string;
const credentials = { clientId: "test_bench_client", clientSecret: "bench_secret" };
const { createPlugin, openSqliteStore, silentLogger, loadFromRegistry, registry } = await loadPackage();
const { nodeHandler } = await loadWebhook();
const manifest = createRequire(import.meta.url)("../../../manifest.json") as Manifest;

const arrivedAt = new Map<string, number>();
const lags: number[] = [];
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const plugin = await createPlugin(
  manifest,
  {
    tier: "development",
    accounts: () => [{ name: account, baseUrl: gateway, ...credentials, privateSalts: [salt] }],
    store: await openSqliteStore({ file: join(process.argv[2] as string, "ledger.db") }),
    logger: silentLogger,
    publicUrl: url,
  },
  { load: loadFromRegistry(registry) },
);
const { receive } = plugin;
server.on(
  "request",
  nodeHandler((request) => {
    const id = new URLSearchParams(request.body).get("payment_request_id");
    if (id !== null && !arrivedAt.has(id)) arrivedAt.set(id, performance.now());
    return receive(request);
  }),
);
await plugin.events.get("payment-status")?.subscribe({
  id: "flow",
  async deliver({ paymentRequestId, status }) {
    const start = arrivedAt.get(paymentRequestId as string);
    if (status === "Completed" && start !== undefined) lags.push(performance.now() - start);
  },
});

async function post(path: string, body: Record<string, unknown>, form = false): Promise<Record<string, unknown>> {
  const response = await fetch(`${gateway}${path}`, {
    method: "POST",
    headers: { "content-type": form ? "application/x-www-form-urlencoded" : "application/json" },
    body: form ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

const { access_token: token } = await post(
  "/oauth2/token/",
  { grant_type: "client_credentials", client_id: credentials.clientId, client_secret: credentials.clientSecret },
  true,
);

async function readBare(paymentRequestId: string, paymentId: string): Promise<number> {
  const start = performance.now();
  for (const path of [`/v2/payments/${paymentId}/`, `/v2/payment_requests/${paymentRequestId}/`]) {
    const response = await fetch(`${gateway}${path}`, { headers: { authorization: `Bearer ${token}` } });
    await response.text();
    if (response.status !== 200) throw new Error(`A bare read was answered ${response.status}.`);
  }
  return performance.now() - start;
}

/** A link, its payment, and for every fifth one the two bare reads. */
async function buy(number: number, reads: number[]): Promise<void> {
  const input = { amount: "200", purpose: `Order ${number}` };
  const made = await plugin.nodes.get("generate-payment-link")?.run({ account, input });
  if (made?.port !== "success") throw new Error(JSON.stringify(made));
  const paymentRequestId = String(made.output["paymentRequestId"]);
  const paid = await post("/__simulator__/pay", { paymentRequestId, outcome: "success" });
  const paymentId = String(paid["id"] ?? (paid["payment"] as { id?: string } | undefined)?.id);
  if (number % 5 === 0) reads.push(await readBare(paymentRequestId, paymentId));
}

process.on("message", async (message) => {
  if (typeof message !== "object" || message === null) return;
  const { perSecond, seconds } = message as { perSecond: number; seconds: number };
  const reads: number[] = [];
  const buys: Promise<void>[] = [];
  const start = performance.now();
  lags.length = 0;
  for (let number = 0; number < perSecond * seconds; number++) {
    const wait = start + (number * 1000) / perSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    buys.push(buy(number, reads));
  }
  await Promise.all(buys);
  const deadline = performance.now() + 60_000;
  while (lags.length < buys.length && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  process.send?.({ lags: [...lags], reads } satisfies ShopReport);
});
announce(url);
