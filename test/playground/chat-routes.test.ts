import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type ChatHub, createChatHub } from "../../src/playground/chat/chat-hub.ts";
import { createChatRoutes } from "../../src/playground/chat/chat-routes.ts";
import { openTranscriptStore, type TranscriptStore } from "../../src/playground/chat/transcript-store.ts";

const componentFile = createRequire(import.meta.url).resolve("deep-chat/dist/deepChat.bundle.js");
let server: Server;
let store: TranscriptStore;
let hub: ChatHub;
let origin: string;
let routes: ReturnType<typeof createChatRoutes>;

beforeEach(async () => {
  store = openTranscriptStore(":memory:");
  hub = createChatHub(store);
  routes = createChatRoutes({ hub, componentFile });
  server = createServer((request, response) => {
    if (!routes.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  routes.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  store.close();
});

function post(body: unknown, type = "application/json"): Promise<Response> {
  return fetch(`${origin}/chat/conversations/conversation-1/messages`, {
    method: "POST",
    headers: { "content-type": type },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** Reads an event stream until it holds the text. */
async function readUntil(url: string, text: string, headers: Record<string, string> = {}): Promise<string> {
  const stop = new AbortController();
  const answer = await fetch(url, { headers, signal: stop.signal });
  let got = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    got += chunk;
    if (got.includes(text)) break;
  }
  stop.abort();
  return got;
}

describe("the chat page", () => {
  it.each(["/chat", "/chat/", "/chat?c=x", "/chat/chat.css", "/chat/chat.js", "/chat/deep-chat.js", "/chat/icon.svg"])(
    "serves %s from here, with a policy that lets no other host in",
    async (path) => {
      const answer = await fetch(`${origin}${path}`);
      expect(answer.status).toBe(200);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
      const policy = answer.headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  it("leaves what is not its own to others, and refuses what is not there", async () => {
    expect((await fetch(`${origin}/chatter`)).status).toBe(418);
    expect((await fetch(`${origin}/chat/../package.json`)).status).toBe(418);
    expect((await fetch(`${origin}/chat/page.js`)).status).toBe(404);
    expect((await fetch(`${origin}/chat`, { method: "POST" })).status).toBe(405);
  });

  it.each([
    [{ text: "Hello", key: "key-00001" }, 202],
    [{ text: " ", key: "key-00001" }, 400],
    [{ text: "Hello" }, 400],
    [{ text: "x".repeat(1001), key: "key-00001" }, 400],
    [{ seq: 1, button: 0, key: "key-00001" }, 409],
    [{ seq: "1", button: 0, key: "key-00001" }, 400],
    ["[]", 400],
    ["{", 400],
    [{ text: "x".repeat(20_000), key: "key-00001" }, 413],
  ])("answers %j with %i", async (body, status) => {
    expect((await post(body)).status).toBe(status);
    expect(store.entries("conversation-1")).toHaveLength(status === 202 ? 1 : 0);
  });

  it("takes JSON alone, which no form of another page can send", async () => {
    expect((await post({ text: "Hello", key: "key-00001" }, "text/plain")).status).toBe(415);
  });

  it("streams the transcript, and after a break only what is new", async () => {
    hub.say("conversation-1", "One");
    hub.say("conversation-1", "Two");
    const url = `${origin}/chat/conversations/conversation-1/events`;
    const whole = await readUntil(url, "caught-up");
    expect(whole).toContain('"text":"One"');
    expect(whole).toContain("id: 2\n");
    for (const rest of [
      await readUntil(url, "caught-up", { "last-event-id": "1" }),
      await readUntil(`${url}?after=1`, "caught-up"),
    ]) {
      expect(rest).not.toContain('"text":"One"');
      expect(rest).toContain('"text":"Two"');
    }
  });

  it("shows the labels of buttons and never their actions", async () => {
    hub.say("conversation-1", { text: "Tea?", buttons: [{ label: "Yes", action: { do: "secret-deed" } }] });
    const stream = await readUntil(`${origin}/chat/conversations/conversation-1/events`, "caught-up");
    expect(stream).toContain('"buttons":["Yes"]');
    expect(stream).not.toContain("secret-deed");
  });
});
