import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Caller } from "../../src/operator/operator.ts";
import { pageFile } from "../../src/operator/page-files.ts";
import type { Plugin } from "../../src/plugin.ts";

/** The operator page and what it asks for, on a loopback port of its own, as a host serves it. */
export async function serveOperator(plugin: Plugin, caller: Partial<Caller> = {}) {
  const who: Caller = { name: null, mayWrite: true, mayUnmask: true, ...caller };
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "/").slice(1);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : {};
    const isApi = path.startsWith("api/");
    const below = path.replace(/^api\//, "").replace(/^unmasked\/([^?]+)/, "payments/$1?unmask=1");
    const answer = isApi
      ? await plugin.operator.handle({ method: request.method ?? "", path: below, body }, who)
      : pageFile(path.split("?")[0] || "index.html");
    response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
