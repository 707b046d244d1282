/**
 * The plugin as a host runs it, on `node:http`, with its ledger on disk and a gateway that answers after 200 ms. With
 * STORE_URL its ledger is in PostgreSQL, and it is one of several processes that only take messages in.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Transport } from "../../../src/client/transport.ts";
import type { Manifest } from "../../../schemas/manifest.ts";
import { account, salt, token } from "../messages.ts";
import { serve } from "./answering.ts";
import { loadPackage, loadWebhook } from "./built-package.ts";

const { createPlugin, openPostgresLedger, openSqliteStore, silentLogger, loadFromRegistry, registry } =
  await loadPackage();
const { nodeHandler } = await loadWebhook();
const manifest = createRequire(import.meta.url)("../../../manifest.json") as Manifest;

const answer = (status: number, body: unknown) => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
/** Knows no payment, as a gateway whose reads run behind its webhooks. */
const transport: Transport = {
  async send({ url }) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (url.includes("/oauth2/"))
      return answer(200, { access_token: "bench", expires_in: 36_000, token_type: "Bearer" });
    return answer(404, { success: false, message: "Not found." });
  },
  async close() {},
};

const storeUrl = process.env["STORE_URL"];
const ledger = storeUrl
  ? { ...(await openPostgresLedger({ url: storeUrl, logger: silentLogger })), role: "receiver" as const }
  : { store: await openSqliteStore({ file: join(process.argv[2] as string, "ledger.db") }) };
const { store } = ledger;
await store.openAccount({ name: account, environment: "local", clientId: "bench_client" }, token);
const credentials = {
  name: account,
  baseUrl: "http://127.0.0.1:9",
  clientId: "bench_client",
  clientSecret: "bench_secret",
  privateSalts: [salt],
};
const plugin = await createPlugin(
  manifest,
  { tier: "development", accounts: () => [credentials], ...ledger, logger: silentLogger, transport },
  { load: loadFromRegistry(registry) },
);
serve(nodeHandler(plugin.receive));
