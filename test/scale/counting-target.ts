import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An event that a target got. */
export interface CountedEvent {
  readonly id: string;
  readonly status: string;
  readonly sequence: number;
  readonly paymentId: string;
  readonly paymentRequestId: string;
}

/** A delivery target that remembers every event, repeated ones too, in the order in which they came. */
export async function startCountingTarget() {
  const events: CountedEvent[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    events.push((JSON.parse(body) as { data: CountedEvent }).data);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    events,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    /** Resolves once so many different events came, or the time is over. */
    async reaches(count: number, withinMs: number): Promise<void> {
      const until = Date.now() + withinMs;
      while (new Set(events.map(({ id }) => id)).size < count && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 200));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
