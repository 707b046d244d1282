/** The HTTP host at the gateway of GATEWAY_URL; its one caller has the key that the parent asks for. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Manifest } from "../../../schemas/manifest.ts";
import { account } from "../messages.ts";
import { announce } from "./answering.ts";
import { loadHttp, loadPackage } from "./built-package.ts";

const { silentLogger, loadFromRegistry, registry } = await loadPackage();
const { newApiKey, startHttpHost } = await loadHttp();
const manifest = createRequire(import.meta.url)("../../../manifest.json") as Manifest;
const { key, sha256 } = newApiKey("bench");
const credentials = { clientId: "test_bench_client", clientSecret: "bench_secret" };
const generous = { perSecond: 1_000, burst: 1_000, parallel: 100, waiting: 1_000 };
const host = await startHttpHost({
  manifest,
  tier: "development",
  accounts: () => [{ name: account, baseUrl: process.env["GATEWAY_URL"] as string, ...credentials }],
  storeFile: join(process.argv[2] as string, "ledger.db"),
  port: 0,
  logger: silentLogger,
  apiKeys: [{ id: "bench", sha256, scopes: ["read", "link", "refund"] }],
  serve: { callsPerMinute: 100_000 },
  readLimits: { node: generous },
  load: loadFromRegistry(registry),
});
process.on("message", (message) => {
  if (message === "key") process.send?.({ key });
});
announce(host.url);
