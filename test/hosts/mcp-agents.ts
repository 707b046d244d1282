import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { createMcpHost, type McpHost } from "../../src/hosts/mcp/index.ts";
import type { Host } from "../../src/runtime/host.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { offsetClock } from "../helpers/offset-clock.ts";
import { type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

/** What a tool answered, as an agent sees it. */
export interface Answer {
  readonly port: string;
  readonly output: Record<string, unknown>;
  readonly error: Record<string, unknown>;
  readonly preview: Record<string, string>;
  readonly textFromPeople: readonly string[];
  readonly isError: boolean;
  /** The text that a model reads. */
  readonly text: string;
}

export type Agent = Client & { use(tool: string, args?: Record<string, unknown>): Promise<Answer> };

/** The SDK's client with short words for a call; its own checks of the answers against the output schemas stay on. */
export function agentOf(client: Client): Agent {
  return Object.assign(client, {
    async use(name: string, args: Record<string, unknown> = {}) {
      const result = await client.callTool({ name, arguments: args });
      const [part] = result.content as [{ text: string }];
      return { ...(result.structuredContent as object), isError: result.isError === true, text: part.text } as Answer;
    },
  });
}

/** A plugin with its local Instamojo, an MCP host over it, and agents that connect in memory. */
export interface McpShop {
  readonly host: PluginHost;
  readonly mcp: McpHost;
  readonly store: Store;
  advance(ms: number): void;
  connect(name?: string): Promise<Agent>;
  close(): Promise<void>;
}

export async function openMcpShop(
  options: { readonly host?: Partial<Host>; readonly allowLiveRefunds?: boolean } = {},
): Promise<McpShop> {
  const store = await openSqliteStore({ file: ":memory:" });
  const clock = offsetClock();
  const host = await startPluginHost({ host: { store, clock, ...options.host } });
  const own = { ...clock, now: () => Date.now() + ahead };
  let ahead = 0;
  const { allowLiveRefunds = false } = options;
  const mcp = await createMcpHost({ plugin: host.plugin, store, clock: own, allowLiveRefunds });
  return {
    host,
    mcp,
    store,
    advance(ms) {
      ahead += ms;
    },
    async connect(name = "test-agent") {
      const [near, far] = InMemoryTransport.createLinkedPair();
      await mcp.connect(far);
      const client = new Client({ name, version: "1.0.0" });
      await client.connect(near);
      await client.listTools();
      return agentOf(client);
    },
    async close() {
      await mcp.close();
      await host.close();
    },
  };
}

let references = 0;

/** Sells by tool and pays at the local Instamojo. Resolves once the payment is confirmed. */
export async function sold(
  shop: Pick<McpShop, "host">,
  agent: Agent,
  link: Record<string, unknown> = {},
): Promise<{ readonly paymentRequestId: string; readonly paymentId: string }> {
  references += 1;
  const order = { amount: "200", purpose: "Iphone", reference: `order-${references}`, ...link };
  const { output } = await agent.use("generate-payment-link", order);
  const paymentRequestId = String(output.paymentRequestId);
  const payment = shop.host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  await shop.host.event((event) => event.paymentRequestId === paymentRequestId && event.status === "Completed");
  return { paymentRequestId, paymentId: payment.id };
}
