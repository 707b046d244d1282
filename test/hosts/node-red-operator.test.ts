import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { localSalt, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { computeMac } from "../../src/payments/mac.ts";
import { botOf } from "./bot.ts";
import { accountNode, botFlow } from "./bot-flow.ts";
import { type NodeRed, startNodeRed } from "./start-node-red.ts";

type Headers = Record<string, string>;

const api = "/canvas/instamojo/operator/api";
const users = [
  { username: "owner", permissions: ["*"] },
  { username: "reader", permissions: ["read"] },
  { username: "clerk", permissions: ["instamojo.read", "instamojo.write"] },
  { username: "drawer", permissions: ["flows.read", "flows.write"] },
];

/** Asks an operator route; the body as JSON where it is. */
async function ask(nodeRed: NodeRed, path: string, { headers = {}, post }: { headers?: Headers; post?: object } = {}) {
  const response = await fetch(`${nodeRed.url}${path}`, {
    headers: { ...headers, ...(post ? { "content-type": "application/json" } : {}) },
    ...(post ? { method: "POST", body: JSON.stringify(post) } : {}),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return { status: response.status, text, body: isJson ? JSON.parse(text) : null };
}

/** The id of a link over the flow's bot for a buyer called John Smith. */
async function bought(nodeRed: NodeRed): Promise<string> {
  const { payment } = await botOf(nodeRed).buy({ name: "John Smith" });
  return payment!.paymentRequestId;
}

describe.each(["node-red", "node-red-4"] as const)("the operator's routes of %s with logins", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let id: string;
  const as = Object.fromEntries(users.map(({ username }) => [username, {} as Headers]));

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    nodeRed = await startNodeRed({ release, isPublic: true, users, env: { NODE_RED_LOG: "debug" } });
    await nodeRed.deploy(botFlow(simulator.url));
    id = await bought(nodeRed);
    simulator.control.pay({ paymentRequestId: id, outcome: "success" });
    await botOf(nodeRed).eventOf(id, "Completed");
    for (const { username } of users) as[username] = await nodeRed.login(username);
  }, 40_000);
  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const statusesOf = async (headers: Headers) => {
    const get = async (path: string) => (await ask(nodeRed, path, { headers })).status;
    const post = async (path: string, body: object) => (await ask(nodeRed, path, { headers, post: body })).status;
    return {
      payments: await get(`${api}/payments`),
      one: await get(`${api}/payments/${id}`),
      held: await get(`${api}/held`),
      accounts: await get(`${api}/accounts`),
      metrics: await get("/canvas/instamojo/operator/metrics"),
      unmasked: await get(`${api}/unmasked/${id}`),
      command: await post(`${api}/commands/recheck`, { messageId: "none" }),
      callbackUrl: await post(`${api}/callback-url`, { account: "shop" }),
    };
  };
  const reads = (status: number) => ({
    payments: status,
    one: status,
    held: status,
    accounts: status,
    metrics: status,
  });

  it.each([
    ["nobody who logged in", null, { ...reads(401), unmasked: 401, command: 401, callbackUrl: 401 }],
    ["who may only draw flows", "drawer", { ...reads(401), unmasked: 401, command: 401, callbackUrl: 401 }],
    ["who may only look", "reader", { ...reads(200), unmasked: 401, command: 401, callbackUrl: 401 }],
    ["who may decide but not see people", "clerk", { ...reads(200), unmasked: 401, command: 422, callbackUrl: 200 }],
    ["who may do everything", "owner", { ...reads(200), unmasked: 200, command: 422, callbackUrl: 200 }],
  ] as const)("answer %s as their permissions say", async (_who, name, expected) => {
    expect(await statusesOf(name === null ? {} : (as[name] as Headers))).toEqual(expected);
  });

  it.each([
    ["reader", { user: "reader", mayWrite: false, mayUnmask: false }],
    ["clerk", { user: "clerk", mayWrite: true, mayUnmask: false }],
    ["owner", { user: "owner", mayWrite: true, mayUnmask: true }],
  ])("tell the page what %s may do, so that it shows no button that is refused", async (name, rights) => {
    const { body } = await ask(nodeRed, `${api}/accounts`, { headers: as[name] as Headers });
    expect(body).toMatchObject(rights);
  });

  it("mask people for everybody but who may see them, whatever else is asked for", async () => {
    for (const path of [`payments/${id}`, `payments/${id}?unmask=1`, `payments/${id}?unmask=1&unmask=1`]) {
      const { body, text } = await ask(nodeRed, `${api}/${path}`, { headers: as["owner"] as Headers });
      expect(body).toMatchObject({ isMasked: true, customer: { name: "J… S…" } });
      expect(text).not.toContain("Smith");
    }
    const { body } = await ask(nodeRed, `${api}/unmasked/${id}`, { headers: as["owner"] as Headers });
    expect(body).toMatchObject({ isMasked: false, customer: { name: "John Smith" } });
  });

  it("show the callback token only to who may write", async () => {
    const accounts = await ask(nodeRed, `${api}/accounts`, { headers: as["reader"] as Headers });
    const { body } = await ask(nodeRed, `${api}/callback-url`, {
      headers: as["owner"] as Headers,
      post: { account: "shop" },
    });
    const token = new URL(body.callbackUrl).searchParams.get("id") as string;
    expect(token).toMatch(/^[\w-]{40,}$/);
    expect(accounts.text).not.toContain(token);
  });

  it("keep a decision under the name of the login, whatever name was typed", async () => {
    const event = (await botOf(nodeRed).events()).find(({ payload }) => payload.paymentRequestId === id);
    const post = { eventId: event!.payload.id, by: "Somebody else", reason: "The bot was down." };
    expect((await ask(nodeRed, `${api}/commands/redeliver`, { headers: as["clerk"] as Headers, post })).status).toBe(
      200,
    );
    const { text } = await ask(nodeRed, `${api}/payments/${id}`, { headers: as["reader"] as Headers });
    expect(text).toContain("clerk");
    expect(text).not.toContain("Somebody else");
  });

  it("refuse a login that another page misuses", async () => {
    const headers = { ...as["owner"], origin: "https://elsewhere.example.com" };
    const post = { eventId: "evt_1", by: "John" };
    expect((await ask(nodeRed, `${api}/commands/redeliver`, { headers, post })).status).toBe(403);
    expect((await ask(nodeRed, `${api}/payments`, { headers })).status).toBe(403);
  });

  it("hand out the numbers for Prometheus, and no people", async () => {
    const { text } = await ask(nodeRed, "/canvas/instamojo/operator/metrics", { headers: as["reader"] as Headers });
    expect(text).toMatch(/^instamojo_flow_received_total\{account="shop"\} [1-9]/m);
    expect(text).toMatch(/^instamojo_flow_delivered_total\{account="shop",status="Completed"\} [1-9]/m);
    expect(text).toMatch(/^instamojo_flow_open_links \d+$/m);
    expect(text).not.toMatch(/Smith|c-1|MOJO/);
  });

  it("leave neither people nor secrets in the log at its finest level", async () => {
    const body = "buyer_name=John+Smith&mac=1";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await fetch(`${nodeRed.url}/integrations/instamojo/shop?id=x`, { method: "POST", headers, body });
    expect(nodeRed.log()).toMatch(/\[instamojo\] A message was refused\. cause=[\w-]+$/m);
    expect(nodeRed.log()).not.toMatch(/Smith|"chat"|client_secret|[?&]id=/);
  });

  it("take the webhook as bytes: one that is no UTF-8 is refused and not recorded", async () => {
    const { webhook } = simulator.ledger().paymentRequests[0] as { webhook: string };
    const fields = new Map([
      ["payment_id", "MOJO5a06005J21512197"],
      ["buyer_name", "\uFFFD"],
    ]);
    const mac = computeMac(fields, localSalt);
    const post = (name: Buffer) =>
      fetch(webhook, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.concat([
          Buffer.from("payment_id=MOJO5a06005J21512197&buyer_name="),
          name,
          Buffer.from(`&mac=${mac}`),
        ]),
      });
    // Read carelessly, a stray byte becomes the very character that was signed.
    expect((await post(Buffer.from([0xff]))).status).toBe(400);
    expect((await post(Buffer.from("\uFFFD"))).status).toBe(200);
  });
});

