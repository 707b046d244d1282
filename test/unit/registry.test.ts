import { describe, expect, it, jest } from "@jest/globals";
import type { TObject, TSchema } from "@sinclair/typebox";
import { events, nodes, registry } from "../../nodes/index.ts";
import { Account } from "../../schemas/account.ts";
import { Config } from "../../schemas/config.ts";
import { NodeErrorSchema } from "../../schemas/node-error.ts";
import { paymentStatuses } from "../../schemas/payment-fields.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { errorTable } from "../../src/runtime/errors.ts";
import { formHints } from "../../src/runtime/field-error.ts";
import type { NodeContext } from "../../src/runtime/node-context.ts";
import { checkInput } from "../../src/runtime/validation.ts";

const validator = createAjvValidator();
const camelCase = (id: string) => id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Every property of a schema with its path, through objects, lists and unions. */
function properties(schema: TSchema, path: string): [string, TSchema][] {
  const own = Object.entries((schema.properties ?? {}) as Record<string, TSchema>).flatMap(
    ([name, property]): [string, TSchema][] => [
      [`${path}.${name}`, property],
      ...properties(property, `${path}.${name}`),
    ],
  );
  const items = schema.items ? properties(schema.items as TSchema, `${path}[]`) : [];
  const branches = ((schema.anyOf ?? []) as TSchema[]).flatMap((branch) => properties(branch, path));
  return [...own, ...items, ...branches];
}

const forms: [string, TObject][] = [
  ...nodes.map((node): [string, TObject] => [`${node.id} input`, node.input]),
  ...events.map((event): [string, TObject] => [`${event.id} filter`, event.filter]),
  ["account", Account],
];
const results: [string, TObject][] = [
  ...nodes.map((node): [string, TObject] => [`${node.id} output`, node.output]),
  ...events.map((event): [string, TObject] => [`${event.id} payload`, event.payload]),
  ["error", NodeErrorSchema],
  ["config", Config],
];

