import { describe, expect, it } from "@jest/globals";
import { createGate, type Knock } from "../../src/playground/gate.ts";

const gate = createGate({ port: 1880, publicUrl: "https://bot.example.com" });
const local = { host: "127.0.0.1:1880" };
const outside = { host: "bot.example.com" };

function ask(method: string, url: string, headers: Knock["headers"], isUpgrade = false): number {
  const verdict = gate({ method, url, headers, isUpgrade });
  return verdict.isOpen ? 200 : verdict.status;
}

describe("the gate of the playground", () => {
  it.each(["127.0.0.1:1880", "localhost:1880", "LOCALHOST:1880", "[::1]:1880"])(
    "lets this machine in as %s",
    (host) => {
      expect(ask("GET", "/canvas/", { host })).toBe(200);
    },
  );

  it.each([
    "evil.example",
    "evil.example:1880",
    "127.0.0.1",
    "127.0.0.1:1881",
    "127.0.0.1.evil.example:1880",
    "localhost.:1880",
    "",
  ])("refuses the name %j, which a page could have pointed here", (host) => {
    expect(ask("GET", "/canvas/", { host })).toBe(403);
    expect(ask("POST", "/integrations/instamojo/shop", { host })).toBe(403);
  });

  it.each([
    ["a page of its own", "http://127.0.0.1:1880", 200],
    ["a page of its own under another loopback name", "http://localhost:1880", 200],
    ["no page at all", undefined, 200],
    ["another page", "https://evil.example", 403],
    ["a page of another port", "http://127.0.0.1:1881", 403],
    ["a sandboxed page", "null", 403],
  ])("answers a change asked for by %s", (_who, origin, status) => {
    const headers = { ...local, ...(origin && { origin }) };
    expect(ask("POST", "/canvas/flows", headers)).toBe(status);
    expect(ask("DELETE", "/canvas/context/global", headers)).toBe(status);
    expect(ask("GET", "/canvas/comms", headers, true)).toBe(status);
  });

  it("refuses a change that a browser marks as cross-site, without an origin", () => {
    expect(ask("POST", "/canvas/flows", { ...local, "sec-fetch-site": "cross-site" })).toBe(403);
  });

  it.each([
    ["POST", "/integrations/instamojo/shop?id=t&op=x", 200],
    ["GET", "/integrations/instamojo/shop/return?op=x", 200],
    ["GET", "/integrations/instamojo/shop", 404],
    ["POST", "/integrations/instamojo/shop/return", 404],
    ["POST", "/integrations/instamojo/shop/../../canvas/flows", 404],
    ["POST", "/integrations/instamojo/shop%2f..%2fcanvas", 404],
    ["GET", "/canvas/", 404],
    ["POST", "/canvas/flows", 404],
    ["GET", "/chat", 404],
    ["GET", "/", 404],
  ])("shows the outside the payment routes alone: %s %s", (method, url, status) => {
    expect(ask(method, url, outside)).toBe(status);
  });

  it("takes no upgrade from outside", () => {
    expect(ask("GET", "/integrations/instamojo/shop/return", outside, true)).toBe(404);
  });

  it.each(["x-forwarded-for", "x-forwarded-host", "forwarded", "cf-connecting-ip"])(
    "takes a request for an outside one when it carries %s, even under a loopback name",
    (name) => {
      expect(ask("GET", "/canvas/", { ...local, [name]: "203.0.113.7" })).toBe(404);
      expect(ask("POST", "/integrations/instamojo/shop?id=t", { ...local, [name]: "203.0.113.7" })).toBe(200);
    },
  );

  it.each([undefined, "http://127.0.0.1:1880"])(
    "shows nothing to the outside where the public URL is %s",
    (publicUrl) => {
      const closed = createGate({ port: 1880, publicUrl });
      for (const headers of [outside, { ...local, "x-forwarded-for": "203.0.113.7" }]) {
        expect(closed({ method: "POST", url: "/integrations/instamojo/shop", headers })).toMatchObject({
          isOpen: false,
          status: 403,
        });
      }
    },
  );
});
