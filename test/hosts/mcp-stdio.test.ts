import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  localClientId,
  localClientSecret,
  localSalt,
  type Simulator,
  startSimulator,
} from "../../src/simulator/index.ts";
import { builtMain, runBuilt } from "../cli/built-command.ts";
import { agentOf } from "./mcp-agents.ts";

let simulator: Simulator;
const folder = mkdtempSync(join(tmpdir(), "mcp-"));
const config = join(folder, "config.json");

beforeAll(async () => {
  simulator = await startSimulator({ port: 0 });
  const account = { name: "shop", baseUrl: simulator.url, clientId: localClientId, clientSecret: "${SHOP_SECRET}" };
  const accounts = [{ ...account, privateSalts: [localSalt] }];
  writeFileSync(config, JSON.stringify({ tier: "development", store: "sqlite:./ledger.db", accounts }));
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the command as the program of an agent does. */
async function start() {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [builtMain, "mcp", "--config", config],
    env: { SHOP_SECRET: localClientSecret },
    stderr: "pipe",
  });
  let log = "";
  transport.stderr?.on("data", (chunk) => {
    log += chunk;
  });
  const faults: Error[] = [];
  const client = new Client({ name: "test-agent", version: "1.0.0" });
  client.onerror = (error) => faults.push(error);
  await client.connect(transport);
  await client.listTools();
  return { agent: agentOf(client), log: () => log, faults };
}

describe("instamojo-flow mcp", () => {
  const order = { amount: "200", purpose: "Iphone", reference: "order-1042" };
  const reason = { issueType: "QFL", description: "Product is not good" };

  it("sells and refunds over its standard streams, over a restart, and logs to stderr only", async () => {
    const first = await start();
    const { output } = await first.agent.use("generate-payment-link", order);
    const paid = simulator.control.pay({ paymentRequestId: String(output.paymentRequestId), outcome: "success" });
    const call = { paymentId: paid.id, ...reason };
    const { preview } = await first.agent.use("create-refund", call);
    await first.agent.close();
    expect(first.log()).toContain("An agent called a tool.");
    expect(first.log()).not.toContain(localClientSecret);
    expect(first.faults).toEqual([]);

    const second = await start();
    expect(await second.agent.use("generate-payment-link", order)).toMatchObject({
      output: { link: output.link, replayed: true },
    });
    const stale = await second.agent.use("create-refund", { ...call, previewToken: preview.previewToken });
    expect(stale.error).toMatchObject({ code: "preview_token_unknown" });
    expect(simulator.ledger().refunds).toEqual([]);
    const { previewToken } = (await second.agent.use("create-refund", call)).preview;
    const done = await second.agent.use("create-refund", { ...call, previewToken });
    await second.agent.close();
    expect(done).toMatchObject({ port: "success", output: { amount: "200.00" } });
    expect(simulator.ledger().refunds).toMatchObject([{ id: done.output.refundId, paymentId: paid.id }]);
    expect(simulator.ledger().paymentRequests).toHaveLength(1);
  }, 30_000);

  it("ends with 2 for a configuration that is not there", async () => {
    const ended = await runBuilt(["mcp", "--config", join(folder, "none.json")]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
  });
});
