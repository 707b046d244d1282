import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { scopes } from "../../schemas/http-settings.ts";
import { createSessions, sessionMs } from "../../src/hosts/http/sessions.ts";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";

let http: TestHttpHost;

beforeAll(async () => {
  http = await startTestHttpHost();
});
afterAll(() => http.close());

const ownPage = () => ({ origin: http.url, "sec-fetch-site": "same-origin" });

async function signIn(key: string): Promise<string> {
  const answer = await http.call("/api/session", { body: { key }, headers: ownPage() });
  expect(answer.status).toBe(200);
  return (answer.headers.get("set-cookie") as string).split(";")[0] as string;
}

describe("the operator page of the HTTP host", () => {
  it("stands at the root with all that it loads, under a strict content policy", async () => {
    const page = await http.call("/");
    expect(page.headers.get("content-type")).toContain("text/html");
    const policy = page.headers.get("content-security-policy") as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const loads = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path as string);
    expect(loads.sort()).toEqual(["icon.svg", "operator.css", "operator.js"]);
    for (const path of loads) expect((await http.call(`/${path}`)).status).toBe(200);
  });

  it("says nothing to who is not signed in, API keys included", async () => {
    for (const call of [{}, { key: http.keys.all }, { headers: { cookie: "instamojo_session=x" } }]) {
      for (const path of ["/api/accounts", "/api/held", "/api/payments", "/api/unmasked/x"]) {
        const { status, json } = await http.call(path, call);
        expect([path, status, json.isSignedOut]).toEqual([path, 401, true]);
      }
    }
  });

  it("trades a key for a cookie that no script reads and no other site sends", async () => {
    const answer = await http.call("/api/session", { body: { key: ` ${http.keys.operate}\n` }, headers: ownPage() });
    const cookie = answer.headers.get("set-cookie") as string;
    expect(cookie).toMatch(/^instamojo_session=[\w-]{43}; /);
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(cookie).not.toContain("Secure");
    expect(answer.text + cookie).not.toContain(http.keys.operate);
  });

  it("shows everything to who may read, and lets only who may operate decide", async () => {
    const reader = { headers: { cookie: await signIn(http.keys.read), ...ownPage() } };
    expect((await http.call("/api/accounts", reader)).json).toMatchObject({
      user: "read",
      mayWrite: false,
      mayUnmask: false,
      canSignOut: true,
    });
    const body = { eventId: "evt_1" };
    expect((await http.call("/api/commands/redeliver", { body, ...reader })).status).toBe(403);
    expect((await http.call("/api/unmasked/x", reader)).status).toBe(403);
    const operator = { headers: { cookie: await signIn(http.keys.operate), ...ownPage() } };
    expect((await http.call("/api/accounts", operator)).json).toMatchObject({ user: "operate", mayWrite: true });
    expect((await http.call("/api/commands/redeliver", { body, ...operator })).status).toBe(404);
  });

  it("never refunds, nor runs any node, with a session", async () => {
    const cookie = await signIn(http.keys.all);
    const input = { issueType: "RFD", description: "x", paymentId: "MOJO1" };
    const headers = { cookie, ...ownPage() };
    for (const path of ["/v1/nodes/create-refund/run", "/v1/nodes/generate-payment-link/run"]) {
      expect((await http.call(path, { body: { account: "shop", input }, headers })).status).toBe(401);
    }
    for (const name of ["create-refund", "refund", "commands/refund"]) {
      expect((await http.call(`/api/${name}`, { body: input, headers })).status).toBe(404);
    }
    expect((await http.call("/v1/payments", { headers })).status).toBe(401);
  });

  it("does nothing that another page asks for", async () => {
    const cookie = await signIn(http.keys.operate);
    const body = { eventId: "evt_1" };
    const others: readonly Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: http.url, "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: http.url.replace(/:\d+$/, ":1") },
    ];
    for (const other of others) {
      const headers = { "sec-fetch-site": "same-origin", cookie, ...other };
      expect((await http.call("/api/commands/redeliver", { body, headers })).json.error.code).toBe("other_page");
      expect((await http.call("/api/payments", { headers })).status).toBe(403);
      expect((await http.call("/api/session", { method: "DELETE", headers })).status).toBe(403);
    }
    expect((await http.call("/api/accounts", { headers: { cookie } })).status).toBe(200);
  });

  it("ends with signing out", async () => {
    const headers = { cookie: await signIn(http.keys.read), ...ownPage() };
    expect((await http.call("/api/session", { method: "DELETE", headers })).status).toBe(200);
    expect((await http.call("/api/accounts", { headers })).status).toBe(401);
  });

  it("takes no key that is wrong, cannot read, or is for some accounts only", async () => {
    const tries = [
      ["imf_wrong", 401],
      [http.keys.link, 403],
      [http.keys.other, 403],
    ] as const;
    for (const [key, status] of tries) {
      const answer = await http.call("/api/session", { body: { key }, headers: ownPage() });
      expect([answer.status, answer.headers.get("set-cookie")]).toEqual([status, null]);
    }
  });

  it("lets nobody try keys for long", async () => {
    const one = await startTestHttpHost();
    try {
      const tries = Array.from({ length: 12 }, () =>
        one.call("/api/session", { body: { key: "imf_wrong" }, headers: { origin: one.url } }),
      );
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    } finally {
      await one.close();
    }
  });

  it("counts the calls of who is signed in apart from those of strangers at the same address", async () => {
    const reader = { headers: { cookie: await signIn(http.keys.read), ...ownPage() } };
    const statuses = new Set<number>();
    for (let call = 0; call < 130; call++) statuses.add((await http.call("/api/accounts")).status);
    expect([...statuses]).toEqual([401, 429]);
    for (let call = 0; call < 130; call++) expect((await http.call("/api/accounts", reader)).status).toBe(200);
  });
});

describe("sessions", () => {
  it("end by themselves, and are no more than a thousand", () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const caller = { id: "a", scopes: [...scopes] };
    const first = sessions.open(caller);
    expect(sessions.find(first)).toEqual(caller);
    now = sessionMs;
    expect(sessions.find(first)).toBeNull();
    const second = sessions.open(caller);
    for (let count = 0; count < 1_000; count++) sessions.open(caller);
    expect(sessions.find(second)).toBeNull();
  });
});

describe("the page of the API", () => {
  it("shows the document with files of its own only", async () => {
    const page = await http.call("/docs/");
    const policy = page.headers.get("content-security-policy") as string;
    expect([page.status, policy.includes("script-src 'self';")]).toEqual([200, true]);
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) expect(path).not.toMatch(/^(?:https?:)?\/\//);
    expect((await http.call("/docs/json")).json.openapi).toBe("3.1.0");
  });
});