describe("the registry", () => {
  it("holds each unit once, nodes before events", () => {
    const ids = registry.map((unit) => unit.id);
    expect(ids).toEqual([
      "generate-payment-link",
      "create-refund",
      "collect-payment",
      "get-payment-status",
      "get-refund-status",
      "list-payments",
      "disable-payment-link",
      "enable-payment-link",
      "payment-status",
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(registry.map((unit) => unit.kind)).toEqual([...Array(8).fill("node"), "event"]);
  });

  it.each(results.slice(0, -2))(
    "says in every %s which account and which world it is",
    (_, { properties: own, required }) => {
      expect(own["environment"]?.enum).toEqual(["test", "live", "local"]);
      expect(required).toEqual(expect.arrayContaining(["account", "environment"]));
    },
  );

  it.each(registry.map((unit) => [unit.id, unit] as const))(
    "%s is exported by the file of its name",
    async (id, unit) => {
      const module = await import(`../../nodes/${id}.ts`);
      expect(Object.keys(module)).toEqual([camelCase(id)]);
      expect(module[camelCase(id)]).toBe(unit);
    },
  );

  it.each(registry.map((unit) => [unit.id, unit] as const))(
    "%s has a version, a title and a description",
    (_, unit) => {
      expect(unit.version).toBe(1);
      expect(unit.title).toMatch(/^[A-Z]/);
      expect(unit.description).toMatch(/\.$/);
    },
  );
});

describe.each([...forms, ...results])("the schema of %s", (name, schema) => {
  it("is accepted by a strict validator", () => {
    expect(() => validator.issues(schema, {})).not.toThrow();
  });

  it("gives every property a title and a description", () => {
    const bare = properties(schema, name).filter(([, property]) => !property.title || !property.description);
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it("gives examples that fit", () => {
    const unfit = properties(schema, name).flatMap(([path, property]) =>
      ((property.examples ?? []) as unknown[])
        .filter((example) => validator.issues(property, example).length > 0)
        .map((example) => `${path}: ${JSON.stringify(example)}`),
    );
    expect(unfit).toEqual([]);
  });
});

describe.each(forms)("the form of %s", (_, form) => {
  it("refuses fields that it does not name", () => {
    expect(form.additionalProperties).toBe(false);
  });

  it("gives an example or a default for every field", () => {
    const bare = Object.entries(form.properties).filter(
      ([, property]) => property.examples === undefined && property.default === undefined,
    );
    expect(bare.map(([field]) => field)).toEqual([]);
  });

  it("explains every value of a choice that is a code", () => {
    for (const property of Object.values(form.properties)) {
      const titles = formHints(property).enumTitles;
      if (titles) expect(Object.keys(titles)).toEqual(property.enum);
    }
  });
});

describe.each(nodes.map((node) => [node.id, node] as const))("%s", (_, node) => {
  it("has the ports success and error, unknown where money moves, and the ends of a wait where it waits", () => {
    const waiting = "link:output paid:event failed:event expired:event cancelled:event error:error";
    const usual = "success:output error:error";
    const expected = node.effect === "move-money" ? `${usual} unknown:error` : usual;
    const ports = node.ports.map(({ id, carries }) => `${id}:${carries}`).join(" ");
    expect(ports).toBe(node.id === "collect-payment" ? waiting : expected);
  });

  it("lists known error codes, each once, the refusal of a form first", () => {
    expect(node.errors[0]).toBe("invalid_input");
    expect(new Set(node.errors).size).toBe(node.errors.length);
    for (const code of node.errors) expect(Object.hasOwn(errorTable, code)).toBe(true);
  });

  it("lists no error of unknown outcome unless it changes something", () => {
    const unknown = node.errors.filter((code) => errorTable[code].outcome === "unknown" && code !== "internal_error");
    expect(unknown).toEqual(
      { read: [], create: ["outcome_unknown"], change: ["outcome_unknown"], "move-money": ["refund_unknown"] }[
        node.effect as string
      ],
    );
  });

  it("can be repeated at will only if it reads", () => {
    expect(node.idempotency === "none").toBe(node.effect === "read");
  });

  it.each(node.examples.map((example) => [example.title, example] as const))(
    "shows an example that its own schemas accept: %s",
    (_title, example) => {
      expect(checkInput(node.input, example.input, validator)).toMatchObject({ ok: true });
      expect(validator.issues(node.output, example.output)).toEqual([]);
    },
  );

  it("shows at least one example", () => {
    expect(node.examples.length).toBeGreaterThan(0);
  });
});

describe("an executor", () => {
  it.each([
    ["generate-payment-link", "links", "create"],
    ["create-refund", "refunds", "create"],
    ["collect-payment", "waits", "create"],
    ["get-payment-status", "payments", "status"],
    ["get-refund-status", "refunds", "status"],
    ["list-payments", "payments", "list"],
    ["disable-payment-link", "links", "disable"],
    ["enable-payment-link", "links", "enable"],
  ])("of %s asks the service %s to %s, once", async (id, service, method) => {
    const node = nodes.find((candidate) => candidate.id === id)!;
    const output = node.examples[0]!.output;
    const call = jest.fn(async () => output);
    const input = { any: "input" };
    const result = await node.execute(input, { [service]: { [method]: call } } as unknown as NodeContext);
    expect(result).toBe(output);
    expect(call.mock.calls).toEqual([[input]]);
  });
});

describe.each(events.map((event) => [event.id, event] as const))("%s", (_, event) => {
  it("has a sample per status that its payload schema accepts", () => {
    expect(Object.keys(event.samples)).toEqual([...paymentStatuses]);
    for (const [status, sample] of Object.entries(event.samples)) {
      expect(validator.issues(event.payload, sample)).toEqual([]);
      expect(sample).toMatchObject({ status, type: event.id, source: "sample" });
    }
  });
});
