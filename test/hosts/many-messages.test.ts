import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { accountNode } from "./bot-flow.ts";
import { type FlowFile, type NodeRed, startNodeRed } from "./start-node-red.ts";

const node = { z: "bot", x: 100, y: 100 };
const createPath = "/v2/payment_requests/";

/** One function node that sends as many messages as it is asked for, and an error output that is wired back. */
function flowOf(baseUrl: string): FlowFile {
  const many = `
    global.set("ends", []);
    for (let chat = 1; chat <= msg.payload.count; chat += 1) {
      node.send({ payload: { amount: "200" }, conversation: { chat: msg.payload.isSame ? 1 : chat } });
    }
    return null;`;
  const keep = `const ends = global.get("ends"); ends.push({ id: msg.payment.paymentRequestId, replayed: msg.payment.replayed, chat: msg.conversation.chat }); global.set("ends", ends);`;
  const again = `msg.tries = (msg.tries || 0) + 1; return msg.tries < 3 ? msg : null;`;
  return [
    { id: "bot", type: "tab", label: "Bot" },
    accountNode(baseUrl),
    { ...node, id: "in", type: "http in", url: "/many", method: "post", wires: [["many", "ok"]] },
    { ...node, id: "many", type: "function", func: many, outputs: 1, wires: [["link"]] },
    {
      ...{ ...node, id: "link", type: "instamojo-generate-payment-link", account: "account" },
      ...{ amount: "payload.amount", amountType: "msg", purpose: "Yoga class" },
      wires: [["keep"], ["again"]],
    },
    { ...node, id: "keep", type: "function", func: keep, outputs: 1, wires: [[]] },
    { ...node, id: "again", type: "function", func: again, outputs: 1, wires: [["link"]] },
    { ...node, id: "ends-in", type: "http in", url: "/ends", method: "get", wires: [["ends"]] },
    {
      ...node,
      id: "ends",
      type: "function",
      func: `msg.payload = global.get("ends") || []; return msg;`,
      wires: [["ok"]],
    },
    { ...node, id: "ok", type: "http response", wires: [] },
  ];
}

describe("one function node that sends many messages", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    nodeRed = await startNodeRed({ release: "node-red" });
    await nodeRed.deploy(flowOf(simulator.url));
  }, 30_000);

  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  interface End {
    readonly id: string;
    readonly replayed: boolean;
    readonly chat: number;
  }
  async function send(body: { count: number; isSame?: boolean }): Promise<readonly End[]> {
    await nodeRed.postJson("/many", body);
    for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const ends = (await nodeRed.getJson("/ends")) as End[];
      if (ends.length >= body.count) return ends;
    }
    throw new Error(`Not every message got its link:\n${nodeRed.log()}`);
  }
  const made = () => simulator.ledger().paymentRequests.length;
  const asked = () =>
    simulator.ledger().calls.filter(({ method, path }) => method === "POST" && path === createPath).length;

  it("makes 50 links of 50 equal messages of different conversations", async () => {
    const ends = await send({ count: 50 });
    expect(new Set(ends.map(({ id }) => id)).size).toBe(50);
    expect(ends.map(({ chat }) => chat).sort((one, other) => one - other)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    expect(ends.filter(({ replayed }) => replayed)).toEqual([]);
    expect([made(), asked()]).toEqual([50, 50]);
  }, 60_000);

  it("makes one link of a message that comes back after an error", async () => {
    const before = made();
    simulator.control.faults({ kind: "reset", method: "POST", path: createPath });
    const ends = await send({ count: 1 });
    expect(ends).toEqual([{ id: expect.any(String), replayed: true, chat: 1 }]);
    expect(made() - before).toBe(1);
  }, 30_000);

  it("makes one link of equal messages of one conversation", async () => {
    const before = [made(), asked()];
    const ends = await send({ count: 10, isSame: true });
    expect(new Set(ends.map(({ id }) => id)).size).toBe(1);
    expect(ends.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect([made(), asked()]).toEqual(before.map((count) => count + 1));
  }, 30_000);
});
