import { describe, expect, it } from "@jest/globals";
import { createReceiver } from "../../src/payments/webhook.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { HandlerRequest } from "../../src/runtime/host.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { requestRow } from "../stores/sample-rows.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";

const salt = "0123456789abcdef0123456789abcdef";
const token = "a-token-of-32-bytes";
const tag = "fedcba9876543210fedcba9876543210";
const sale = {
  amount: "2500.00",
  buyer: "foo@example.com",
  buyer_name: "John Doe",
  buyer_phone: "+919999999999",
  currency: "INR",
  fees: "125.00",
  longurl: "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
  payment_id: "MOJO5a06005J21512197",
  payment_request_id: "05f317448ad84649aa1a9c7328edb015",
  purpose: "FIFA 16",
  shorturl: "",
  status: "Credit",
};
const signed = { ...sale, mac: "106e85b09e94bc268ee79c2e4fe5258349644c04" };
const bodyOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

const message: HandlerRequest = {
  method: "POST",
  path: `/integrations/instamojo/shop?id=${token}&op=${tag}`,
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: bodyOf(signed),
};

interface Setting {
  readonly salts?: string[];
  readonly store?: Partial<Store>;
  readonly confirmReturn?: (tag: string) => Promise<string | null>;
  readonly baseUrl?: string;
}

async function start({ salts = [salt], store: changes = {}, confirmReturn, baseUrl }: Setting = {}) {
  const store = { ...(await openSqliteStore({ file: ":memory:" })), ...changes };
  await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, token);
  const logged: [string, LogFields | undefined][] = [];
  const log = (text: string, fields?: LogFields) => void logged.push([text, fields]);
  let woken = 0;
  const returned: string[] = [];
  const account = {
    name: "shop",
    baseUrl: baseUrl ?? "https://test.instamojo.com",
    clientId: "test_one",
    clientSecret: "secret",
    privateSalts: salts,
  };
  const receive = createReceiver({
    host: {
      accounts: () => [account, { ...account, name: "unused" }],
      store,
      logger: { ...silentLogger, warn: log, error: log },
    },
    clock: manualClock(7_000),
    onMessage: () => void woken++,
    confirmReturn: async (asked) => {
      returned.push(asked);
      return confirmReturn ? confirmReturn(asked) : "Completed";
    },
  });
  return {
    receive: (changed: Partial<HandlerRequest> = {}) => receive({ ...message, ...changed }),
    recorded: () => store.dueMessages(Number.MAX_SAFE_INTEGER, 100),
    store,
    logged,
    woken: () => woken,
    returned,
  };
}

describe("a message with token and signature", () => {
  it("is recorded with what it hints at, then answered 200, and looked at", async () => {
    const { receive, recorded, woken } = await start();
    expect(await receive()).toEqual({
      status: 200,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: "OK",
    });
    expect(await recorded()).toEqual([
      {
        id: expect.stringMatching(/^MOJO5a06005J21512197-[0-9a-f]{64}$/),
        account: "shop",
        environment: "test",
        source: "webhook",
        paymentId: sale.payment_id,
        paymentRequestId: sale.payment_request_id,
        tag,
        receivedAt: 7_000,
        attempts: 0,
        state: "waiting",
        nextAt: 7_000,
      },
    ]);
    expect(woken()).toBe(1);
  });

  it("is one message however its fields are ordered and however often it comes", async () => {
    const { receive, recorded } = await start();
    await receive();
    await receive({ body: bodyOf(Object.fromEntries(Object.entries(signed).reverse())) });
    await receive({ path: `/integrations/instamojo/shop/?id=${token}` });
    expect(await recorded()).toHaveLength(1);
  });

  it("is another message when anything it says is another", async () => {
    const { receive, recorded } = await start({ salts: [] });
    await receive();
    await receive({ body: bodyOf({ ...signed, fees: "125.01" }) });
    await receive({ body: bodyOf({ ...signed, extra: "" }) });
    expect(await recorded()).toHaveLength(3);
  });

  it.each([
    ["payment_id", "MOJO'; DROP TABLE", { paymentId: null }],
    ["payment_id", "../../v2/payments", { paymentId: null }],
    ["payment_request_id", "05F317448AD84649AA1A9C7328EDB015", { paymentRequestId: null }],
  ])("hints at nothing by a %s of %p", async (field, value, expected) => {
    const { receive, recorded } = await start({ salts: [] });
    expect((await receive({ body: bodyOf({ ...sale, [field]: value }) })).status).toBe(200);
    expect(await recorded()).toMatchObject([expected]);
  });

  it("hints at no link by a tag that is none", async () => {
    const { receive, recorded } = await start();
    await receive({ path: `/integrations/instamojo/shop?id=${token}&op=<b>` });
    expect(await recorded()).toMatchObject([{ tag: null }]);
  });

  it.each([
    "application/x-www-form-urlencoded; charset=UTF-8",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    " application/x-www-form-urlencoded ;x",
  ])("may come as %p", async (type) => {
    const { receive } = await start();
    expect((await receive({ headers: { "content-type": type, "content-encoding": "identity" } })).status).toBe(200);
  });

  it("needs no signature where no salt is set: then it is a hint all the same", async () => {
    const { receive, recorded } = await start({ salts: [] });
    expect((await receive({ body: bodyOf(sale) })).status).toBe(200);
    expect(await recorded()).toHaveLength(1);
  });

  it("is taken under either of two salts", async () => {
    const { receive } = await start({ salts: ["the-new-one", salt] });
    expect((await receive()).status).toBe(200);
  });

  it("is taken under the token of an earlier generation until its last link is closed", async () => {
    const { receive, store, recorded } = await start();
    const { request } = await store.addRequest(requestRow());
    await store.openAccount({ name: "shop", environment: "test", clientId: "test_two" }, "another-token");
    expect((await receive()).status).toBe(200);
    expect((await receive({ path: "/integrations/instamojo/shop?id=another-token" })).status).toBe(200);
    expect(await recorded()).toHaveLength(1);
    await store.commit({ request: { ...request, status: "Completed", version: 2 } });
    expect(await store.accountByToken("shop", token)).toBeNull();
    await store.commit({
      request: { ...request, input: { allowRepeatedPayments: true }, status: "Completed", version: 3 },
    });
    expect(await store.accountByToken("shop", token)).toMatchObject({ generation: 1 });
  });
});

