import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { Kind, type TObject, type TSchema, Type } from "@sinclair/typebox";
import { build } from "esbuild";
import fc from "fast-check";
import { events, nodes } from "../../nodes/index.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { assertionsOf } from "../../src/runtime/published-schema.ts";
import { createStandaloneValidator, type StandaloneFunction } from "../../src/runtime/standalone-validator.ts";
import { checkInput, type SchemaIssue, type Validator } from "../../src/runtime/validation.ts";

const root = new URL("../../", import.meta.url);
const generated = new URL("dist/standalone/", root);
type Exports = Record<string, unknown>;

/** The modules of schemas/ by path, as written and as generated. */
const paths = readdirSync(new URL("schemas/", root), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => `schemas/${file.replaceAll("\\", "/").replace(/\.ts$/, "")}`)
  .sort();

interface Pair {
  readonly name: string;
  readonly source: TObject;
  readonly plain: TSchema;
}

const sources = new Map<string, Exports>();
const plains = new Map<string, Exports>();
const pairs: Pair[] = [];
const ajv = createAjvValidator();
let standalone: Validator;

beforeAll(async () => {
  for (const path of paths) {
    sources.set(path, (await import(new URL(`${path}.ts`, root).href)) as Exports);
    plains.set(path, (await import(new URL(`${path}.js`, generated).href)) as Exports);
    for (const [name, source] of Object.entries(sources.get(path) ?? {})) {
      const isForm = (source as Partial<TSchema> | null)?.[Kind] === "Object";
      if (isForm) pairs.push({ name, source: source as TObject, plain: plains.get(path)?.[name] as TSchema });
    }
  }
  const { validators } = (await import(new URL("validators.js", generated).href)) as {
    validators: ReadonlyMap<unknown, StandaloneFunction>;
  };
  standalone = createStandaloneValidator(validators);
});

const essence = (issues: readonly SchemaIssue[]) =>
  issues.map(({ instancePath, schemaPath, keyword, params }) => ({ instancePath, schemaPath, keyword, params }));

/** The issues of both validators, expected to be the same. */
function issuesOf({ name, source, plain }: Pair, value: unknown): readonly SchemaIssue[] {
  const expected = essence(ajv.issues(source, value));
  expect({ name, value, issues: essence(standalone.issues(plain, value)) }).toEqual({ name, value, issues: expected });
  return expected;
}

const pairOf = (source: TSchema): Pair => {
  const pair = pairs.find((candidate) => candidate.source === source);
  if (!pair) throw new Error(`no generated counterpart of ${source.title}`);
  return pair;
};

describe("the plain-JSON schemas", () => {
  it("are there for every module of schemas/ and export the same values under the same names", () => {
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const values = Object.entries(sources.get(path) ?? {}).filter(([, value]) => typeof value !== "function");
      const expected = Object.fromEntries(values.map(([name, value]) => [name, JSON.parse(JSON.stringify(value))]));
      expect({ path, exports: { ...plains.get(path) } }).toEqual({ path, exports: expected });
    }
  });

  it("keep what coercion and refusals read: a form checked through them gives the same value and words", () => {
    const form = nodes[0]!.input;
    const plain = pairOf(form).plain as TObject;
    for (const input of [
      { amount: 200, purpose: " Iphone ", sendEmail: "True", customerEmail: "John@test.com" },
      { amount: "5", purpose: "a|b", sendSms: true, extra: 1 },
    ]) {
      expect(checkInput(plain, input, standalone)).toEqual(checkInput(form, input, ajv));
    }
  });
});

