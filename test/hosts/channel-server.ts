import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a flow sent to the service of a chat channel. */
export interface Sent {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** Stands in for the services of chat channels: keeps what flows send and answers 200, or what it was told to. */
export interface ChannelServer {
  readonly url: string;
  readonly sent: readonly Sent[];
  /** The first request that fits, received already or still to come. */
  next(fits: (sent: Sent) => boolean, withinMs?: number): Promise<Sent>;
  /** Answers the next requests with this status. */
  refuse(status: number, count: number): void;
  close(): Promise<void>;
}

export async function startChannelServer(): Promise<ChannelServer> {
  const sent: Sent[] = [];
  const waiting = new Set<() => void>();
  let refused = { status: 200, count: 0 };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const isRefused = refused.count > 0;
    if (isRefused) refused = { ...refused, count: refused.count - 1 };
    sent.push({
      path: request.url ?? "",
      authorization: request.headers.authorization,
      body: JSON.parse(text) as Record<string, unknown>,
    });
    response.writeHead(isRefused ? refused.status : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(isRefused ? { ok: false, description: "not now" } : { ok: true }));
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    next: (fits, withinMs = 15_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`No such request came. Received: ${JSON.stringify(sent)}`));
        }, withinMs);
        const look = () => {
          const found = sent.find(fits);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    refuse(status, count) {
      refused = { status, count };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
