import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { botOf } from "./bot.ts";
import { confirmFlow, release } from "./confirm-flow.ts";
import { type NodeRed, startNodeRed } from "./start-node-red.ts";

describe.each(["node-red", "node-red-4"] as const)("confirm handling on %s", (edition) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let bot: ReturnType<typeof botOf>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    nodeRed = await startNodeRed({ release: edition, isPublic: true });
    bot = botOf(nodeRed);
    await nodeRed.deploy(confirmFlow(simulator.url, 600));
  }, 30_000);
  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const starts = async (id: string) => (await bot.events()).filter(({ payload }) => payload.paymentRequestId === id);

  async function until(isTrue: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      if (await isTrue()) return;
    }
    throw new Error(`It never came true:\n${(await bot.statuses()).join("\n")}\n${nodeRed.log()}`);
  }
  const started = (id: string, times: number) => until(async () => (await starts(id)).length >= times);
  const says = (text: string) => until(async () => (await bot.statuses()).includes(text));
  const count = async (text: string) => (await bot.statuses()).filter((status) => status === text).length;

  /** A link that was paid and whose event has started the flow. */
  async function paid(conversation: unknown): Promise<string> {
    const { payment } = await bot.buy({ conversation });
    const { paymentRequestId } = payment!;
    simulator.control.pay({ paymentRequestId, outcome: "success" });
    await started(paymentRequestId, 1);
    return paymentRequestId;
  }

  /** Releases what is kept and waits until the event node says that one more is handled. */
  async function handle(): Promise<void> {
    const before = await count("paid: local: handled Completed 200.00");
    await release(nodeRed);
    await until(async () => (await count("paid: local: handled Completed 200.00")) > before);
  }

  it("counts an event when a copy of its message reaches Event handled, and a second time does no harm", async () => {
    const id = await paid("c-1");
    await says("paid: local: waiting to be handled: Completed 200.00");
    await handle();
    await says("handled: handled Completed");
    await says("again: handled before, or too late");
    expect(await starts(id)).toHaveLength(1);
  }, 30_000);

  it.each(["full", "flows", "nodes"] as const)(
    "starts the flow again after a %s deploy in the middle",
    async (type) => {
      const id = await paid(`deploy ${type}`);
      await nodeRed.deploy(confirmFlow(simulator.url, 600, { paid: { name: `Deployed ${type}` } }), type);
      await started(id, 2);
      await handle();
      const [first, second, ...others] = await starts(id);
      expect(second).toMatchObject({ conversation: `deploy ${type}`, payload: { id: first!.payload.id } });
      expect(others).toEqual([]);
    },
    30_000,
  );

  it("still waits for the same message after a deploy that only touches another node", async () => {
    const id = await paid("untouched");
    await nodeRed.deploy(
      confirmFlow(simulator.url, 600, { out: { name: "Answer" }, paid: { name: "Deployed nodes" } }),
      "nodes",
    );
    await handle();
    expect(await starts(id)).toHaveLength(1);
  }, 30_000);

  it("starts the flow again when a missing node had stopped all flows in the middle", async () => {
    const id = await paid("stopped");
    const missing = { id: "x", type: "no-such-node", z: "bot", x: 1, y: 1 };
    await nodeRed.postJson("/canvas/flows", [...confirmFlow(simulator.url, 600), missing]);
    await nodeRed.deploy(confirmFlow(simulator.url, 600));
    await started(id, 2);
    await handle();
    expect(await starts(id)).toHaveLength(2);
  }, 30_000);

  it("starts the flow again, days later too, when Node-RED was stopped in the middle", async () => {
    const id = await paid({ chat: "c-9", device: "phone" });
    const before = (await starts(id))[0]!.payload.id;
    expect(await nodeRed.stop()).toBe(0);
    const shift = join(nodeRed.userDir, "clock-shift");
    await writeFile(shift, String(3 * 24 * 3_600_000));
    const shiftClock = pathToFileURL(join(import.meta.dirname, "../playground/shift-clock.mjs")).href;
    nodeRed = await startNodeRed({
      release: edition,
      isPublic: true,
      userDir: nodeRed.userDir,
      env: { NODE_OPTIONS: `--import ${shiftClock}`, CLOCK_SHIFT_FILE: shift },
    });
    bot = botOf(nodeRed);
    await started(id, 1);
    await handle();
    expect(await starts(id)).toMatchObject([
      { conversation: { chat: "c-9", device: "phone" }, payload: { id: before } },
    ]);
  }, 30_000);

  it("starts the flow again when nothing was handled in time, and says so", async () => {
    await nodeRed.deploy(confirmFlow(simulator.url, 1));
    const id = await paid("slow");
    await says("paid: local: not handled, comes again: Completed 200.00");
    await started(id, 2);
    await nodeRed.deploy(confirmFlow(simulator.url, 600));
    await started(id, 3);
    await handle();
    const ids = (await starts(id)).map(({ payload }) => payload.id);
    expect(new Set(ids).size).toBe(1);
  }, 30_000);

  it("takes what is handled too late for handled, and does not start the flow again", async () => {
    await nodeRed.deploy(confirmFlow(simulator.url, 1, { paid: { name: "Late" } }));
    const id = await paid("late");
    const tooLate = await count("paid: local: not handled, comes again: Completed 200.00");
    await until(async () => (await count("paid: local: not handled, comes again: Completed 200.00")) > tooLate);
    await handle();
    const payment = `/canvas/instamojo/operator/api/payments/${id}`;
    await until(async () =>
      JSON.stringify(await nodeRed.getJson(payment)).includes("every flow that listens has been told"),
    );
    expect((await starts(id)).length).toBeLessThanOrEqual(3);
    await nodeRed.deploy(confirmFlow(simulator.url, 600));
  }, 30_000);

  it("sends a sample into the flow that nobody waits for, and passes on a message of no event", async () => {
    await nodeRed.postJson("/canvas/instamojo/sample/paid", { status: "Completed" });
    await says("paid: local: waiting to be handled: sample Completed 200.00");
    await release(nodeRed);
    await says("paid: local: handled sample Completed 200.00");
  }, 30_000);

  it("leaves nothing on its way, and an event node that is taken out leaves nothing behind", async () => {
    await paid("gone");
    await nodeRed.deploy(confirmFlow(simulator.url, 600).filter(({ id }) => id !== "paid"));
    expect(await nodeRed.stop()).toBe(0);
    const store = await openSqliteStore({ file: join(nodeRed.userDir, "instamojo", "ledger.db") });
    try {
      expect(await store.undelivered(10)).toMatchObject({ waiting: 0, parked: 0, unclaimed: { "no-taker": 1 } });
      expect(await store.takers()).toEqual([]);
    } finally {
      await store.close();
    }
  }, 30_000);
});