describe("a message from nobody we know", () => {
  const strangers: [string, Partial<HandlerRequest>, Setting][] = [
    ["an unknown account", { path: `/integrations/instamojo/nobody?id=${token}` }, {}],
    ["a known account that has no token yet", { path: `/integrations/instamojo/unused?id=${token}` }, {}],
    ["an account named like a prototype key", { path: `/integrations/instamojo/__proto__?id=${token}` }, {}],
    ["a wrong token", { path: "/integrations/instamojo/shop?id=wrong" }, {}],
    ["an empty token", { path: "/integrations/instamojo/shop?id=" }, {}],
    ["no token", { path: "/integrations/instamojo/shop" }, {}],
    ["a token in other letters", { path: `/integrations/instamojo/shop?id=${token.toUpperCase()}` }, {}],
    ["a wrong signature", { body: bodyOf({ ...signed, mac: "0".repeat(40) }) }, {}],
    ["no signature", { body: bodyOf(sale) }, {}],
    ["a changed amount", { body: bodyOf({ ...signed, amount: "20000.00" }) }, {}],
    ["an added field", { body: bodyOf({ ...signed, extra: "1" }) }, {}],
    ["an empty form", { body: "" }, {}],
    ["an empty salt", {}, { salts: [""] }],
    ["another salt", {}, { salts: ["other"] }],
    ["a world that the account has left", {}, { baseUrl: "https://api.instamojo.com" }],
  ];

  it("is answered byte for byte alike, whatever is wrong with it, and leaves nothing behind", async () => {
    const answers: string[] = [];
    for (const [, changes, setting] of strangers) {
      const { receive, recorded, woken, logged } = await start(setting);
      answers.push(JSON.stringify(await receive(changes)));
      expect(await recorded()).toEqual([]);
      expect(woken()).toBe(0);
      expect(logged).toEqual([["A message was refused.", { cause: "not-authenticated" }]]);
    }
    const alike = JSON.stringify({
      status: 403,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: "Forbidden.",
    });
    expect(strangers.map(([what], index) => [what, answers[index]])).toEqual(strangers.map(([what]) => [what, alike]));
  });
});

