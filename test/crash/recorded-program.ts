/** The process whose calls to the system are recorded: the plugin with a SQLite ledger, and many messages at once. */
import { openSync, writeSync } from "node:fs";
import { events, nodes, registry } from "../../nodes/index.ts";
import { webhookPath } from "../../src/payments/callbacks.ts";
import { createPlugin } from "../../src/plugin.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { buildManifest } from "../../src/runtime/manifest.ts";
import { signWebhook } from "../../src/simulator/sign-webhook.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { merchant } from "./host-talk.ts";

const [ledger = "", answers = "", count = "0"] = process.argv.slice(2);
/** Nobody answers there: every message stays as it was recorded, to be confirmed some day. */
const account = { ...merchant, baseUrl: "http://127.0.0.1:9" };
const atOnce = 6;

const marks = openSync(answers, "a");
const store = await openSqliteStore({ file: ledger });
const row = await store.openAccount(
  { name: account.name, environment: "local", clientId: account.clientId },
  "callback-token-of-the-recorded-program",
);
const plugin = await createPlugin(
  buildManifest({ nodes, events, version: "0.0.0-crash" }),
  { tier: "development", accounts: () => [account], store, logger: silentLogger },
  { load: loadFromRegistry(registry) },
);

let next = 0;
async function send(): Promise<void> {
  while (next < Number(count)) {
    next += 1;
    const fields = {
      amount: "200.00",
      buyer: "John@test.com",
      currency: "INR",
      payment_id: `MOJO6b22N05N${String(next).padStart(8, "0")}`,
      payment_request_id: next.toString(16).padStart(32, "0"),
      status: "Credit",
    };
    const mac = signWebhook(fields, account.privateSalts[0] as string);
    const { status } = await plugin.receive({
      method: "POST",
      path: `${webhookPath(account.name)}?id=${row.callbackToken}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...fields, mac }).toString(),
    });
    // Written where the answer would go out, so that the recording says what was answered before what.
    if (status === 200) writeSync(marks, `${fields.payment_id}\n`);
  }
}
await Promise.all(Array.from({ length: atOnce }, send));
await store.close();
process.exit(0);
