import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findPeer } from "../../src/playground/load-peer.ts";
import { choosePorts } from "../../src/playground/ports.ts";
import { localClientId, localClientSecret, localSalt, startSimulator } from "../../src/simulator/index.ts";
import { askForLink, openChat } from "./chat-client.ts";
import { type PlaygroundProcess, runRefusedStart, startPlaygroundProcess } from "./playground-process.ts";

type Flow = { id: string; type: string; name?: string; text?: string; baseUrl?: string }[];

const flowFile = (dir: string) => join(dir, "node-red", "flows.json");
const readFlow = (dir: string) => JSON.parse(readFileSync(flowFile(dir), "utf8")) as Flow;

/** Status of a request with headers that `fetch` does not let one choose. */
function ask(url: string, path: string, headers: Record<string, string>, method = "GET"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(new URL(path, url), { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asking.on("error", reject).end();
  });
}

describe("the playground", () => {
  let playground: PlaygroundProcess;
  beforeAll(async () => {
    playground = await startPlaygroundProcess();
  }, 60_000);
  afterAll(() => playground.discard());

  it("answers at its three addresses once it says that it is ready", async () => {
    const origin = new URL(playground.chat).origin;
    expect([playground.canvas, playground.chat]).toEqual([`${origin}/canvas/`, `${origin}/chat`]);
    for (const url of [playground.canvas, playground.chat, `${playground.simulator.url}/__simulator__/ledger`]) {
      expect((await fetch(url)).status).toBe(200);
    }
    expect(new URL(origin).hostname).toBe("127.0.0.1");
  });

  it("starts without a word of warning", () => {
    expect(playground.log()).toBe("");
  });

  it("keeps secrets out of the flow file, and its own secret readable for the owner alone", () => {
    const flows = readFileSync(flowFile(playground.dir), "utf8");
    for (const secret of [localClientId, localClientSecret, localSalt]) expect(flows).not.toContain(secret);
    expect(statSync(join(playground.dir, "credential-secret")).mode & 0o777).toBe(0o600);
    expect(statSync(playground.dir).mode & 0o077).toBe(0);
  });

  it.each([
    ["/canvas/", {}, "GET", 200],
    ["/canvas/", { host: "evil.example" }, "GET", 403],
    ["/chat", { host: "evil.example" }, "GET", 403],
    ["/canvas/flows", { origin: "https://evil.example" }, "POST", 403],
    ["/chat/conversations/conversation-1/messages", { origin: "https://evil.example" }, "POST", 403],
    ["/canvas/flows", { host: "evil.example" }, "GET", 403],
    ["/canvas/flows", { "x-forwarded-for": "203.0.113.7" }, "GET", 403],
  ])("answers %s with %j (%s) with %i", async (path, headers, method, status) => {
    expect(await ask(playground.chat, path, headers as Record<string, string>, method)).toBe(status);
  });

  it("upgrades the editor's connection for its own page alone", async () => {
    const { origin } = new URL(playground.chat);
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    expect(await ask(origin, "/canvas/comms", { ...upgrade, origin })).toBe(101);
    expect(await ask(origin, "/canvas/comms", { ...upgrade, origin: "https://evil.example" })).toBe(403);
    expect(await ask(origin, "/canvas/comms", { ...upgrade, host: "evil.example" })).toBe(403);
  });

  it("refuses a second playground in the same folder", async () => {
    const refused = await runRefusedStart(["--dir", playground.dir, "--port", "0"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("Another playground is running");
    expect(refused.stderr).toContain("--dir");
  });
});

describe("a start of the playground", () => {
  const folders: string[] = [];
  const makeFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), "playground-"));
    folders.push(folder);
    return folder;
  };
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it("keeps ports, conversations, payments and the author's flows over a restart, and misses no payment", async () => {
    const dir = makeFolder();
    const first = await startPlaygroundProcess({ dir });
    const buyer = await openChat(first.chat);
    const requestId = await askForLink(buyer);
    buyer.close();
    expect(await first.stop()).toBe(0);
    const edited = readFlow(dir).map((node) =>
      node.type === "chat-reply" && node.name === "Paid" ? { ...node, text: "Our own words: {payment.amount}" } : node,
    );
    writeFileSync(flowFile(dir), JSON.stringify(edited));

    const again = await startPlaygroundProcess({ dir, args: [] });
    expect([again.canvas, again.simulator.url]).toEqual([first.canvas, first.simulator.url]);
    const stream = await fetchUntil(`${again.chat}/conversations/${buyer.conversation}/events`, "caught-up");
    expect(stream).toContain(requestId);
    await again.simulator.pay({ paymentRequestId: requestId, outcome: "success" });
    await fetchUntil(`${again.chat}/conversations/${buyer.conversation}/events`, "Our own words: 200.00");
    expect(await again.stop()).toBe(0);
    expect(again.log()).toBe("");
  }, 60_000);

  it("works with the account of the environment while it is set, and with the local one afterwards", async () => {
    const dir = makeFolder();
    const other = await startSimulator({ clientId: "test_of_my_own", clientSecret: "secret-of-my-own" });
    const env = {
      INSTAMOJO_BASE_URL: other.url,
      INSTAMOJO_CLIENT_ID: "test_of_my_own",
      INSTAMOJO_CLIENT_SECRET: "secret-of-my-own",
    };
    const first = await startPlaygroundProcess({ dir, env });
    const buyer = await openChat(first.chat);
    const requestId = await askForLink(buyer);
    const request = other.ledger().paymentRequests.find(({ id }) => id === requestId);
    expect(request?.webhook).toBeNull();
    other.control.pay({ paymentRequestId: requestId, outcome: "success" });
    await buyer.waitFor(/^Paid/);
    expect(readFlow(dir).find(({ type }) => type === "instamojo-account")?.baseUrl).toBe(other.url);
    expect(readFileSync(flowFile(dir), "utf8") + first.log()).not.toContain("secret-of-my-own");
    buyer.close();
    await first.stop();
    await other.close();

    const again = await startPlaygroundProcess({ dir, args: [] });
    const next = await openChat(again.chat);
    const link = await askForLink(next);
    expect((await again.simulator.ledger()).paymentRequests.map(({ id }) => id)).toEqual([link]);
    next.close();
    await again.stop();
  }, 60_000);

  it("shows the webhook and the return page alone under its public name", async () => {
    const playground = await startPlaygroundProcess({
      dir: makeFolder(),
      env: { INSTAMOJO_PUBLIC_URL: "https://bot.example.com" },
    });
    const outside = { host: "bot.example.com" };
    for (const path of ["/", "/canvas/", "/canvas/flows", "/chat", "/chat/chat.js", "/integrations/instamojo/shop"]) {
      expect(await ask(playground.chat, path, outside)).toBe(404);
    }
    expect(await ask(playground.chat, "/integrations/instamojo/shop/return?op=unknown", outside)).toBe(200);
    expect(await ask(playground.chat, "/integrations/instamojo/shop?id=guess", outside, "POST")).not.toBe(404);
    expect(await ask(playground.chat, "/canvas/", { host: new URL(playground.chat).host })).toBe(200);
    await playground.stop();
  });

  it.each([0, 1])("names the taken port %i after the one asked for, and the remedy", async (offset) => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const { port } = blocker.address() as AddressInfo;
    const refused = await runRefusedStart(["--dir", makeFolder(), "--port", String(port - offset)]);
    blocker.close();
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain(`Port ${port} (${offset === 0 ? "canvas and chat" : "local Instamojo"}) is taken`);
    expect(refused.stderr).toContain("--port");
  });

  it.each([
    [{ INSTAMOJO_CLIENT_ID: "live_id", INSTAMOJO_CLIENT_SECRET: "hush-hush" }, "of a live account"],
    [
      {
        INSTAMOJO_CLIENT_ID: "live_id",
        INSTAMOJO_CLIENT_SECRET: "hush-hush",
        INSTAMOJO_BASE_URL: "https://api.instamojo.com",
      },
      "real money",
    ],
  ])("refuses an account that moves real money: %j", async (env, words) => {
    const refused = await runRefusedStart(["--dir", makeFolder(), "--port", "0"], env);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain(words);
    expect(refused.stderr).not.toContain("hush-hush");
  });

  it("takes the ports asked for, else those of the last time, else 1880 and the next", () => {
    const stored = { canvas: 4000, simulator: 5000 };
    expect(choosePorts(undefined, undefined)).toEqual({ canvas: 1880, simulator: 1881 });
    expect(choosePorts(undefined, stored)).toEqual(stored);
    expect(choosePorts(3000, stored)).toEqual({ canvas: 3000, simulator: 3001 });
    expect(choosePorts(0, stored)).toEqual({ canvas: 0, simulator: 0 });
    for (const port of [-1, 1.5, 65_535, Number.NaN])
      expect(() => choosePorts(port, undefined)).toThrow("--port must be");
  });

  it("names the package to install where a peer is missing", () => {
    expect(() => findPeer("not-installed-here", "npm install not-installed-here")).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining("npm install not-installed-here") }),
    );
    expect(() => findPeer("not-installed-here/dist/file.js", "npm install x")).toThrow(
      "The playground needs the package not-installed-here. Install",
    );
    expect(() => findPeer("@not/installed/file.js", "npm install x")).toThrow("the package @not/installed. Install");
  });
});

/** Reads an event stream until it holds the words. */
async function fetchUntil(url: string, words: string): Promise<string> {
  const stop = AbortSignal.timeout(10_000);
  let got = "";
  const answer = await fetch(url, { signal: stop });
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    got += chunk;
    if (got.includes(words)) return got;
  }
  throw new Error(`${words} did not come: ${got}`);
}