describe("a message that is none", () => {
  it.each<[string, number, Partial<HandlerRequest>]>([
    ["another path", 404, { path: "/" }],
    ["no account", 404, { path: "/integrations/instamojo/" }],
    ["an account that can be none", 404, { path: `/integrations/instamojo/Shop?id=${token}` }],
    ["a longer path", 404, { path: `/integrations/instamojo/shop/more?id=${token}` }],
    ["an encoded path", 404, { path: `/integrations/instamojo/%2e%2e/shop?id=${token}` }],
    ["an account of endless length", 404, { path: `/integrations/instamojo/${"a".repeat(65)}` }],
    ["a path that is none", 404, { path: "http://[" }],
    ["GET", 405, { method: "GET" }],
    ["PUT", 405, { method: "PUT" }],
    ["HEAD", 405, { method: "HEAD" }],
    ["POST in small letters", 405, { method: "post" }],
    ["POST to the return page", 405, { path: `/integrations/instamojo/shop/return?op=${tag}` }],
    ["no type", 415, { headers: {} }],
    ["JSON", 415, { headers: { "content-type": "application/json" }, body: "{}" }],
    ["multipart", 415, { headers: { "content-type": "multipart/form-data; boundary=x" } }],
    ["a type that only begins alike", 415, { headers: { "content-type": "application/x-www-form-urlencoded-x" } }],
    ["gzip", 415, { headers: { ...message.headers, "content-encoding": "gzip" } }],
    ["an encoding within another", 415, { headers: { ...message.headers, "content-encoding": "identity, gzip" } }],
    ["more than 64 kB", 413, { body: `a=${"x".repeat(65_535)}` }],
    ["more than 64 kB in few letters", 413, { body: `a=${"आ".repeat(21_845)}` }],
    ["a key that stands twice", 400, { body: `${message.body}&status=Failed` }],
    ["a broken escape", 400, { body: "a=%" }],
    ["bytes that are no text", 400, { body: "a=%FF" }],
    ["a nameless field", 400, { body: "=1" }],
    ["too many fields", 400, { body: "a&".repeat(200) }],
  ])("%s is answered %d and recorded nowhere", async (_, status, changes) => {
    const { receive, recorded, woken } = await start();
    const answer = await receive(changes);
    expect(answer.status).toBe(status);
    expect(answer.headers.allow).toBe(status === 405 ? (changes.path ? "GET" : "POST") : undefined);
    expect(answer.body).not.toContain(token);
    expect(await recorded()).toEqual([]);
    expect(woken()).toBe(0);
  });

  it("may be exactly 64 kB large", async () => {
    const { receive } = await start({ salts: [] });
    expect((await receive({ body: `a=${"x".repeat(65_534)}` })).status).toBe(200);
  });

  it("says the same to those who know a token and those who do not", async () => {
    const { receive } = await start();
    const broken = { body: "a=%" };
    const stranger = await receive({ ...broken, path: "/integrations/instamojo/nobody?id=x" });
    expect(await receive(broken)).toEqual(stranger);
  });

  it("cannot reach a prototype by its keys", async () => {
    const { receive } = await start({ salts: [] });
    const body = "__proto__=polluted&constructor=x&toString=y&hasOwnProperty=z&__proto__%5Bpolluted%5D=1";
    expect((await receive({ body })).status).toBe(200);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(String({})).toBe("[object Object]");
  });
});

describe("a message that cannot be recorded", () => {
  it.each([
    ["the ledger", new FlowError("store_unavailable", "The ledger could not be written."), "store_unavailable"],
    ["anything else", new TypeError("a secret"), "internal_error"],
  ])("for a fault of %s is answered 503 with a time to come back, never 200", async (_, fault, code) => {
    const { receive, woken, logged } = await start({
      store: {
        recordMessage: async () => {
          throw fault;
        },
      },
    });
    expect(await receive()).toEqual({
      status: 503,
      headers: { "content-type": "text/plain; charset=utf-8", "retry-after": "30" },
      body: "Try again later.",
    });
    expect(woken()).toBe(0);
    expect(logged).toEqual([["A message could not be recorded; its sender was asked to try again.", { code }]]);
  });

  it("for a ledger that cannot be read is answered 503, and refused nowhere", async () => {
    const { receive } = await start({
      store: {
        accountByToken: async () => {
          throw new FlowError("store_unavailable", "The ledger could not be read.");
        },
      },
    });
    expect((await receive()).status).toBe(503);
  });

  it("yet is not answered at all", async () => {
    const written = Promise.withResolvers<void>();
    const { receive, woken } = await start({ store: { recordMessage: () => written.promise } });
    let answer: unknown = "none";
    const received = receive().then((given) => {
      answer = given.status;
    });
    await settleAll();
    expect(answer).toBe("none");
    expect(woken()).toBe(0);
    written.resolve();
    await received;
    expect(answer).toBe(200);
    expect(woken()).toBe(1);
  });
});

describe("a buyer who comes back", () => {
  const back = (query: string): Partial<HandlerRequest> => ({
    method: "GET",
    path: `/integrations/instamojo/shop/return${query}`,
    headers: {},
    body: "",
  });

  it("is shown what the read says, never what the browser claims", async () => {
    const { receive, returned } = await start({ confirmReturn: async () => "Failed" });
    const answer = await receive(back(`?op=${tag}&payment_status=Credit&payment_id=MOJO5a06005J21512197`));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain("The payment did not go through");
    expect(answer.body).not.toContain("MOJO");
    expect(returned).toEqual([tag]);
  });

  it.each(["", "?op=", "?op=<script>", `?op=${tag.toUpperCase()}`, `?op=${tag}0`, "?payment_status=Credit"])(
    "with %p makes us ask nobody and is told to wait",
    async (query) => {
      const { receive, returned } = await start();
      expect((await receive(back(query))).body).toContain("<h1>Thank you</h1>");
      expect(returned).toEqual([]);
    },
  );

  it("gets a page that runs nothing, is kept nowhere and tells nobody", async () => {
    const { receive } = await start();
    const { headers, body } = await receive(back(`?op=${tag}`));
    expect(headers).toEqual({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
    expect(body).not.toContain(tag);
  });

  it("is asked to come again when the ledger is gone", async () => {
    const { receive } = await start({
      confirmReturn: async () => {
        throw new FlowError("store_unavailable", "The ledger could not be read.");
      },
    });
    expect(await receive(back(`?op=${tag}`))).toMatchObject({ status: 503, headers: { "retry-after": "30" } });
  });
});
