import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";

const link = { amount: "200", purpose: "Iphone" };
let http: TestHttpHost;
let key = 0;
const fresh = () => ({ headers: { "idempotency-key": `key-${++key}` } });

beforeAll(async () => {
  http = await startTestHttpHost();
});
afterAll(() => http.close());

describe("running a node over HTTP", () => {
  it("answers 200 with the port and the output", async () => {
    const { status, json } = await http.run("generate-payment-link", link, fresh());
    expect(status).toBe(200);
    expect(json).toMatchObject({ port: "success", output: { amount: "200.00", replayed: false } });
    expect(http.simulator.ledger().paymentRequests.map(({ id }) => id)).toContain(json.output.paymentRequestId);
  });

  it("answers 200 with the error of a node, whichever it is", async () => {
    const { status, json } = await http.run("generate-payment-link", { ...link, amount: "5" }, fresh());
    expect(status).toBe(200);
    expect(json).toMatchObject({ port: "error", error: { code: "invalid_input", outcome: "not-applied" } });
  });

  it("reads values as every host does, numbers as text included", async () => {
    const { json } = await http.run("generate-payment-link", { ...link, amount: 200, sendEmail: "False" }, fresh());
    expect(json.output.amount).toBe("200.00");
  });

  it.each<[string, unknown]>([
    ["nothing", ""],
    ["what is no JSON", "{"],
    ["a list", []],
    ["no account", { input: link }],
    ["an account that is no text", { account: 1, input: link }],
    ["no input", { account: "shop" }],
    ["an input that is a list", { account: "shop", input: [] }],
    ["a field too many", { account: "shop", input: link, key: "k" }],
    ["a way to a prototype", '{"account":"shop","input":{"__proto__":{"amount":"9"}}}'],
    ["endless brackets", `{"account":"shop","input":{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`],
  ])("refuses %s as malformed", async (_, body) => {
    const { status, json } = await http.call("/v1/nodes/generate-payment-link/run", {
      method: "POST",
      key: http.keys.all,
      body,
      ...fresh(),
    });
    expect([status, json.error.code]).toEqual([400, "malformed"]);
    expect(json.error.requestId).toEqual(expect.any(String));
  });

  it("refuses a body above 64 kB, and content that is no JSON", async () => {
    const path = "/v1/nodes/generate-payment-link/run";
    const large = { account: "shop", input: { purpose: "x".repeat(70_000) } };
    expect((await http.call(path, { key: http.keys.all, body: large })).status).toBe(413);
    const form = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "account=shop" };
    expect((await http.call(path, { key: http.keys.all, ...form })).status).toBe(415);
  });

  it("has no node that waits, in its palette or by name", async () => {
    const { json } = await http.call("/manifest.json");
    const ids = json.nodes.map(({ id }: { id: string }) => id);
    expect(ids).toContain("generate-payment-link");
    expect(ids).not.toContain("collect-payment");
    expect((await http.run("collect-payment", link, fresh())).status).toBe(404);
    const document = (await http.call("/openapi.json")).json;
    expect(document.paths["/v1/nodes/collect-payment/run"]).toBeUndefined();
  });

  it("names each call, by the caller's own name where it is a good one", async () => {
    const given = await http.call("/healthz", { headers: { "x-request-id": "call-1" } });
    expect(given.headers.get("x-request-id")).toBe("call-1");
    const made = await http.call("/healthz", { headers: { "x-request-id": "a b" } });
    expect(made.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a key of an operation", () => {
  const count = () => http.simulator.ledger().paymentRequests.length;

  it("is needed where a link has no reference", async () => {
    const before = count();
    for (const input of [link, { ...link, reference: " " }, { ...link, reference: null }]) {
      const { status, json } = await http.run("generate-payment-link", input);
      expect([status, json.error.code]).toEqual([400, "idempotency_key_required"]);
    }
    expect((await http.run("generate-payment-link", { ...link, reference: "order-1" })).json.port).toBe("success");
    expect(count()).toBe(before + 1);
  });

  it("gives the same link back, to 50 calls at once with one link made", async () => {
    const before = count();
    const call = fresh();
    const answers = await Promise.all(Array.from({ length: 50 }, () => http.run("generate-payment-link", link, call)));
    const ids = new Set(answers.map(({ json }) => json.output.paymentRequestId));
    expect([ids.size, count() - before]).toEqual([1, 1]);
    const again = await http.run("generate-payment-link", link, call);
    expect(again.json.output).toMatchObject({ paymentRequestId: [...ids][0], replayed: true });
  });

  it("used for something else leaves by error, in parallel and afterwards", async () => {
    const before = count();
    const call = fresh();
    const answers = await Promise.all([
      http.run("generate-payment-link", link, call),
      http.run("generate-payment-link", { ...link, amount: "300" }, call),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ json }) => json.error?.code ?? json.port).sort()).toEqual([
      "operation_key_reused",
      "success",
    ]);
    expect(count()).toBe(before + 1);
    const late = await http.run("generate-payment-link", { ...link, amount: "400" }, call);
    expect(late.json.error.code).toBe("operation_key_reused");
  });

  it("may be a reference that is no text, for the node to refuse", async () => {
    for (const reference of [{ toString: 1 }, [1], true]) {
      const { status, json } = await http.run("generate-payment-link", { ...link, reference });
      expect([status, json.error.code]).toEqual([200, "invalid_input"]);
    }
  });

  it("must be readable", async () => {
    const call = { headers: { "idempotency-key": "x".repeat(256) } };
    const { status, json } = await http.run("generate-payment-link", link, call);
    expect([status, json.error.code]).toEqual([400, "idempotency_key_invalid"]);
  });
});

describe("what the host says of itself", () => {
  it("lives, is ready and counts", async () => {
    expect((await http.call("/healthz")).json).toEqual({ status: "ok" });
    expect((await http.call("/readyz")).json).toEqual({ status: "ready" });
    const metrics = await http.call("/metrics");
    expect(metrics.status).toBe(200);
    expect(metrics.text).toContain("instamojo_flow_open_links");
  });

  it("answers an unknown address with a typed error", async () => {
    for (const path of ["/v2", "/v1/nodes", "/%E0%A4%A", "/v1/payments/%E0%A4%A"]) {
      const { status, json } = await http.call(path, { key: http.keys.all });
      expect([path, status, json.error.code]).toEqual([path, 404, "not_found"]);
    }
  });
});