describe("the generated validators", () => {
  it("accept what ajv accepts: inputs, outputs and events of the declarations", () => {
    for (const node of nodes) {
      for (const { input, output } of node.examples) {
        const check = checkInput(node.input, input, ajv);
        expect(issuesOf(pairOf(node.input), check.ok ? check.value : check)).toEqual([]);
        expect(issuesOf(pairOf(node.output), output)).toEqual([]);
      }
    }
    for (const event of events) {
      for (const sample of Object.values(event.samples)) expect(issuesOf(pairOf(event.payload), sample)).toEqual([]);
    }
  });

  const link = { amount: "200", purpose: "Iphone", sendEmail: false, sendSms: false, allowRepeatedPayments: false };
  it.each([
    ["an amount below the minimum", { ...link, amount: "5" }, ["/amount pattern"]],
    ["a missing purpose", { ...link, purpose: undefined }, [" required"]],
    ["a mail to nobody", { ...link, sendEmail: true }, [" if", " required"]],
    ["a mobile number with letters", { ...link, customerMobileNumber: "12ab" }, ["/customerMobileNumber pattern"]],
    ["a purpose of 256 characters", { ...link, purpose: "x".repeat(256) }, ["/purpose maxLength"]],
    ["a field that does not exist", { ...link, tip: "1" }, [" additionalProperties"]],
    ["half a minute", { ...link, expiresAfter: 0.5 }, ["/expiresAfter minimum", "/expiresAfter type"]],
  ])("refuse what ajv refuses: %s", (_, value, expected) => {
    const found = issuesOf(pairOf(nodes[0]!.input), value).map(
      ({ instancePath, keyword }) => `${instancePath} ${keyword}`,
    );
    expect(found.sort()).toEqual(expected);
  });

  it.each([
    [255, 0],
    [256, 1],
  ])("count a sign outside the first plane as one: %i of them give %i issues", (length, count) => {
    expect(issuesOf(pairOf(nodes[0]!.input), { ...link, purpose: "🙂".repeat(length) })).toHaveLength(count);
  });

  it("agree with ajv on any value of any schema", () => {
    let good = 0;
    let bad = 0;
    for (const pair of pairs) {
      const samples = [...nodes.flatMap((node) => node.examples.map(({ output }) => output as unknown))];
      const field = fc.oneof(
        fc.anything(),
        fc.string(),
        fc.constantFrom(...examplesOf(pair.source), null, true, "200"),
      );
      const keys = [...Object.keys(pair.source.properties), "unheard"];
      const likely = fc.record(Object.fromEntries(keys.map((key) => [key, field])), { requiredKeys: [] });
      const shaped = fc.record(
        Object.fromEntries(
          Object.entries(pair.source.properties).map(([key, schema]) => [
            key,
            fc.constantFrom(...(((schema as TSchema).examples as unknown[] | undefined) ?? [null])),
          ]),
        ),
      );
      fc.assert(
        fc.property(fc.oneof(likely, shaped, fc.anything(), fc.constantFrom(...samples)), (value) => {
          if (issuesOf(pair, value).length === 0) good += 1;
          else bad += 1;
        }),
        { numRuns: 60 },
      );
    }
    expect(good).toBeGreaterThan(50);
    expect(bad).toBeGreaterThan(50);
  });

  it("say so when they are asked about a schema that they do not know", () => {
    expect(() => createStandaloneValidator(new Map()).issues(nodes[0]!.input, {})).toThrow(
      new RangeError('No validator was generated for the schema "Generate payment link".'),
    );
  });

  it("are made of what can refuse a value and nothing else", () => {
    const form = Type.Object(
      {
        title: Type.Array(Type.String({ title: "Title", pattern: "^a" }), { description: "Titles.", minItems: 1 }),
        form: Type.Boolean({ default: false, form: { advanced: true } }),
      },
      { additionalProperties: false, title: "Form", examples: [{}] },
    );
    expect(assertionsOf(form)).toEqual({
      type: "object",
      additionalProperties: false,
      required: ["title", "form"],
      properties: {
        title: { type: "array", items: { type: "string", pattern: "^a" }, minItems: 1 },
        form: { type: "boolean" },
      },
    });
  });
});

