import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Account } from "../../schemas/account.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { createPlugin, type Plugin, type PluginOptions } from "../../src/plugin.ts";
import type { HandlerRequest, Host } from "../../src/runtime/host.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import type { Store } from "../../src/store/store.ts";

/** A step of a flow: a unit of the palette, its form filled in, and which step follows on which port. */
export interface Step {
  readonly unit: string;
  /** Form values: literals, or `{{step.field}}` for what an earlier step left. Blank ones are left out. */
  readonly form: Readonly<Record<string, unknown>>;
  readonly wires?: Readonly<Record<string, string>>;
}

export type Flow = Readonly<Record<string, Step>>;

/** A conversation left a step by a port, with what it carries. */
export interface Trace {
  readonly conversation: string;
  readonly step: string;
  readonly port: string;
  readonly value: unknown;
}

export interface EngineOptions {
  readonly manifest: Manifest;
  readonly accounts: readonly Account[];
  readonly store: Store;
  readonly load?: NonNullable<PluginOptions["load"]>;
  readonly onTrace?: (trace: Trace) => void | Promise<void>;
}

export interface Engine {
  readonly plugin: Plugin;
  readonly url: string;
  /** What an author can drag onto the canvas. */
  readonly palette: readonly { id: string; label: string; category: string; fields: string[]; ports: string[] }[];
  /** Puts a flow on: its event steps start listening. */
  deploy(flow: Flow): Promise<void>;
  /** Runs the flow from a step in a conversation that knows these values, until it comes to an end. */
  start(step: string, conversation: string, known?: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

/** The port by which an event step is left. */
export const eventPort = "event";

/** A flow engine in miniature. All that it knows of its plugin, it reads from the manifest. */
export async function startEngine({ manifest, accounts, store, load, onTrace }: EngineOptions): Promise<Engine> {
  const memories = new Map<string, Record<string, unknown>>();
  let flow: Flow = {};
  let plugin: Plugin | undefined;

  const routes = manifest.routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
  }));
  const server = createServer(async (incoming, outgoing) => {
    const request = await readRequest(incoming);
    const path = request.path.split("?")[0] as string;
    const isRoute = routes.some((route) => route.method === request.method && route.pattern.test(path));
    const response = isRoute && plugin ? await plugin.receive(request) : { status: 404, headers: {}, body: "" };
    outgoing.writeHead(response.status, response.headers).end(response.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const host: Host = {
    tier: "development",
    accounts: () => accounts,
    store,
    logger: silentLogger,
    publicUrl: url,
    // A conversation is remembered by its name, so there is nothing to keep.
    suspend() {},
    resume: ({ place, port, event, message }) =>
      leave({ conversation: String(message?.conversation), step: place, port, value: event }),
  };
  const { nodes, events, waits, ...rest } = await createPlugin(manifest, host, load ? { load } : {});
  plugin = { nodes, events, waits, ...rest };

  async function leave(trace: Trace): Promise<void> {
    const { conversation, step, port, value } = trace;
    memories.set(conversation, { ...memories.get(conversation), [step]: value });
    await onTrace?.(trace);
    const next = flow[step]?.wires?.[port];
    if (next !== undefined) await run(next, conversation);
  }

  async function run(step: string, conversation: string): Promise<void> {
    const { unit, form } = flow[step] as Step;
    const node = nodes.get(unit);
    if (!node) throw new Error(`${unit} is not in the palette.`);
    const { account = accounts[0]?.name, ...values } = evaluate(form, memories.get(conversation) ?? {});
    const key = `${conversation}/${step}`;
    const wait = { place: step, message: { conversation } };
    const result = await node.run({
      account: String(account),
      input: values,
      key,
      correlation: { conversation },
      wait,
    });
    await leave({ conversation, step, port: result.port, value: "output" in result ? result.output : result.error });
  }

  function take(step: string, event: PaymentStatusEvent): Promise<void> {
    const { conversation } = event.correlation as { conversation: string };
    return leave({ conversation, step, port: eventPort, value: event });
  }

  return {
    plugin,
    url,
    palette: [
      ...manifest.nodes.map((unit) =>
        entry(
          unit,
          unit.input.schema,
          unit.ports.map(({ id }) => id),
        ),
      ),
      ...manifest.events.map((unit) => entry(unit, unit.filter.schema, [eventPort])),
    ],
    async deploy(next) {
      flow = next;
      for (const [id, { unit, form }] of Object.entries(next)) {
        await events.get(unit)?.subscribe({ id, ...form, deliver: (event) => take(id, event) });
        const { ports = [] } = manifest.nodes.find((node) => node.id === unit) ?? {};
        if (ports.some(({ carries }) => carries === "event")) await waits.attend(id);
      }
    },
    start(step, conversation, known = {}) {
      memories.set(conversation, { ...memories.get(conversation), ...known });
      return run(step, conversation);
    },
    async close() {
      await plugin?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function entry({ id, title: label }: { id: string; title: string }, form: Record<string, unknown>, ports: string[]) {
    return { id, label, category: manifest.category, fields: Object.keys(form.properties as object), ports };
  }
}

/** The form with `{{step.field}}` replaced by that value, whatever its type; all else stands for itself. */
function evaluate(form: Step["form"], memory: Record<string, unknown>): Record<string, unknown> {
  const filled = Object.entries(form).filter(([, value]) => value !== "");
  return Object.fromEntries(filled.map(([field, value]) => [field, resolveValue(value, memory)]));
}

function resolveValue(value: unknown, memory: Record<string, unknown>): unknown {
  const path = typeof value === "string" ? /^\{\{([\w.-]+)\}\}$/.exec(value)?.[1] : undefined;
  if (path === undefined) return value;
  return path.split(".").reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], memory);
}

async function readRequest(incoming: IncomingMessage): Promise<HandlerRequest> {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()]),
  );
  const body = (await incoming.toArray()).join("");
  return { method: incoming.method ?? "", path: incoming.url ?? "", headers, body };
}
