import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { registry } from "../../nodes/index.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { HostDriver, HostStart, StepResult } from "../../src/conformance/index.ts";
import { newApiKey, newDeliverySecret, startHttpHost } from "../../src/hosts/http/index.ts";
import { loadFromRegistry } from "../../src/runtime/load-units.ts";
import { silentLogger } from "../../src/runtime/logger.ts";

const { id, key, sha256 } = newApiKey("engine");
const secret = newDeliverySecret();
const authorization = `Bearer ${key}`;

/** An engine that only speaks HTTP: it calls the nodes, and is called with the events. */
export const httpDriver: HostDriver = {
  name: "http",
  lacks: {
    inactive: "An account is taken out of its configuration.",
    time: "It runs in real time.",
  },
  async start({ manifest, accounts, dataDir, flow }) {
    const ear = await listen(flow);
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const host = await startHttpHost({
      manifest,
      tier: "development",
      accounts: () => accounts,
      logger: silentLogger,
      storeFile: join(dataDir, "ledger.db"),
      port,
      publicUrl: origin,
      apiKeys: [{ id, sha256, scopes: ["read", "link", "refund", "operate"] }],
      deliver: [{ name: "engine", url: ear.url, secrets: [secret], allowPrivate: true }],
      load: loadFromRegistry(registry),
    });
    return {
      origin,
      async palette() {
        const answer = await fetch(`${origin}/manifest.json`, { headers: { authorization } });
        const { nodes, events } = (await answer.json()) as { nodes: { id: string }[]; events: { id: string }[] };
        return [...nodes, ...events].map((unit) => unit.id);
      },
      async run({ node, account, input, occasion, conversation }) {
        const answer = await fetch(`${origin}/v1/nodes/${node}/run`, {
          method: "POST",
          headers: { authorization, "content-type": "application/json", "idempotency-key": occasion },
          body: JSON.stringify({ account, input, correlation: conversation }),
        });
        const body = await answer.text();
        if (answer.status !== 200) throw new Error(`The run was answered ${answer.status}: ${body}`);
        return JSON.parse(body) as StepResult;
      },
      async stop() {
        await host.close();
        await ear.close();
      },
    };
  },
};

/** Where the events are posted: 200 when the case takes the event. */
async function listen(flow: HostStart["flow"]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request: IncomingMessage, response) => {
    const { data: event } = JSON.parse((await request.toArray()).join("")) as { data: PaymentStatusEvent };
    const status = await flow({ event, conversation: event.correlation }).then(
      () => 200,
      () => 500,
    );
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
