import type { IncomingMessage } from "node:http";
import type { SimulatorRequest } from "./exchange.ts";
import { readBody } from "./read-body.ts";

const maxBodyBytes = 1_048_576;

const ownHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/** Whether a `Host` header names this machine; a foreign name that resolves here (DNS rebinding) does not. */
export const isLoopbackHost = (host: string | undefined): boolean => host !== undefined && ownHost.test(host);

/** The request without its socket. */
export async function readRequest(incoming: IncomingMessage): Promise<SimulatorRequest> {
  const [path = "/", ...query] = (incoming.url ?? "/").split("?");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  const bytes = await readBytes(incoming);
  return {
    method: incoming.method ?? "GET",
    path: decode(path),
    query: new URLSearchParams(query.join("?")),
    headers,
    body:
      bytes === undefined
        ? { status: 413, message: "Request body is too large." }
        : await readBody(headers["content-type"], bytes),
  };
}

async function readBytes(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length <= maxBodyBytes) chunks.push(chunk);
  }
  return length > maxBodyBytes ? undefined : Buffer.concat(chunks);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
