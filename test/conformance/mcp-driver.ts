import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { registry } from "../../nodes/index.ts";
import type { HostDriver, StepRun } from "../../src/conformance/index.ts";
import { createMcpHost } from "../../src/hosts/mcp/index.ts";
import { createPlugin } from "../../src/plugin.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { agentOf } from "../hosts/mcp-agents.ts";

const asked = "An agent asks; nothing starts it.";

/** An agent that calls a tool for each step, and confirms what it is shown. Its occasion is the reference. */
export const mcpDriver: HostDriver = {
  name: "mcp",
  lacks: {
    events: asked,
    retries: asked,
    inactive: asked,
    routes: "It has no public address; links are polled.",
    time: "Nothing is delivered, so nothing is parked.",
  },
  async start({ manifest, accounts, dataDir }) {
    const store = await openSqliteStore({ file: join(dataDir, "ledger.db") });
    const host = { tier: "development", accounts: () => accounts, store, logger: silentLogger } as const;
    const plugin = await createPlugin(manifest, host, { load: loadFromRegistry(registry) });
    const mcp = await createMcpHost({ plugin, store });
    const [near, far] = InMemoryTransport.createLinkedPair();
    await mcp.connect(far);
    const client = new Client({ name: "conformance", version: "1.0.0" });
    await client.connect(near);
    const agent = agentOf(client);
    const needsReference = new Set(
      manifest.nodes.filter(({ idempotency }) => idempotency === "operation-key").map(({ id }) => id),
    );
    return {
      origin: "",
      palette: async () => (await agent.listTools()).tools.map(({ name }) => name),
      async run({ node, account, input, occasion }: StepRun) {
        const args = { account, ...(needsReference.has(node) ? { reference: occasion } : {}), ...input };
        const answer = await agent.use(node, args);
        if (answer.port !== "preview") return answer;
        return agent.use(node, { ...args, previewToken: answer.preview.previewToken });
      },
      async stop() {
        await mcp.close();
        await plugin.close();
      },
    };
  },
};
