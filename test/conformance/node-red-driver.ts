import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { HostDriver, HostStart, StepResult, StepRun } from "../../src/conformance/index.ts";
import { startNodeRed } from "../hosts/start-node-red.ts";

type FlowNode = Record<string, unknown>;

const at = { z: "bot", x: 100, y: 100 };
/** Seconds within which the flow says that it has handled an event. */
const confirmWithin = 2;

/** Node-RED in a process of its own. Each step is a flow with an address; the event's flow calls back. */
export const nodeRedDriver: HostDriver = {
  name: "Node-RED",
  patienceMs: 20_000,
  lacks: {
    manifest: "Its nodes are those of the installed package.",
    inactive: "Node-RED disables nodes, not accounts.",
    time: "It runs in real time.",
  },
  async start(start) {
    const ear = await listen(start.flow);
    const nodeRed = await startNodeRed({ release: "node-red", userDir: start.dataDir, isPublic: true });
    const parts = new Map<string, readonly FlowNode[]>();
    let deployed: Promise<void> = Promise.resolve();
    const deploy = (type: "full" | "nodes") => {
      const flows = [...surroundings(start, ear.url), ...[...parts.values()].flat()];
      deployed = deployed.then(() => nodeRed.deploy(flows, type));
      return deployed;
    };
    await deploy("full");
    return {
      origin: nodeRed.url,
      async palette() {
        const answer = await fetch(`${nodeRed.url}/canvas/nodes`, { headers: { accept: "application/json" } });
        const types = ((await answer.json()) as { readonly types: readonly string[] }[]).flatMap((set) => set.types);
        const ids = types
          .filter((type) => type.startsWith("instamojo-"))
          .map((type) => type.slice("instamojo-".length));
        return ids.filter((id) => id !== "account" && id !== "event-handled");
      },
      async run(step) {
        const id = createHash("sha256")
          .update(JSON.stringify([step.node, step.account, step.given, step.input]))
          .digest("hex");
        const name = `s${id.slice(0, 12)}`;
        const ports = start.manifest.nodes.find((node) => node.id === step.node)?.ports.map((port) => port.id) ?? [];
        if (!parts.has(name)) {
          parts.set(name, stepFlow(name, step, ports));
          await deploy("nodes");
        }
        await deployed;
        const { occasion, conversation, input } = step;
        const { body } = await nodeRed.postJson(`/${name}`, { occasion, conversation, input });
        return body as StepResult;
      },
      async stop() {
        await nodeRed.stop();
        await ear.close();
      },
    };
  },
};

/** The account, and the flow that events start. */
function surroundings({ accounts }: HostStart, ear: string): FlowNode[] {
  const shown = `msg.payload = { event: msg.payload, conversation: msg.conversation }; return msg;`;
  return [
    { id: "bot", type: "tab", label: "Bot" },
    ...accounts.map(({ name, baseUrl, clientId, clientSecret, privateSalts }) => ({
      ...{ id: `account-${name}`, type: "instamojo-account", name, baseUrl },
      credentials: { clientId, clientSecret, privateSalts1: privateSalts?.[0] ?? "" },
    })),
    {
      ...{ id: "event", type: "instamojo-payment-status", ...at, accounts: [], refundUpdates: true },
      statuses: ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"],
      ...{ confirmHandling: true, confirmWithin, wires: [["shown"]] },
    },
    { id: "shown", type: "function", ...at, func: shown, outputs: 1, wires: [["call"]] },
    { id: "call", type: "http request", ...at, method: "POST", ret: "txt", url: ear, wires: [["well"]] },
    {
      id: "well",
      type: "function",
      ...at,
      func: `if (msg.statusCode === 200) return msg;`,
      outputs: 1,
      wires: [["handled"]],
    },
    { id: "handled", type: "instamojo-event-handled", ...at, name: "", wires: [[]] },
    { id: "out", type: "http response", ...at, wires: [] },
  ];
}

function stepFlow(name: string, { node, account, input, given }: StepRun, ports: readonly string[]): FlowNode[] {
  const take = `msg._msgid = msg.payload.occasion; msg.conversation = msg.payload.conversation; msg.given = msg.payload.input; return msg;`;
  const kinds: Readonly<Record<string, string>> = { number: "num", boolean: "bool" };
  const fields = Object.entries(input).flatMap(([field, value]) => [
    [field, given === "literal" ? String(value) : `given.${field}`],
    [`${field}Type`, given === "literal" ? (kinds[typeof value] ?? "str") : "msg"],
  ]);
  const answer = (port: string) =>
    `msg.payload = { port: "${port}", output: msg.payment, error: msg.error }; return msg;`;
  return [
    { id: `${name}-in`, type: "http in", ...at, url: `/${name}`, method: "post", wires: [[`${name}-take`]] },
    { id: `${name}-take`, type: "function", ...at, func: take, outputs: 1, wires: [[name]] },
    {
      ...{ id: name, type: `instamojo-${node}`, ...at, account: `account-${account}`, ...Object.fromEntries(fields) },
      wires: ports.map((port) => [`${name}-${port}`]),
    },
    ...ports.map((port) => ({
      ...{ id: `${name}-${port}`, type: "function", ...at, func: answer(port), outputs: 1, wires: [["out"]] },
    })),
  ];
}

/** Where the event's flow calls: 200 when the case takes the event. */
async function listen(flow: HostStart["flow"]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request: IncomingMessage, response) => {
    const taken = JSON.parse((await request.toArray()).join("")) as Parameters<HostStart["flow"]>[0];
    const status = await flow(taken).then(
      () => 200,
      () => 500,
    );
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
