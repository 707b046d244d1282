import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { botOf } from "./bot.ts";
import { accountNode, botFlow } from "./bot-flow.ts";
import { type NodeRed, type NodeRedOptions, startNodeRed } from "./start-node-red.ts";

describe.each(["node-red", "node-red-4"] as const)("an installation on %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(async () => {
    await nodeRed.stop();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });
  afterAll(() => simulator.close());

  const start = async (options: Partial<NodeRedOptions> = {}) => {
    nodeRed = await startNodeRed({ release, ...options });
    return botOf(nodeRed);
  };

  it("in the live tier runs the accounts it was started with and refuses those added or changed later", async () => {
    await start();
    await nodeRed.deploy(botFlow(simulator.url));
    expect(await nodeRed.stop()).toBe(0);
    const bot = await start({ userDir: nodeRed.userDir, instamojo: { tier: "live" } });
    expect(await nodeRed.getJson("/canvas/instamojo/settings")).toMatchObject({ tier: "live", isEditable: false });
    expect((await bot.buy()).port).toBe("success");
    expect(await bot.statuses()).toContain("link: local: A live installation uses an account that moves no re…");

    await nodeRed.deploy(botFlow(simulator.url, { account: { name: "renamed" } }));
    expect(await bot.buy()).toMatchObject({
      port: "error",
      error: { code: "account_invalid", outcome: "not-applied" },
    });
    await nodeRed.deploy(botFlow(simulator.url));
    expect((await bot.buy()).port).toBe("success");
    await nodeRed.deploy([
      ...botFlow(simulator.url, { link: { account: "later" } }),
      accountNode(simulator.url, { id: "later", name: "added" }),
    ]);
    expect(await bot.buy()).toMatchObject({ port: "error", error: { code: "account_invalid" } });
  }, 40_000);

  it("with a ledger that cannot be opened says so on the nodes, fails typed and answers the webhook 503", async () => {
    const folder = await mkdtemp(join(tmpdir(), "node-red-"));
    const file = join(folder, "not-a-folder");
    await writeFile(file, "");
    const bot = await start({ instamojo: { dataDir: join(file, "ledger") } });
    await nodeRed.deploy(botFlow(simulator.url));
    expect(await bot.buy()).toMatchObject({
      port: "error",
      error: { code: "store_unavailable", outcome: "not-applied" },
    });
    expect((await bot.statuses()).some((status) => status.startsWith("link: local: Check free space"))).toBe(true);
    expect((await bot.statuses()).some((status) => status.startsWith("paid: Check free space"))).toBe(true);
    const response = await fetch(`${nodeRed.url}/integrations/instamojo/shop?id=x`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "a=b",
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("30");
    expect(nodeRed.log()).not.toMatch(/uncaught|unhandled/i);
    await rm(folder, { recursive: true });
  }, 30_000);

  it("refuses the sixth account and keeps the first five", async () => {
    const bot = await start();
    const others = [2, 3, 4, 5, 6].map((number) =>
      accountNode(simulator.url, { id: `a${number}`, name: `shop_${number}` }),
    );
    await nodeRed.deploy([...botFlow(simulator.url), ...others]);
    expect((await bot.buy()).port).toBe("success");
    await nodeRed.deploy([...botFlow(simulator.url, { link: { account: "a6" } }), ...others]);
    expect(await bot.buy()).toMatchObject({ port: "error", error: { code: "account_invalid" } });
  }, 30_000);

  it("refuses a sample for a live account", async () => {
    await start();
    const live = {
      baseUrl: "https://api.instamojo.com",
      credentials: { clientId: "live_id", clientSecret: "live_secret" },
    };
    await nodeRed.deploy(botFlow(simulator.url, { account: live }));
    const { body } = await nodeRed.postJson("/canvas/instamojo/sample/paid", { status: "Completed" });
    expect(body).toMatchObject({ ok: false, message: "Samples are not sent for accounts that move real money." });
    expect(await botOf(nodeRed).events()).toEqual([]);
  }, 30_000);

  it("opens no ledger before one of the nodes is used", async () => {
    await start();
    await nodeRed.deploy([{ id: "bot", type: "tab", label: "Bot" }]);
    await expect(rm(join(nodeRed.userDir, "instamojo"), { recursive: true })).rejects.toMatchObject({ code: "ENOENT" });
  }, 30_000);
});
