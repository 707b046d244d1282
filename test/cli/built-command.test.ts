import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { builtMain, runBuilt, startBuilt } from "./built-command.ts";

const clientId = "test_client";
const secret = "s3cr3t_of_the_shop";
const env = { SHOP_SECRET: secret };
const link = { amount: "200", purpose: "Iphone", customerName: "John" };

let folder: string;
let config: string;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ clientId, clientSecret: secret });
});
afterAll(() => simulator.close());
beforeEach(() => {
  simulator.control.reset();
  folder = mkdtempSync(join(tmpdir(), "built-command-"));
  config = writeConfig({ baseUrl: simulator.url });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeConfig(account: object): string {
  const file = join(folder, "config.json");
  const shop = { name: "shop", clientId, clientSecret: "${SHOP_SECRET}", ...account };
  writeFileSync(file, JSON.stringify({ tier: "development", store: "sqlite:./ledger.db", accounts: [shop] }));
  return file;
}

async function run(node: string, input: object, more: readonly string[] = []) {
  const args = ["run", node, "--config", config, "--account", "shop", "--input", JSON.stringify(input), ...more];
  const ended = await runBuilt(args, { env });
  expect(ended.stdout + ended.stderr).not.toContain(secret);
  expect(ended.stdout.trimEnd().split("\n")).toHaveLength(1);
  return ended;
}

async function control(url: string, path: string, body: object) {
  const reply = await fetch(`${url}/__simulator__${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(reply.status).toBe(200);
}

describe("the built command", () => {
  it("sells, is paid, looks and gives back, each in a process of its own", async () => {
    const args = ["simulator", "--port", "0", "--client-id", clientId, "--client-secret", secret, "--salt", "any_salt"];
    const local = startBuilt(args);
    const { ready, url } = await local.ready;
    expect({ ready, url }).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    config = writeConfig({ baseUrl: url });

    const sold = await run("generate-payment-link", link);
    expect(sold).toMatchObject({ code: 0, stderr: "" });
    expect(sold.result).toMatchObject({ port: "success", output: { amount: "200.00", status: "Pending" } });
    const { paymentRequestId } = (sold.result as { output: { paymentRequestId: string } }).output;

    await control(url as string, "/pay", { paymentRequestId, outcome: "success" });
    const paid = await run("get-payment-status", { paymentRequestId });
    expect(paid).toMatchObject({ code: 0, result: { port: "success", output: { status: "Completed", paid: true } } });
    const { paymentId } = (paid.result as { output: { paymentId: string } }).output;

    const reason = { issueType: "QFL", description: "Product is not good" };
    const refund = await run("create-refund", { ...reason, paymentId });
    expect(refund).toMatchObject({
      code: 0,
      result: { port: "success", output: { state: "requested", amount: "200.00", paymentId, replayed: false } },
    });
    const again = await run("create-refund", { ...reason, paymentId });
    expect(again).toMatchObject({ code: 0, result: { port: "success", output: { replayed: true } } });

    const ended = await local.stop("SIGTERM");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("makes a link per call without --key, and gives the same one back with it", async () => {
    const ids = [];
    for (const more of [[], [], ["--key", "order-1"], ["--key", "order-1"]]) {
      const { result } = await run("generate-payment-link", link, more);
      ids.push((result as { output: { paymentRequestId: string } }).output.paymentRequestId);
    }
    expect(new Set(ids).size).toBe(3);
    expect(ids[2]).toBe(ids[3]);
    expect(simulator.ledger().paymentRequests).toHaveLength(3);
  });

  it("takes any JSON as correlation up to 4 kB", async () => {
    const good = await run("generate-payment-link", link, ["--correlation", '{"conversation":"c-1"}']);
    expect(good.code).toBe(0);
    const large = await run("generate-payment-link", link, ["--correlation", JSON.stringify("x".repeat(4096))]);
    expect(large).toMatchObject({ code: 1, result: { port: "error", error: { code: "invalid_input" } } });
  });

  it("ends with 1 for a form that is filled in wrongly, and asks the gateway nothing", async () => {
    const { code, result } = await run("generate-payment-link", { amount: "5" });
    expect(code).toBe(1);
    expect(result).toMatchObject({
      port: "error",
      error: {
        code: "invalid_input",
        message: "Amount must be at least 9.00. Purpose must be filled in.",
        outcome: "not-applied",
        fieldErrors: [{ field: "amount" }, { field: "purpose" }],
      },
    });
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("ends with 1 for credentials that the gateway refuses", async () => {
    config = writeConfig({ baseUrl: simulator.url, clientSecret: "${OTHER_SECRET}" });
    const args = ["run", "generate-payment-link", "--config", config, "--account", "shop"];
    const ended = await runBuilt([...args, "--input", JSON.stringify(link)], { env: { OTHER_SECRET: "wr0ng_s3cret" } });
    expect(ended).toMatchObject({ code: 1, result: { port: "error", error: { code: "credentials_refused" } } });
    expect(ended.stdout + ended.stderr).not.toContain("wr0ng_s3cret");
  });

  it("ends with 1 when nobody listens at the gateway's address", async () => {
    const gone = await startSimulator();
    await gone.close();
    config = writeConfig({ baseUrl: gone.url });
    const ended = await run("generate-payment-link", link);
    expect(ended).toMatchObject({
      code: 1,
      result: { port: "error", error: { code: "gateway_unreachable", outcome: "not-applied" } },
    });
  });

  it("ends with 3 when nobody knows whether the link was made", async () => {
    simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payment_requests/" });
    const ended = await run("generate-payment-link", link);
    expect(ended).toMatchObject({
      code: 3,
      result: { port: "error", error: { code: "outcome_unknown", outcome: "unknown", retryable: true } },
    });
  });

  it("ends with 3 by the port unknown when nobody knows whether the refund was booked, and never sends it again", async () => {
    const { result } = await run("generate-payment-link", link);
    const { paymentRequestId } = (result as { output: { paymentRequestId: string } }).output;
    simulator.control.pay({ paymentRequestId, outcome: "success" });
    simulator.control.faults({ kind: "reset", method: "POST", path: "/v2/payments/*/refund/", isApplied: false });
    const input = { paymentId: paymentRequestId, issueType: "QFL", description: "Product is not good" };
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await run("create-refund", input)).toMatchObject({
        code: 3,
        result: { port: "unknown", error: { code: "refund_unknown", outcome: "unknown", retryable: false } },
      });
    }
    expect(simulator.ledger().calls.filter(({ path }) => path.endsWith("/refund/"))).toHaveLength(1);
  });

  it("ends with 1 while another process owns the ledger", async () => {
    const store = await openSqliteStore({ file: join(folder, "ledger.db") });
    const ended = await run("generate-payment-link", link);
    await store.close();
    expect(ended).toMatchObject({ code: 1, result: { port: "error", error: { code: "store_unavailable" } } });
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("ends with 2 and prints nothing for a configuration that lacks a variable", async () => {
    const ended = await runBuilt([
      "run",
      "get-payment-status",
      "--config",
      config,
      "--account",
      "shop",
      "--input",
      "{}",
    ]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("accounts.0.clientSecret: The environment variable SHOP_SECRET is not set");
  });
});

describe("trigger", () => {
  it("prints a sample event and says honestly that nobody took it", async () => {
    const { code, result, stderr } = await runBuilt(["trigger", "Refunded", "--config", config], { env });
    expect(code).toBe(0);
    expect(result).toMatchObject({
      type: "payment-status",
      status: "Refunded",
      account: "shop",
      environment: "local",
      source: "sample",
      refund: { state: "refunded" },
    });
    expect(stderr).toMatch(/^0 receivers took the event/);
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("leaves the ledger to the process that owns it", async () => {
    const store = await openSqliteStore({ file: join(folder, "ledger.db") });
    const { code } = await runBuilt(["trigger", "Completed", "--config", config], { env });
    await store.close();
    expect(code).toBe(0);
  });

  it("is refused for live accounts", async () => {
    config = writeConfig({ baseUrl: "https://api.instamojo.com", clientId: "live_client" });
    const { code, stdout, stderr } = await runBuilt(["trigger", "Completed", "--config", config], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("real money");
  });
});

describe("a command that keeps running", () => {
  it.each(["test_of_my_own", "any_id"])("lets in whoever has the credentials it was given: %s", async (id) => {
    const args = ["simulator", "--port", "0", "--client-id", id, "--client-secret", secret, "--salt", "any_salt"];
    const local = startBuilt(args);
    const { url } = await local.ready;
    config = writeConfig({ baseUrl: url, clientId: id });
    expect(await run("generate-payment-link", link)).toMatchObject({ code: 0, result: { port: "success" } });
    await local.stop("SIGTERM");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends with 0 on %s and keeps its data", async (signal) => {
    const args = ["simulator", "--port", "0", "--data", join(folder, "data")];
    const first = startBuilt(args);
    await first.ready;
    expect(await first.stop(signal)).toMatchObject({ code: 0, stderr: "" });
    const second = startBuilt(args);
    await second.ready;
    expect(await second.stop(signal)).toMatchObject({ code: 0 });
  });

  it.each(["simulator", "start"])("names the port that is taken: %s", async (command) => {
    const { port } = simulator;
    const args = command === "start" ? ["start", "--dir", join(folder, "playground")] : ["simulator"];
    const { code, stdout, stderr } = await runBuilt([...args, "--port", String(port)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`Port ${port}`);
    expect(stderr).toContain("--port");
    expect(stderr).not.toContain("    at ");
  });
});

describe("the entry of the command", () => {
  it("says what to do under a Node that is too old, before it loads anything", async () => {
    const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } })';
    const node = ["--import", `data:text/javascript,${encodeURIComponent(old)}`];
    const { code, stdout, stderr } = await runBuilt(["--version"], { node });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^instamojo-flow needs Node\.js 22\.13 or newer; this is 20\.19\.0\.\n/);
    expect(stderr).toContain("repeat the command");
  });

  it("is written so that an old Node can read it", () => {
    const text = readFileSync(builtMain, "utf8");
    expect(text).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(text).not.toMatch(/\?\.|\?\?|^\s*import [^(]|^\s*await |#[a-z]+;/m);
  });
});
