import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { accountNode } from "./bot-flow.ts";
import { type FlowFile, type NodeRed, startNodeRed } from "./start-node-red.ts";

const ports = ["link", "paid", "failed", "expired", "cancelled", "error"];
const at = { z: "shop", x: 100, y: 100 };

/** What a message that left by a port holds, and whether it is the very one that came in. */
const note = (port: string) => `
  const seen = global.get("seen") || [];
  const { req, res, mark, payment, payload, _msgid, touched } = msg;
  msg.touched = true;
  seen.push({ port: "${port}", touched, hasCall: !!(req && res), hasMark: typeof mark, payment, payload, id: _msgid });
  global.set("seen", seen);
  return "${port}" === "link" || "${port}" === "error" ? { ...msg, payload: { port: "${port}", payment, error: msg.error } } : null;
`;

/**
 * POST /buy runs Collect payment and is answered at its first output; GET /seen tells what left it, and GET /events what
 * started the event flow.
 */
function shop(baseUrl: string, changes: Record<string, object | null> = {}): FlowFile {
  const reader = (list: string) => [
    { id: `${list}-in`, type: "http in", ...at, url: `/${list}`, method: "get", wires: [[`${list}-read`]] },
    {
      id: `${list}-read`,
      type: "function",
      ...at,
      func: `msg.payload = global.get("${list}") || []; return msg;`,
      outputs: 1,
      wires: [["out"]],
    },
  ];
  const keep = (list: string, value: string) =>
    `const all = global.get("${list}") || []; all.push(${value}); global.set("${list}", all);`;
  const nodes: readonly Record<string, unknown>[] = [
    { id: "shop", type: "tab", label: "Shop" },
    accountNode(baseUrl),
    { id: "buy", type: "http in", ...at, url: "/buy", method: "post", wires: [["mark"]] },
    { id: "mark", type: "function", ...at, func: "msg.mark = () => 1; return msg;", outputs: 1, wires: [["collect"]] },
    {
      id: "collect",
      type: "instamojo-collect-payment",
      ...at,
      account: "account",
      amount: "200",
      amountType: "str",
      purpose: "payload.order",
      purposeType: "msg",
      expiresAfter: "30",
      expiresAfterType: "num",
      wires: ports.map((port) => [`note-${port}`]),
    },
    ...ports.map((port) => ({
      id: `note-${port}`,
      type: "function",
      ...at,
      func: note(port),
      outputs: 1,
      wires: [["out"]],
    })),
    { id: "event", type: "instamojo-payment-status", ...at, accounts: [], statuses: [], wires: [["keep-event"]] },
    { id: "keep-event", type: "function", ...at, func: keep("events", "msg.payload"), outputs: 1, wires: [[]] },
    { id: "says", type: "status", ...at, scope: ["collect"], wires: [["keep-status"]] },
    { id: "keep-status", type: "function", ...at, func: keep("statuses", "msg.status.text"), outputs: 1, wires: [[]] },
    ...["seen", "events", "statuses"].flatMap(reader),
    { id: "out", type: "http response", ...at, wires: [] },
  ];
  return nodes
    .filter(({ id }) => changes[id as string] !== null)
    .map((node) => ({ ...node, ...changes[node.id as string] }));
}

interface Seen {
  readonly port: string;
  /** Whether a node behind another output changed it. */
  readonly touched?: boolean;
  readonly hasCall: boolean;
  readonly hasMark: string;
  readonly id: string;
  readonly payload: Record<string, unknown>;
  readonly payment: Record<string, unknown>;
}

