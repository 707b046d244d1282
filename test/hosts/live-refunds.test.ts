import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { accountNode } from "./bot-flow.ts";
import { type FlowFile, type NodeRed, startNodeRed } from "./start-node-red.ts";

const live = "https://api.instamojo.com";
const test = "https://test.instamojo.com";
const node = { z: "bot", x: 100, y: 100 };

/** Ways to start a refund: a button, a timer's first tick, and a message of a customer. */
function flowOf(baseUrl: string, allowLiveRefunds?: boolean, once = false): FlowFile {
  const clientId = baseUrl === live ? "some_client_id" : "test_client_id";
  const copy = `return { payload: "made anew", started: msg.started };`;
  const keep = `const ends = global.get("ends") || []; ends.push({ started: msg.started, code: msg.error.code, outcome: msg.error.outcome, remedy: msg.error.remedy }); global.set("ends", ends); if (msg.res) { msg.payload = ends; return msg; }`;
  return [
    { id: "bot", type: "tab", label: "Bot" },
    accountNode(baseUrl, { credentials: { clientId, clientSecret: "some_secret" } }),
    {
      ...{ ...node, id: "press", type: "inject", once, onceDelay: "0.1", repeat: "", wires: [["copy"]] },
      props: [{ p: "started", v: once ? "timer" : "button", vt: "str" }],
    },
    { ...node, id: "copy", type: "function", func: copy, outputs: 1, wires: [["delay"]] },
    {
      ...node,
      id: "delay",
      type: "delay",
      pauseType: "delay",
      timeout: "1",
      timeoutUnits: "milliseconds",
      wires: [["refund"]],
    },
    { ...node, id: "in", type: "http in", url: "/refund", method: "post", wires: [["mark"]] },
    { ...node, id: "mark", type: "function", func: `msg.started = "customer"; return msg;`, wires: [["refund"]] },
    {
      ...{ ...node, id: "refund", type: "instamojo-create-refund", account: "account", allowLiveRefunds },
      ...{ issueType: "QFL", description: "Product is not good", paymentId: "MOJO5c04000J30502939" },
      wires: [[], ["keep"], ["keep"]],
    },
    { ...node, id: "keep", type: "function", func: keep, outputs: 1, wires: [["out"]] },
    { ...node, id: "out", type: "http response", wires: [] },
    { ...node, id: "ends-in", type: "http in", url: "/ends", method: "get", wires: [["ends"]] },
    {
      ...node,
      id: "ends",
      type: "function",
      func: `msg.payload = global.get("ends") || []; return msg;`,
      wires: [["out"]],
    },
  ];
}

describe.each(["node-red", "node-red-4"] as const)("a refund started by hand on %s", (release) => {
  const folder = mkdtempSync(join(tmpdir(), "lookups-"));
  const LOOKUPS = join(folder, "names");
  let nodeRed: NodeRed;

  beforeAll(async () => {
    const preload = `--import=${new URL("no-network.mjs", import.meta.url).href}`;
    nodeRed = await startNodeRed({ release, env: { NODE_OPTIONS: preload, LOOKUPS } });
  }, 30_000);

  afterAll(async () => {
    await nodeRed.stop();
    for (const path of [folder, nodeRed.userDir]) rmSync(path, { recursive: true, force: true });
  });

  interface End {
    readonly started: string;
    readonly code: string;
    readonly outcome: string;
    readonly remedy: string;
  }
  const named = () => (existsSync(LOOKUPS) ? readFileSync(LOOKUPS, "utf8").trim().split("\n") : []);
  const ends = async () => (await nodeRed.getJson("/ends")) as End[];
  async function nextEnd(before: number): Promise<End> {
    for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const seen = await ends();
      if (seen.length > before) return seen.at(-1) as End;
    }
    throw new Error(`The refund never ended:\n${nodeRed.log()}`);
  }
  async function press(): Promise<End> {
    const before = (await ends()).length;
    const response = await fetch(`${nodeRed.url}/canvas/inject/press`, { method: "POST" });
    expect(response.status).toBe(200);
    return nextEnd(before);
  }

  it("is refused for real money before anything is asked of Instamojo, also behind nodes that make messages anew", async () => {
    await nodeRed.deploy(flowOf(live));
    expect(await press()).toEqual({
      started: "button",
      code: "live_refund_from_button",
      outcome: "not-applied",
      remedy: "Start the flow from its conversation, or tick Allow live refunds from the inject button on this node.",
    });
    expect(named()).toEqual([]);
  }, 30_000);

  it("is not refused where a customer's message or a timer started it", async () => {
    const before = (await ends()).length;
    await nodeRed.postJson("/refund", {});
    expect(await nextEnd(before)).toMatchObject({ started: "customer", code: "gateway_unreachable" });
    expect(named()).toContain("api.instamojo.com");
    await nodeRed.deploy(flowOf(live, false, true));
    expect(await nextEnd(before + 1)).toMatchObject({ started: "timer", code: "gateway_unreachable" });
  }, 60_000);

  it("goes on to Instamojo where the node allows it, and where the money is not real", async () => {
    await nodeRed.deploy(flowOf(live, true));
    expect(await press()).toMatchObject({ started: "button", code: "gateway_unreachable" });
    await nodeRed.deploy(flowOf(test));
    expect(await press()).toMatchObject({ started: "button", code: "gateway_unreachable" });
    expect(named()).toContain("test.instamojo.com");
  }, 60_000);
});