describe("where code generation is forbidden", () => {
  const files = ["validators.js", ...paths.map((path) => `${path}.js`)];
  const texts = () => files.map((file) => ({ file, text: readFileSync(new URL(file, generated), "utf8") }));

  it("the generated files have nothing that a code scanner forbids, and import nothing but each other", () => {
    for (const { file, text } of texts()) {
      expect({ file, found: text.match(/\beval\b|\bFunction\b|\brequire\s*\(|\bprocess\b|globalThis/g) }).toEqual({
        file,
        found: null,
      });
      const imported = [...text.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map(
        (match) => match[1] ?? match[2],
      );
      expect(imported.filter((name) => !name?.startsWith("./schemas/"))).toEqual([]);
    }
  });

  it("a node runs over them, with neither TypeBox nor ajv in the bundle", async () => {
    const bundle = await build({
      stdin: {
        contents: `
          export { generatePaymentLink } from "./nodes/generate-payment-link.ts";
          export { runNode } from "./src/runtime/run-node.ts";
          export { checkAccounts } from "./src/accounts.ts";
          export { createStandaloneValidator } from "./src/runtime/standalone-validator.ts";
          export { validators } from "./dist/standalone/validators.js";
        `,
        resolveDir: fileURLToPath(root),
        loader: "ts",
      },
      bundle: true,
      format: "iife",
      globalName: "bundle",
      platform: "neutral",
      write: false,
      metafile: true,
      logLevel: "silent",
      plugins: [
        {
          name: "generated-schemas",
          setup({ onResolve }) {
            // Loaded only where no validator is handed over.
            onResolve({ filter: /\/ajv-validator\.ts$/ }, ({ path }) => ({ path, external: true }));
            onResolve({ filter: /\/schemas\/.*\.ts$/ }, ({ path, resolveDir }) => {
              const source = new URL(path, pathToFileURL(`${resolveDir}/`)).href;
              const inside = source.slice(root.href.length).replace(/\.ts$/, ".js");
              return { path: fileURLToPath(new URL(inside, generated)) };
            });
          },
        },
      ],
    });
    const inputs = Object.keys(bundle.metafile.inputs);
    expect(inputs).toContain("dist/standalone/schemas/generate-payment-link.js");
    expect(inputs.filter((file) => /node_modules|^schemas\//.test(file))).toEqual([]);

    const context = vm.createContext({ structuredClone }, { codeGeneration: { strings: false, wasm: false } });
    expect(() => vm.runInContext("new Function('return 1')", context)).toThrow(
      /Code generation from strings disallowed/,
    );
    vm.runInContext(bundle.outputFiles[0]!.text, context);
    const run = (input: unknown) =>
      vm.runInContext(
        `bundle.runNode(bundle.generatePaymentLink, ${JSON.stringify(input)}, {
          validator: bundle.createStandaloneValidator(bundle.validators),
          context: () => ({ links: { create: async (input) => ({ ...${JSON.stringify(nodes[0]!.examples[0]!.output)}, purpose: input.purpose }) } }),
        }).then(JSON.stringify)`,
        context,
      ) as Promise<string>;
    expect(JSON.parse(await run({ amount: 200, purpose: "Iphone" }))).toMatchObject({
      port: "success",
      output: { purpose: "Iphone", paymentRequestId: "05f317448ad84649aa1a9c7328edb015" },
    });
    expect(JSON.parse(await run({ amount: "5", purpose: "Iphone" }))).toMatchObject({
      port: "error",
      error: { code: "invalid_input", fieldErrors: [{ field: "amount", rule: "at least 9.00" }] },
    });
    const accountErrors = vm.runInContext(
      `JSON.stringify(bundle.checkAccounts([{ name: "My Shop", baseUrl: "https://test.instamojo.com", clientId: "test_a", clientSecret: "b" }],
        bundle.createStandaloneValidator(bundle.validators)))`,
      context,
    ) as string;
    expect(JSON.parse(accountErrors)).toMatchObject([{ field: "accounts.0.name" }]);
  });
});

function examplesOf(schema: TObject): readonly unknown[] {
  return Object.values(schema.properties).flatMap((property) => ((property as TSchema).examples as unknown[]) ?? []);
}