describe.each(["node-red", "node-red-4"] as const)("Collect payment on %s", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    nodeRed = await startNodeRed({ release });
    await nodeRed.deploy(shop(simulator.url));
  }, 30_000);
  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const read = async <Row>(list: string) => (await nodeRed.getJson(`/${list}`)) as readonly Row[];
  async function buy(order: string, more: object = {}): Promise<string> {
    const { body } = await nodeRed.postJson("/buy", { order, ...more });
    const { port, payment } = body as { port: string; payment: { paymentRequestId: string } };
    expect(port).toBe("link");
    return payment.paymentRequestId;
  }
  const pay = (paymentRequestId: string, outcome: "success" | "failure" = "success") =>
    simulator.control.pay({ paymentRequestId, outcome });

  async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const found = await find();
      if (found !== undefined) return found;
    }
    throw new Error(
      `It never came true:\n${JSON.stringify([await read("seen"), await read("statuses")])}\n${nodeRed.log()}`,
    );
  }
  const left = (paymentRequestId: string, port: string) =>
    until(async () =>
      (await read<Seen>("seen")).find(
        (one) => one.port === port && one.payment["paymentRequestId"] === paymentRequestId,
      ),
    );
  const says = (text: string) => until(async () => (await read<string>("statuses")).find((one) => one === text));

  it("gives the link out at once and later sends the very message on by Paid, with the event", async () => {
    const id = await buy("Iphone");
    const link = await left(id, "link");
    await says("local: waiting 200.00");
    pay(id, "failure");
    await says("local: an attempt failed, still waiting");
    pay(id);
    const paid = await left(id, "paid");
    expect(paid).not.toHaveProperty("touched");
    expect(paid).toMatchObject({
      hasCall: true,
      hasMark: "function",
      id: link.id,
      payload: { order: "Iphone" },
      payment: { status: "Completed", amount: "200.00", type: "payment-status" },
    });
    await says("local: paid 200.00");
    expect(await read("events")).toEqual([]);
  }, 30_000);

  it("waits on over a deploy with other wires", async () => {
    const id = await buy("Deployed");
    const wires = ports.map((port) => [`note-${port === "paid" ? "cancelled" : port}`]);
    await nodeRed.deploy(shop(simulator.url, { collect: { wires } }));
    pay(id);
    expect(await left(id, "cancelled")).toMatchObject({ hasCall: true, payment: { status: "Completed" } });
    await nodeRed.deploy(shop(simulator.url));
  }, 30_000);

  it("waits on while it is disabled", async () => {
    const id = await buy("Disabled");
    await nodeRed.deploy(shop(simulator.url, { collect: { d: true } }));
    const { id: paymentId } = pay(id);
    await until(async () => simulator.ledger().calls.find(({ path }) => path === `/v2/payments/${paymentId}/`));
    await nodeRed.deploy(shop(simulator.url));
    expect(await left(id, "paid")).toMatchObject({ payload: { order: "Disabled" } });
  }, 30_000);

  it("goes on with the plain data of the message when Node-RED was started anew", async () => {
    const id = await buy("Restarted", { nested: { list: [1, "two"] } });
    const before = await left(id, "link");
    expect(await nodeRed.stop()).toBe(0);
    nodeRed = await startNodeRed({ release, userDir: nodeRed.userDir });
    pay(id);
    expect(await left(id, "paid")).toMatchObject({
      hasCall: false,
      hasMark: "undefined",
      id: before.id,
      payload: { order: "Restarted", nested: { list: [1, "two"] } },
      payment: { status: "Completed" },
    });
  }, 40_000);

  it("refuses a message of more than 64 kB by Error, before a link is made", async () => {
    const made = simulator.ledger().paymentRequests.length;
    const { body } = await nodeRed.postJson("/buy", { order: "Large", file: "x".repeat(70_000) });
    expect(body).toMatchObject({ port: "error" });
    expect(body).not.toHaveProperty("payment");
    expect((body as { error: unknown }).error).toMatchObject({
      code: "invalid_input",
      fieldErrors: [{ field: "message", rule: "at most 64 kB" }],
      source: { id: "collect" },
    });
    expect(simulator.ledger().paymentRequests).toHaveLength(made);
  }, 30_000);

  it("gives what happens to its links to event flows once it was taken out", async () => {
    const id = await buy("Removed");
    await nodeRed.deploy(shop(simulator.url, { collect: null }));
    pay(id);
    const event = await until(async () =>
      (await read<Record<string, unknown>>("events")).find((one) => one["paymentRequestId"] === id),
    );
    expect(event).toMatchObject({ status: "Completed", amount: "200.00" });
  }, 30_000);
});
