import type { IncomingMessage, ServerResponse } from "node:http";
import { maxBodyBytes } from "./payments/webhook.ts";
import type { HandlerRequest, HandlerResponse } from "./runtime/host.ts";

/** Thin wrappers that put a plugin's `receive` behind a server, and the signature check for those who want only that. */
export { computeMac, isMacValid } from "./payments/mac.ts";
export { parseForm } from "./payments/form-body.ts";
export { maxBodyBytes } from "./payments/webhook.ts";

type Receive = (request: HandlerRequest) => Promise<HandlerResponse>;

const tooLarge: HandlerResponse = {
  status: 413,
  headers: { "content-type": "text/plain; charset=utf-8", connection: "close" },
  body: "The body is too large.",
};

/** For `node:http`: reads at most 64 kB and answers with what `receive` says. */
export function nodeHandler(receive: Receive): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const send = ({ status, headers, body }: HandlerResponse) => {
      if (!response.headersSent) response.writeHead(status, headers).end(body);
    };
    request.on("error", () => response.destroy());
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else send(tooLarge);
    });
    request.on("end", () => {
      if (size > maxBodyBytes) return;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
      );
      const body = decode(Buffer.concat(chunks));
      void receive({ method: request.method ?? "GET", path: request.url ?? "/", headers, body }).then(send, () =>
        response.destroy(),
      );
    });
  };
}

/** For `Request` and `Response`. */
export function fetchHandler(receive: Receive): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const bytes = Buffer.from(await request.arrayBuffer());
    const { status, headers, body } =
      bytes.length > maxBodyBytes
        ? tooLarge
        : await receive({
            method: request.method,
            path: url.pathname + url.search,
            headers: Object.fromEntries(request.headers),
            body: decode(bytes),
          });
    return new Response(body, { status, headers });
  };
}

/** Bytes that are no UTF-8 become U+FFFD, which no signature of the sender's covers. */
function decode(bytes: Buffer): string {
  return bytes.toString("utf8");
}