describe.each(["node-red", "node-red-4"] as const)("the operator's routes of %s without logins", (release) => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let id: string;
  const live = accountNode("https://api.instamojo.com", {
    id: "live",
    name: "live_shop",
    credentials: { clientId: "live_id", clientSecret: "live_secret" },
  });

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    const guard = pathToFileURL(join(import.meta.dirname, "loopback-only.mjs")).href;
    nodeRed = await startNodeRed({ release, env: { NODE_OPTIONS: `--import ${guard}` } });
    await nodeRed.deploy(botFlow(simulator.url));
    id = await bought(nodeRed);
  }, 40_000);
  afterAll(async () => {
    await nodeRed.stop();
    await simulator.close();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  it("do everything while no account moves real money", async () => {
    expect((await ask(nodeRed, `${api}/payments/${id}`)).body).toMatchObject({ customer: { name: "J… S…" } });
    expect((await ask(nodeRed, `${api}/unmasked/${id}`)).body).toMatchObject({ customer: { name: "John Smith" } });
    expect((await ask(nodeRed, `${api}/commands/recheck`, { post: { messageId: "none" } })).status).toBe(422);
  }, 20_000);

  it("only show, and people masked, once an account is live", async () => {
    await nodeRed.deploy([...botFlow(simulator.url), live]);
    expect((await ask(nodeRed, `${api}/accounts`)).body).toMatchObject({
      mayWrite: false,
      mayUnmask: false,
      user: null,
    });
    const read = await ask(nodeRed, `${api}/payments/${id}`);
    expect(read.body).toMatchObject({ isMasked: true, customer: { name: "J… S…" } });
    expect(read.text).not.toContain("Smith");
    expect((await ask(nodeRed, "/canvas/instamojo/operator/metrics")).status).toBe(200);

    const unmasked = await ask(nodeRed, `${api}/unmasked/${id}`);
    expect([unmasked.status, unmasked.text.includes("Smith")]).toEqual([403, false]);
    const commands = ["redeliver", "resolve", "accept", "dismiss", "recheck", "forget"];
    for (const command of commands) {
      const post = {
        id,
        eventId: id,
        messageId: id,
        transactionId: id,
        outcome: "not-booked",
        by: "John",
        reason: "x",
      };
      expect([command, (await ask(nodeRed, `${api}/commands/${command}`, { post })).status]).toEqual([command, 403]);
    }
    expect((await ask(nodeRed, `${api}/callback-url`, { post: { account: "shop" } })).status).toBe(403);
    expect((await ask(nodeRed, `${api}/payments/${id}`)).body).toMatchObject({ customer: { name: "J… S…" } });
  }, 20_000);
});
