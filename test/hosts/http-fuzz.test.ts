import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { startTestHttpHost, type TestHttpHost } from "../helpers/http-host.ts";
import { localCredentials } from "../helpers/plugin-host.ts";

/** The same numbers from the same seed, so that what was found is found again. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const oddities: readonly unknown[] = [
  "",
  " ",
  null,
  true,
  0,
  -1,
  1e21,
  "200",
  "2,500",
  "1e3",
  "‮",
  "\u0000",
  "|",
  "'\"><script>",
  "../../etc/passwd",
  "${ENV}",
  "{{x}}",
  [],
  [[]],
  {},
  { $ref: "#" },
  { toString: 1 },
  "x".repeat(5_000),
  "९०",
  "MOJO1",
  "0".repeat(32),
  "%00",
  "evt_1",
];

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly description: string;
  // biome-ignore lint/suspicious/noExplicitAny: any JSON Schema
  readonly body: any;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly isOpen: boolean;
  readonly responses: Readonly<Record<string, unknown>>;
}

let http: TestHttpHost;
// biome-ignore lint/suspicious/noExplicitAny: the document as a client reads it
let document: any;
let operations: readonly Operation[];

beforeAll(async () => {
  http = await startTestHttpHost({ serve: { callsPerMinute: 100_000 } });
  document = (await http.call("/openapi.json")).json;
  operations = Object.entries<Record<string, never>>(document.paths).flatMap(([path, methods]) =>
    // biome-ignore lint/suspicious/noExplicitAny: the document as a client reads it
    Object.entries<any>(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      description: operation.description ?? "",
      body: operation.requestBody?.content?.["application/json"]?.schema,
      parameters: operation.parameters ?? [],
      isOpen: operation.security !== undefined,
      responses: operation.responses,
    })),
  );
});
afterAll(() => http.close());

/** A value that fits a schema somewhat, or not at all. */
// biome-ignore lint/suspicious/noExplicitAny: any JSON Schema
function made(schema: any, random: (below: number) => number): unknown {
  const target = schema?.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
  if (random(5) === 0) return oddities[random(oddities.length)];
  if (target?.properties) {
    const fields = Object.entries(target.properties).filter(
      ([name]) => (target.required ?? []).includes(name) || random(3) === 0,
    );
    return Object.fromEntries(fields.map(([name, inner]) => [name, made(inner, random)]));
  }
  if (target?.enum) return target.enum[random(target.enum.length)];
  if (target?.examples?.length) return target.examples[random(target.examples.length)];
  return oddities[random(oddities.length)];
}

const scopeOf = ({ description }: Operation) => /Scope: (\w+)\./.exec(description)?.[1];

describe("the API as its document describes it", () => {
  it("covers every route with a scope or says that it is open", () => {
    expect(operations.length).toBeGreaterThanOrEqual(17);
    for (const operation of operations) {
      expect([operation.path, operation.isOpen || scopeOf(operation) !== undefined]).toEqual([operation.path, true]);
    }
  });

  it("never fails, tells no secret and opens nothing beyond a scope, whatever it is sent", async () => {
    const random = numbers(20_260_509);
    const secrets = [localCredentials.clientSecret, localCredentials.salt, ...Object.values(http.keys)];
    const found: string[] = [];
    const callers = [undefined, "wrong", "read", "link", "refund", "operate", "all", "other"] as const;
    for (let turn = 0; turn < 900; turn++) {
      const operation = operations[random(operations.length)] as Operation;
      const caller = callers[random(callers.length)];
      const key = caller === "wrong" ? "imf_wrong" : caller && http.keys[caller];
      const odd = () =>
        encodeURIComponent((JSON.stringify(oddities[random(oddities.length)]) ?? "").replaceAll('"', "").slice(0, 150));
      const query = operation.parameters.filter((one) => one.in === "query").map(({ name }) => `${name}=${odd()}`);
      const path = operation.path.replace(/\{\w+\}/g, odd) + (query.length > 0 ? `?${query.join("&")}` : "");
      const body = operation.body && made(operation.body, random);
      const answer = await http.call(path, {
        method: operation.method,
        key,
        ...(random(4) > 0 ? { headers: { "idempotency-key": `fuzz-${random(40)}` } } : {}),
        ...(operation.method === "POST" ? { body: body ?? {} } : {}),
      });
      const told = `${answer.text} ${[...answer.headers].join(" ")}`;
      const where = `${operation.method} ${path} as ${caller}: ${answer.status} ${answer.text.slice(0, 200)}`;
      if (answer.status >= 500) found.push(`failed: ${where}`);
      if (secrets.some((secret) => told.includes(secret)) || /\bat \S+ \(|node_modules/.test(told))
        found.push(`leak: ${where}`);
      const scope = scopeOf(operation);
      const mayCall = caller === "all" || caller === "other" || caller === scope;
      if (!operation.isOpen && !mayCall && ![401, 403, 404, 429].includes(answer.status)) found.push(`open: ${where}`);
      if (caller === "other" && path.startsWith("/v1") && /"account":"shop"/.test(answer.text))
        found.push(`beyond: ${where}`);
      if (operation.path.startsWith("/v1") && !(String(answer.status) in operation.responses)) {
        if (answer.status !== 404) found.push(`undocumented: ${where}`);
      }
    }
    expect(found).toEqual([]);
  }, 60_000);

  it("answers with what the document says", async () => {
    const validator = createAjvValidator();
    const issues = (name: string, value: unknown) => validator.issues(document.components.schemas[name], value);
    const made = await http.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference: "order-9" });
    expect(issues("GeneratePaymentLinkOutput", made.json.output)).toEqual([]);
    expect(issues("PaymentPage", (await http.call("/v1/payments", { key: http.keys.read })).json)).toEqual([]);
    const story = await http.call(`/v1/payments/${made.json.output.paymentRequestId}`, { key: http.keys.read });
    expect(issues("PaymentStory", story.json)).toEqual([]);
    expect(issues("Refusal", (await http.call("/v1/payments")).json)).toEqual([]);
    const wrong = await http.run("generate-payment-link", { amount: "1", purpose: "Iphone", reference: "order-8" });
    expect(issues("NodeError", wrong.json.error)).toEqual([]);
  });

  it("refers to nothing that is not there", () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name as string);
    }
  });
});
