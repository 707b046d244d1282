import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord, maxTextLength, toVisibleEntry } from "./chat-message.ts";
import type { BuyerMessage, ChatHub } from "./chat-hub.ts";

/** Everything comes from here; the component writes style elements of its own, hence the inline styles. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const pageFolder = new URL("./page/", import.meta.url);
const conversationPath = /^\/chat\/conversations\/([A-Za-z0-9_-]{8,64})\/(events|messages)$/;
const maxBodyBytes = 16_384;
const mostStreams = 200;
const heartbeatMs = 20_000;

export interface ChatRoutesOptions {
  readonly hub: ChatHub;
  /** File of the chat component for browsers. */
  readonly componentFile: string;
}

/** Answers everything under `/chat`; false for other paths. `close` ends the open streams. */
export function createChatRoutes({ hub, componentFile }: ChatRoutesOptions) {
  const files = new Map([
    ["/chat", load(new URL("index.html", pageFolder), "text/html")],
    ["/chat/chat.css", load(new URL("chat.css", pageFolder), "text/css")],
    ["/chat/chat.js", load(new URL("chat.js", pageFolder), "text/javascript")],
    ["/chat/entry-html.js", load(new URL("entry-html.js", pageFolder), "text/javascript")],
    ["/chat/bubbles.js", load(new URL("bubbles.js", pageFolder), "text/javascript")],
    ["/chat/icon.svg", load(new URL("icon.svg", pageFolder), "image/svg+xml")],
    ["/chat/deep-chat.js", load(componentFile, "text/javascript")],
  ]);
  const streams = new Set<ServerResponse>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://chat");
    const isRead = request.method === "GET" || request.method === "HEAD";
    const file = files.get(pathname.replace(/(?<=.)\/$/, ""));
    if (file && isRead) return send(response, 200, file.body, file.type);
    const [, conversation, what] = conversationPath.exec(pathname) ?? [];
    if (conversation && what === "events" && request.method === "GET") return stream(conversation, request, response);
    if (conversation && what === "messages" && request.method === "POST") return take(conversation, request, response);
    sendJson(response, file || conversation ? 405 : 404, { error: "There is nothing here." });
  }

  function stream(conversation: string, request: IncomingMessage, response: ServerResponse): void {
    if (streams.size >= mostStreams) {
      sendJson(response, 503, { error: "Too many chat pages are open." });
      return;
    }
    response.writeHead(200, { ...commonHeaders, "content-type": "text/event-stream; charset=utf-8" });
    response.write("retry: 1000\n\n");
    streams.add(response);
    hub.open(conversation);
    const after =
      request.headers["last-event-id"] ?? new URL(request.url ?? "/", "http://chat").searchParams.get("after");
    const afterSeq = Number(after) || 0;
    const unfollow = hub.follow(conversation, afterSeq, (entry) => {
      response.write(`id: ${entry.seq}\ndata: ${JSON.stringify(toVisibleEntry(entry))}\n\n`);
    });
    response.write("event: caught-up\ndata:\n\n");
    const heartbeat = setInterval(() => response.write(":\n\n"), heartbeatMs);
    response.once("close", () => {
      clearInterval(heartbeat);
      unfollow();
      streams.delete(response);
    });
  }

  async function take(conversation: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.headers["content-type"]?.startsWith("application/json")) {
      return sendJson(response, 415, { error: "Send JSON." });
    }
    const body = await readBody(request);
    if (body === null) return sendJson(response, 413, { error: "That is too long." });
    const { message, key } = readMessage(body);
    if (message === null || key === null) return sendJson(response, 400, { error: "That is no message." });
    hub.open(conversation);
    if (hub.hear(conversation, message, key)) return sendJson(response, 202, {});
    sendJson(response, 409, { error: "There is no such button." });
  }

  return {
    handle(request: IncomingMessage, response: ServerResponse): boolean {
      if (!/^\/chat(?:[/?]|$)/.test(request.url ?? "")) return false;
      answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { error: "The chat could not be written." });
      });
      return true;
    },
    close(): void {
      for (const response of streams) response.end();
    },
  };
}

const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

function load(file: URL | string, type: string): { body: Buffer; type: string } {
  return { body: readFileSync(file), type: type === "image/svg+xml" ? type : `${type}; charset=utf-8` };
}

function send(response: ServerResponse, status: number, body: Buffer | string, type: string): void {
  response.writeHead(status, { ...commonHeaders, "content-type": type, "content-security-policy": contentPolicy });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, JSON.stringify(body), "application/json; charset=utf-8");
}

/** The whole body as text, or null when it is too long. Read to its end either way, so that the answer gets through. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(chunks).toString("utf8");
}

function readMessage(body: string): { message: BuyerMessage | null; key: string | null } {
  const value = parseJson(body);
  if (!isRecord(value)) return { message: null, key: null };
  const { text, seq, button } = value;
  const key = typeof value.key === "string" && /^[A-Za-z0-9_-]{8,64}$/.test(value.key) ? value.key : null;
  if (typeof text === "string" && text.trim() !== "" && text.length <= maxTextLength) {
    return { message: { text: text.trim() }, key };
  }
  if (Number.isInteger(seq) && Number.isInteger(button)) {
    return { message: { seq: seq as number, button: button as number }, key };
  }
  return { message: null, key };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
