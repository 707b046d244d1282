import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { registry } from "../../nodes/index.ts";
import type { HostDriver, HostStart, RunningHost, StepResult, StepRun } from "../../src/conformance/index.ts";
import { createPlugin } from "../../src/plugin.ts";
import type { HandlerRequest, HandlerResponse } from "../../src/runtime/host.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { nodeHandler } from "../../src/webhook.ts";
import { offsetClock } from "../helpers/offset-clock.ts";

/** Mistakes that hosts make. */
export type Mistake =
  | "knows its palette by heart"
  | "reads numbers in texts"
  | "passes expressions as text"
  | "leaves by success whatever happened"
  | "takes unknown for error"
  | "takes the first account for a missing one"
  | "forgets the key"
  | "makes keys anew after a restart"
  | "does not close the plugin"
  | "keeps conversations in memory"
  | "starts flows in the latest conversation"
  | "takes events before the flow ends"
  | "names its taker anew after a restart"
  | "delivers one event at a time"
  | "ignores that an account is inactive"
  | "rebuilds the body"
  | "drops the query"
  | "answers every path";

/** The least that a host does, over the plugin; with a mistake, it does one thing wrong. */
export function plainDriver(mistake?: Mistake, patienceMs = 15_000): HostDriver {
  return { name: mistake ?? "plain host", patienceMs, start: (start) => startPlainHost(start, mistake) };
}

const leftOpen: (() => unknown)[] = [];

/** Ends what a host that makes a mistake left behind. */
export async function closeLeftOpen(): Promise<void> {
  for (const close of leftOpen.splice(0)) await close();
}

async function startPlainHost(start: HostStart, mistake?: Mistake): Promise<RunningHost> {
  const { manifest, accounts, dataDir, flow } = start;
  const instance = randomUUID();
  const clock = offsetClock();
  const conversations = new Map<string, unknown>();
  let latest: unknown;
  let queue: Promise<unknown> = Promise.resolve();
  let receive: (request: HandlerRequest) => Promise<HandlerResponse> = async () => notYet;
  const server = createServer(nodeHandler((request) => receive(spoil(request, mistake))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  leftOpen.push(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plugin = await createPlugin(
    manifest,
    {
      tier: "development",
      accounts: () => accounts,
      store: await openSqliteStore({ file: join(dataDir, "ledger.db") }),
      logger: silentLogger,
      clock,
      publicUrl: origin,
    },
    { load: loadFromRegistry(registry) },
  );
  receive = async (request) => {
    const answer = await plugin.receive(request);
    return mistake === "answers every path" && answer.status === 404 ? { ...answer, status: 200 } : answer;
  };
  const events = plugin.events.get("payment-status");
  await events?.subscribe({
    id: mistake === "names its taker anew after a restart" ? `flow-${instance}` : "flow",
    statuses: ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"],
    refundUpdates: true,
    async deliver(event) {
      const kept =
        mistake === "keeps conversations in memory" ? conversations.get(String(event.correlation)) : event.correlation;
      const conversation = mistake === "starts flows in the latest conversation" ? latest : kept;
      const run = () => flow({ event, conversation });
      if (mistake === "takes events before the flow ends") return void run().catch(() => {});
      if (mistake !== "delivers one event at a time") return run();
      queue = queue.catch(() => {}).then(run);
      await queue;
    },
  });

  async function run(step: StepRun): Promise<StepResult> {
    latest = step.conversation;
    const node = plugin.nodes.get(step.node);
    if (!node) throw new Error(`There is no node ${step.node}.`);
    const name = randomUUID();
    conversations.set(name, step.conversation);
    const isKnown = accounts.some((account) => account.name === step.account);
    const result = await node.run({
      account: mistake === "takes the first account for a missing one" && !isKnown ? "shop" : step.account,
      input: inputOf(step, mistake),
      correlation: mistake === "keeps conversations in memory" ? name : step.conversation,
      ...(mistake === "forgets the key" ? {} : { key: keyOf(step, instance, mistake) }),
    });
    if (mistake === "leaves by success whatever happened") return { ...result, port: "success" };
    if (mistake === "takes unknown for error" && result.port === "unknown") return { ...result, port: "error" };
    return result;
  }

  return {
    origin,
    run,
    palette: async () =>
      mistake === "knows its palette by heart" ? heart : [...plugin.nodes.keys(), ...plugin.events.keys()],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (mistake === "does not close the plugin") leftOpen.push(() => plugin.close());
      else await plugin.close();
    },
    async setActive(account, isActive) {
      if (mistake === "ignores that an account is inactive") return;
      await (isActive ? events?.activate(account) : events?.deactivate(account));
    },
    advance: clock.advance,
    parked: async () => ((await events?.undelivered(100))?.chains ?? []).map(({ parked }) => parked.eventId),
    redeliver: async (eventId) => void (await events?.redeliver(eventId)),
  };
}

const notYet = { status: 503, headers: {}, body: "" };
const heart = registry.map(({ id }) => id);

function inputOf({ input, given }: StepRun, mistake?: Mistake): Record<string, unknown> {
  const isTyped = given === "literal";
  const change = (value: unknown): unknown => {
    if (mistake === "reads numbers in texts" && isTyped && !Number.isNaN(Number(value))) return Number(value);
    return mistake === "passes expressions as text" && !isTyped ? `{{${String(value)}}}` : value;
  };
  return Object.fromEntries(Object.entries(input).map(([field, value]) => [field, change(value)]));
}

function keyOf({ occasion }: StepRun, instance: string, mistake?: Mistake): string {
  return mistake === "makes keys anew after a restart" ? `${instance} ${occasion}` : occasion;
}

function spoil(request: HandlerRequest, mistake?: Mistake): HandlerRequest {
  if (mistake === "drops the query") return { ...request, path: request.path.split("?")[0] as string };
  if (mistake !== "rebuilds the body") return request;
  const pairs = request.body.split("&").map((pair) => decodeURIComponent(pair));
  return { ...request, body: pairs.join("&") };
}
