import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Terminal } from "../../src/cli/command.ts";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { startTestHttpHost } from "../helpers/http-host.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { runBuilt } from "./built-command.ts";

const { clientId, clientSecret, salt } = localCredentials;

let folder: string;
let ledger: string;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator(localCredentials);
});
afterAll(() => simulator.close());
beforeEach(() => {
  simulator.control.reset();
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
  ledger = join(folder, "ledger.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeConfig({ account = {}, ...more }: { readonly account?: object; readonly [key: string]: unknown } = {}) {
  const file = join(folder, "config.json");
  const shop = { name: "shop", baseUrl: simulator.url, clientId, clientSecret, privateSalts: [salt], ...account };
  const config = { tier: "development", store: "sqlite:./ledger.db", accounts: [shop], ...more };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function doctor(config: string, ...args: string[]) {
  const lines: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = {
    env: {},
    out: (line) => void lines.push(line),
    note: (line) => void notes.push(line),
    untilStopped: async () => {},
  };
  const code = await runCommandLine(["doctor", "--config", config, ...args], terminal);
  const text = lines.join("\n");
  expect(text + notes.join("\n")).not.toMatch(new RegExp([clientSecret, salt, "wr0ng_s3cret", "wr0ng_salt"].join("|")));
  return { code, text, notes: notes.join("\n") };
}

/** What is not ok, a line each. */
const complaints = (text: string) => text.split("\n").filter((line) => !line.startsWith("ok"));

async function makeLedger(merchant?: string) {
  const store = await openSqliteStore({ file: ledger });
  const row = await store.openAccount({ name: "shop", environment: "local", clientId }, "token-one");
  if (merchant) await store.pinMerchant(row, merchant);
  await store.close();
}

describe("instamojo-flow doctor", () => {
  it("has a line for each check, and ends with 0 where nothing failed", async () => {
    await makeLedger();
    const { code, text } = await doctor(writeConfig());
    expect(code).toBe(0);
    expect(text.split("\n").map((line) => line.slice(9).split(":")[0])).toEqual([
      "accounts",
      "credentials of shop",
      "world of shop",
      "salt of shop",
      "public URL",
      "store",
      "store",
      "clock of shop",
    ]);
    expect(complaints(text)).toEqual([
      expect.stringMatching(/^unknown {2}salt of shop: A private salt is set\. No webhook has come yet/),
    ]);
  });

  it("says the same as one JSON document, from the command as it is built", async () => {
    const { code, stdout, result } = await runBuilt(["doctor", "--config", writeConfig(), "--json"]);
    expect([code, stdout.trim().split("\n").length]).toEqual([0, 1]);
    expect(result).toMatchObject({
      ok: true,
      checks: expect.arrayContaining([
        { check: "credentials", account: "shop", result: "ok", message: expect.any(String) },
        { check: "store", result: "ok", message: expect.stringContaining("There is no ledger") },
      ]),
    });
    expect(existsSync(ledger)).toBe(false);
  });

  it("really asks for a token, and changes nothing at the gateway", async () => {
    await doctor(writeConfig());
    const calls = simulator.ledger().calls.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    expect(calls).toEqual([
      "POST /oauth2/token/",
      "GET /v2/payments/",
      "GET /v2/payments/",
      "GET /v2/payment_requests/",
    ]);
  });

  it("ends with 1 for credentials that are refused", async () => {
    const { code, text } = await doctor(writeConfig({ account: { clientSecret: "wr0ng_s3cret" } }));
    expect(code).toBe(1);
    expect(text).toMatch(/^failed {3}credentials of shop: .+ .+$/m);
    expect(text).toMatch(/^ok {7}clock of shop/m);
  });

  it("ends with 1 where the gateway cannot be reached", async () => {
    const gone = await startSimulator();
    await gone.close();
    const { code, text } = await doctor(writeConfig({ account: { baseUrl: gone.url } }));
    expect(code).toBe(1);
    expect(text).toMatch(/^failed {3}credentials of shop/m);
    expect(text).toMatch(/^unknown {2}clock of shop/m);
  });

  it("ends with 1 when the clocks are more than a minute apart", async () => {
    await simulator.control.advanceClock(50);
    expect((await doctor(writeConfig())).code).toBe(0);
    await simulator.control.advanceClock(20);
    const { code, text } = await doctor(writeConfig());
    expect(code).toBe(1);
    expect(text).toMatch(
      /^failed {3}clock of shop: This clock is (?:69|70|71) s behind Instamojo's\. Let the machine/m,
    );
  });

  it("ends with 1 when the credentials are another merchant's than those of the ledger", async () => {
    const { payment_requests: made } = await sell();
    const merchant = (made[0]?.user ?? "").replace(/\/$/, "").split("/").at(-1) as string;
    await makeLedger(merchant);
    expect((await doctor(writeConfig())).code).toBe(0);
    rmSync(ledger);
    await makeLedger("0123456789abcdef0123456789abcdef");
    const { code, text } = await doctor(writeConfig());
    expect(code).toBe(1);
    expect(complaints(text)[0]).toMatch(/^failed {3}world of shop: The credentials belong to another merchant/);
  });

  it("warns of a live installation that moves no real money, of a new client id and of a missing salt", async () => {
    const store = await openSqliteStore({ file: ledger });
    await store.openAccount({ name: "shop", environment: "local", clientId: "test_earlier" }, "token-one");
    await store.close();
    const { code, text } = await doctor(writeConfig({ tier: "live", account: { privateSalts: [] } }));
    expect(code).toBe(0);
    expect(complaints(text).map((line) => line.slice(0, 60))).toEqual([
      "warning  world of shop: A live installation uses an account ",
      "warning  world of shop: The ledger knows this name with anot",
      "warning  salt of shop: There is no private salt: anybody who",
    ]);
  });

  it("hears of the running server that the private salt looks wrong", async () => {
    const running = await startTestHttpHost({ storeFile: ledger, publicUrl: "https://bot.example.com" });
    try {
      await running.run("generate-payment-link", { amount: "200", purpose: "Iphone" }, { headers: key("order-1") });
      const [request] = running.simulator.ledger().paymentRequests;
      const { pathname, search } = new URL(request?.webhook as string);
      for (const attempt of [1, 2, 3]) {
        const body = new URLSearchParams({ payment_id: `MOJO5a06005J2151219${attempt}`, mac: "0".repeat(40) });
        expect((await fetch(running.url + pathname + search, { method: "POST", body })).status).toBe(403);
      }
      const { code, text } = await doctor(writeConfig({ account: { baseUrl: running.simulator.url } }));
      expect(code).toBe(1);
      expect(complaints(text)).toEqual([
        expect.stringMatching(/^failed {3}salt of shop: The private salt looks wrong/),
      ]);
      expect(text).toContain(`process ${process.pid} is its owner`);
    } finally {
      await running.close();
    }
  });

  it("tells a webhook route of ours from another server, and from none", async () => {
    const running = await startTestHttpHost();
    const other = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      const ours = await doctor(writeConfig({ publicUrl: running.url }));
      expect(ours.text).toMatch(
        /^warning {2}public URL: Only this machine reaches[^\n]+\nok {7}public URL: The webhook/m,
      );
      expect((await doctor(writeConfig({ publicUrl: running.url, tier: "live" }))).code).toBe(1);
      const theirs = await doctor(writeConfig({ publicUrl: otherUrl }));
      expect([theirs.code, theirs.text]).toEqual([1, expect.stringContaining("the webhook route says 404")]);
    } finally {
      await running.close();
      await new Promise((resolve) => other.close(resolve));
    }
    const silent = await doctor(writeConfig({ publicUrl: otherUrl }));
    expect([silent.code, silent.text]).toEqual([
      0,
      expect.stringMatching(/^unknown {2}public URL: Nobody answers there/m),
    ]);
  });

  it("ends with 1 for a ledger that others may read, that is newer, or that is none", async () => {
    await makeLedger();
    chmodSync(ledger, 0o644);
    expect(await doctor(writeConfig())).toMatchObject({ code: 1, text: expect.stringContaining("chmod 600") });
    chmodSync(ledger, 0o600);
    const database = new DatabaseSync(ledger);
    database.exec("PRAGMA user_version = 9999");
    database.close();
    expect(await doctor(writeConfig())).toMatchObject({ code: 1, text: expect.stringContaining("newer version") });
    for (const beside of ["-wal", "-shm"]) rmSync(ledger + beside, { force: true });
    writeFileSync(ledger, "not a database, whatever its name says\n".repeat(200));
    expect(await doctor(writeConfig())).toMatchObject({ code: 1, text: expect.stringMatching(/^failed {3}store/m) });
  });

  it("names every problem of a configuration that cannot be used", async () => {
    const config = writeConfig({ account: { baseUrl: "https://api.instamojo.com", clientSecret: "${NO_SECRET}" } });
    const unset = await doctor(config);
    expect(unset.code).toBe(1);
    expect(unset.text).toMatch(/^failed {3}configuration: accounts\.0\.clientSecret: .+NO_SECRET/);
    const mixed = await doctor(writeConfig({ account: { baseUrl: "https://api.instamojo.com" } }), "--json");
    expect(mixed.code).toBe(1);
    expect(JSON.parse(mixed.text)).toMatchObject({
      ok: false,
      checks: [{ check: "configuration", result: "failed", message: expect.stringContaining("accounts.0.baseUrl") }],
    });
    expect(await doctor(writeConfig({ accounts: [] }))).toMatchObject({ code: 1 });
    expect(await doctor(join(folder, "nowhere.json"))).toMatchObject({ code: 2, text: "" });
  });
});

const key = (name: string) => ({ "idempotency-key": name });

/** A link at the gateway, made without this package. */
async function sell(): Promise<{ readonly payment_requests: readonly { readonly user?: string }[] }> {
  const credentials = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  const token = await fetch(`${simulator.url}/oauth2/token/`, { method: "POST", body: credentials });
  const { access_token: bearer } = (await token.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${bearer}` };
  const body = new URLSearchParams({ amount: "200.00", purpose: "Iphone", allow_repeated_payments: "false" });
  const made = await fetch(`${simulator.url}/v2/payment_requests/`, { method: "POST", headers, body });
  expect(made.status).toBe(201);
  const listed = await fetch(`${simulator.url}/v2/payment_requests/`, { headers });
  return (await listed.json()) as { payment_requests: { user?: string }[] };
}
