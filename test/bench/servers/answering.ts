import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { macOf } from "../messages.ts";

/** Listens on a free port and tells the parent; answers its questions about time and memory. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1", () => {
    announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

/** Tells the parent where the server is, and from then on what it uses when asked. */
export function announce(url: string): void {
  process.send?.({ url });
  process.on("disconnect", () => process.exit());
  process.on("message", (message) => {
    if (message !== "usage") return;
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 1e6 });
  });
}

export function readBody(request: IncomingMessage, use: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => use(Buffer.concat(chunks).toString("utf8")));
}

/** What the bare servers do for each message: read the form and compare its signature. */
export function isSigned(body: string): boolean {
  const fields = Object.fromEntries(new URLSearchParams(body));
  const expected = Buffer.from(macOf(fields));
  const received = Buffer.from(fields["mac"] ?? "");
  return expected.length === received.length && timingSafeEqual(expected, received);
}
