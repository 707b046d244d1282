import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { postgresFindings } from "../../src/cli/doctor/postgres-findings.ts";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";
import { runBuilt, startBuilt } from "./built-command.ts";

let server: PostgresServer;
let simulator: Simulator;
let folder: string;
let url: string;

beforeAll(async () => {
  server = await startPostgres();
  simulator = await startSimulator(localCredentials);
  folder = mkdtempSync(join(tmpdir(), "doctor-postgres-"));
  url = await server.createDatabase();
}, 60_000);
afterAll(async () => {
  await simulator.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(store: string): string {
  const file = join(folder, "config.json");
  const { clientId, clientSecret, salt } = localCredentials;
  const shop = { name: "shop", baseUrl: simulator.url, clientId, clientSecret, privateSalts: [salt] };
  writeFileSync(file, JSON.stringify({ tier: "development", store, accounts: [shop] }));
  return file;
}

const failures = async (address: string) =>
  (await postgresFindings(address)).filter(({ result }) => result === "failed").map(({ message }) => message);

describe("the doctor on PostgreSQL", () => {
  it("is content with a server that keeps its promises", async () => {
    const { code, stdout } = await runBuilt(["doctor", "--config", writeConfig(url)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ok {7}store: PostgreSQL [\d.]+ .*can be reached\.\nok {7}store: Its commits are on the disk/m,
    );
  });

  it.each([
    ["full_page_writes", "ALTER SYSTEM SET full_page_writes = off", "ALTER SYSTEM RESET full_page_writes"],
    ["fsync", "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET fsync"],
  ])("refuses %s = off", async (setting, turnOff, undo) => {
    const reload = () => server.query(url, "SELECT pg_reload_conf()");
    await server.query(url, turnOff);
    await reload();
    let found: readonly string[] = [];
    for (let attempt = 0; attempt < 50 && found.length === 0; attempt += 1) found = await failures(url);
    expect(found).toEqual([expect.stringContaining(`${setting} is off`)]);
    await server.query(url, undo);
    await reload();
  });

  it("refuses synchronous_commit = off for this database", async () => {
    const lax = await server.createDatabase();
    await server.query(lax, `ALTER DATABASE ${new URL(lax).pathname.slice(1)} SET synchronous_commit = off`);
    expect(await failures(lax)).toEqual([expect.stringContaining("synchronous_commit is off")]);
    const { code, stdout, stderr } = await runBuilt(["doctor", "--config", writeConfig(lax)]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed {3}store: synchronous_commit is off: .+ Set synchronous_commit = on/m);
    expect(stdout + stderr).not.toContain("postgres:postgres");
  });

  it.each([
    [
      "a wrong password",
      (address: string) => address.replace("postgres:postgres@", "postgres:wr0ng_s3cret@"),
      "user or password",
    ],
    ["a database that is not there", (address: string) => `${address}_not`, "does not exist"],
    ["nobody listening", (address: string) => address.replace(/:\d+\//, ":1/"), "Nobody listens"],
  ])("says what to do about %s, and shows no password", async (_what, spoil, says) => {
    const { code, stdout, stderr } = await runBuilt(["doctor", "--config", writeConfig(spoil(url))]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(new RegExp(`^failed {3}store: .*${says}`, "m"))]);
    expect(stdout + stderr).not.toMatch(/wr0ng_s3cret|postgres:postgres/);
  });
});

describe("the roles of serve", () => {
  it("are refused for a ledger in a file", async () => {
    const { code, stderr } = await runBuilt([
      "serve",
      "--config",
      writeConfig("sqlite:./ledger.db"),
      "--role",
      "worker",
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("postgres://")]);
    expect((await runBuilt(["serve", "--config", writeConfig(url), "--role", "cook"])).code).toBe(2);
  });

  it("leave a worker nothing to answer but whether it lives, is ready, and its numbers", async () => {
    const worker = startBuilt(["serve", "--config", writeConfig(url), "--port", "0", "--role", "worker"]);
    const { url: address } = await worker.ready;
    const status = async (path: string, method = "GET") => (await fetch(`${address}${path}`, { method })).status;
    expect([await status("/healthz"), await status("/readyz"), await status("/metrics")]).toEqual([200, 200, 200]);
    for (const path of [
      "/",
      "/docs",
      "/manifest.json",
      "/v1/payments",
      "/api/accounts",
      "/integrations/instamojo/shop",
    ])
      expect([path, await status(path)]).toEqual([path, 404]);
    expect(await status("/integrations/instamojo/shop", "POST")).toBe(404);
    const { code, stderr } = await worker.stop("SIGTERM");
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("let a command look at the ledger beside them, and decide", async () => {
    const config = writeConfig(url);
    const input = JSON.stringify({ amount: "200", purpose: "Iphone" });
    const made = await runBuilt([
      "run",
      "generate-payment-link",
      "--config",
      config,
      "--account",
      "shop",
      "--input",
      input,
    ]);
    const { paymentRequestId } = (made.result as { output: { paymentRequestId: string } }).output;
    const listed = await runBuilt(["payments", "list", "--config", config, "--json"]);
    expect(listed.result).toMatchObject({ payments: [{ paymentRequestId, amount: "200.00" }] });
    const told = ["--by", "John", "--reason", "asked for it", "--config", config, "--json"];
    const forgotten = await runBuilt(["payments", "forget", paymentRequestId, ...told]);
    expect(forgotten).toMatchObject({ code: 0, result: { id: paymentRequestId } });
  });
});
