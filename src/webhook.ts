import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { bodyRefused, maxBodyBytes } from "./payments/webhook.ts";
import type { BodyRefusal, HandlerRequest, HandlerResponse } from "./runtime/host.ts";
import { decodeUtf8 } from "./runtime/utf8.ts";

/** Thin wrappers that put a plugin's `receive` behind a server, and the signature check for those who want only that. */
export { computeMac, isMacValid } from "./payments/mac.ts";
export { parseForm } from "./payments/form-body.ts";
export { maxBodyBytes } from "./payments/webhook.ts";

type Receive = (request: HandlerRequest) => Promise<HandlerResponse>;

export interface NodeHandlerOptions {
  /** How long a body may take to come in, in milliseconds; 10 s unless given. */
  readonly bodyTimeoutMs?: number;
}

/**
 * For `node:http`: reads at most 64 kB of UTF-8 within ten seconds and answers with what `receive` says. Header time-outs
 * and the number of connections are the server's; {@link createWebhookServer} makes one that has them.
 */
export function nodeHandler(
  receive: Receive,
  { bodyTimeoutMs = 10_000 }: NodeHandlerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const timer = setTimeout(() => refuse("too-slow"), bodyTimeoutMs);
    const send = ({ status, headers, body }: HandlerResponse) => {
      if (response.headersSent || response.destroyed) return;
      // With its length the answer is one write, without it a chunked one.
      response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
    };
    /** Takes no more of the body; true only once. */
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      clearTimeout(timer);
      return true;
    };
    const refuse = (refusal: BodyRefusal) => {
      if (!end()) return;
      chunks.length = 0;
      // What still comes is dropped; the connection closes with the answer.
      request.resume();
      send(bodyRefused(refusal));
      tell(receive, { ...handlerRequest(request, ""), refusal });
    };
    request.on("error", () => response.destroy());
    request.on("close", end);
    request.on("data", (chunk: Buffer) => {
      if (isOver) return;
      size += chunk.length;
      if (size > maxBodyBytes) refuse("too-large");
      else chunks.push(chunk);
    });
    request.on("end", () => {
      const body = decodeUtf8(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      if (body === null) refuse("not-utf8");
      else if (end()) void receive(handlerRequest(request, body)).then(send, () => response.destroy());
    });
    if (Number(request.headers["content-length"]) > maxBodyBytes) refuse("too-large");
  };
}

/** A refusal is the wrapper's own, whatever is said to it: it is told so that it can be counted. */
function tell(receive: Receive, refused: HandlerRequest): void {
  void receive(refused).catch(() => {});
}

function handlerRequest({ method = "GET", url = "/", headers }: IncomingMessage, body: string): HandlerRequest {
  const plainHeaders: Record<string, string | undefined> = Object.create(null);
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    plainHeaders[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { method, path: url, headers: plainHeaders, body };
}

/** A `node:http` server for the public routes alone, not listening yet: short time-outs, few headers, bounded connections. */
export function createWebhookServer(receive: Receive, options: NodeHandlerOptions = {}): Server {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 20_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16 * 1024,
    },
    nodeHandler(receive, options),
  );
  server.maxConnections = 1_000;
  server.maxHeadersCount = 100;
  return server;
}

/** For `Request` and `Response`. */
export function fetchHandler(receive: Receive): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const bytes = await readBody(request);
    const body = bytes && decodeUtf8(bytes);
    const refusal = bytes === null ? "too-large" : body === null ? "not-utf8" : null;
    const asked: HandlerRequest = {
      method: request.method,
      path: url.pathname + url.search,
      headers: Object.fromEntries(request.headers),
      body: body ?? "",
    };
    if (refusal) tell(receive, { ...asked, refusal });
    const answer = refusal ? bodyRefused(refusal) : await receive(asked);
    return new Response(answer.body, answer);
  };
}

/** At most 64 kB; null for more, without reading on. */
async function readBody({ body }: Request): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
