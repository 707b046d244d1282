import { describe, expect, it } from "@jest/globals";
import { Kind, type TObject, Type } from "@sinclair/typebox";
import { Ajv } from "ajv";
import * as nodeModules from "../../nodes/index.ts";
import { Account } from "../../schemas/account.ts";
import { Manifest } from "../../schemas/manifest.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { defineEvent } from "../../src/runtime/event-definition.ts";
import { icon, paletteIcon } from "../../src/runtime/icon.ts";
import { buildManifest, exportName } from "../../src/runtime/manifest.ts";
import { defineNode, errorPort, successPort } from "../../src/runtime/node-definition.ts";
import { publishedSchema } from "../../src/runtime/published-schema.ts";
import { uiSchemaOf } from "../../src/runtime/ui-schema.ts";

const { nodes, events } = nodeModules;
const manifest = buildManifest({ nodes, events, version: "1.2.3" });
const unit = (id: string) => {
  const found = manifest.nodes.find((node) => node.id === id);
  if (!found) throw new Error(`no node ${id}`);
  return found;
};

/** Every form that the manifest hands to a renderer, with the schema it was made from. */
const forms = [
  ...nodes.map((node, index) => ({ name: node.id, source: node.input, form: manifest.nodes[index]!.input })),
  ...events.map((event, index) => ({ name: event.id, source: event.filter, form: manifest.events[index]!.filter })),
  { name: "account", source: Account as TObject, form: manifest.account },
];

describe("the manifest", () => {
  it("is what its own schema asks for", () => {
    expect(createAjvValidator().issues(Manifest, manifest)).toEqual([]);
  });

  it("has the nodes and the event of the page, in the order of the palette", () => {
    expect(manifest.nodes.map((node) => [node.id, node.title])).toEqual([
      ["generate-payment-link", "Generate payment link"],
      ["create-refund", "Create refund"],
      ["collect-payment", "Collect payment"],
      ["get-payment-status", "Get payment status"],
      ["get-refund-status", "Get refund status"],
      ["list-payments", "List payments"],
      ["disable-payment-link", "Disable payment link"],
      ["enable-payment-link", "Enable payment link"],
    ]);
    expect(manifest.events.map((event) => [event.id, event.title])).toEqual([["payment-status", "Payment status"]]);
  });

  it("is the same text however often it is made", () => {
    expect(JSON.stringify(buildManifest({ nodes, events, version: "1.2.3" }))).toBe(JSON.stringify(manifest));
  });

  it("carries the version it was given", () => {
    expect(manifest.version).toBe("1.2.3");
  });

  it("is plain JSON, without symbols and without undefined", () => {
    expect(JSON.parse(JSON.stringify(manifest))).toStrictEqual(manifest);
    expect(Object.getOwnPropertySymbols(manifest.nodes[0]!.input.schema)).toEqual([]);
    expect(Object.getOwnPropertySymbols(nodes[0]!.input)).toContain(Kind);
  });

  it("names module and export of each declaration, and the declaration is there", async () => {
    for (const { id, module, export: name } of [...manifest.nodes, ...manifest.events]) {
      expect(module).toBe(`instamojo-flow-nodes/nodes/${id}`);
      const file = (await import(`../../nodes/${id}.ts`)) as Record<string, unknown>;
      expect(file[name]).toMatchObject({ id });
    }
    expect(exportName("generate-payment-link")).toBe("generatePaymentLink");
  });

  it("publishes only what the JSON Schema standard knows", () => {
    const strict = new Ajv({ strict: true, strictRequired: false });
    for (const { form } of forms) expect(() => strict.compile(form.schema)).not.toThrow();
    for (const node of manifest.nodes) expect(() => strict.compile(node.output.schema)).not.toThrow();
    for (const event of manifest.events) expect(() => strict.compile(event.payload.schema)).not.toThrow();
    expect(() => strict.compile(manifest.error.schema)).not.toThrow();
  });

  it("gives every field of a form a title, a description and an example that the field accepts", () => {
    const ajv = new Ajv({ strict: true });
    for (const { form } of forms) {
      const properties = form.schema.properties as Record<string, { [keyword: string]: unknown }>;
      for (const [field, schema] of Object.entries(properties)) {
        expect({ field, title: schema.title }).toEqual({ field, title: expect.stringMatching(/\S/) });
        expect({ field, description: schema.description }).toEqual({
          field,
          description: expect.stringMatching(/\S/),
        });
        const examples = schema.examples as readonly unknown[];
        expect({ field, count: examples.length }).not.toEqual({ field, count: 0 });
        for (const example of examples) {
          expect({ field, example, ok: ajv.validate(schema, example) }).toEqual({ field, example, ok: true });
        }
      }
    }
  });

  it("says in tool words what a run does", () => {
    expect(unit("generate-payment-link").hints).toEqual({ readOnly: false, destructive: false, idempotent: true });
    expect(unit("create-refund").hints).toEqual({ readOnly: false, destructive: true, idempotent: true });
    expect(unit("get-payment-status").hints).toEqual({ readOnly: true, destructive: false, idempotent: true });
  });

  it("has a port for the refund that nobody can answer for", () => {
    expect(unit("create-refund").ports.map((port) => [port.id, port.carries])).toEqual([
      ["success", "output"],
      ["error", "error"],
      ["unknown", "error"],
    ]);
  });

  it("brings a sample of every status, each fit for the payload's schema", () => {
    const [event] = manifest.events;
    const statuses = ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"];
    expect(Object.keys(event!.samples)).toEqual(statuses);
    const check = new Ajv({ strict: false }).compile(event!.payload.schema);
    for (const status of statuses) {
      expect(event!.samples[status]).toMatchObject({ status, type: "payment-status", source: "sample" });
      expect([status, check(event!.samples[status]), check.errors]).toEqual([status, true, null]);
    }
  });

  it("states the account rules that a schema cannot", () => {
    expect(manifest.account.rules).toEqual({
      unique: "name",
      maxAccounts: 5,
      editableTiers: ["development", "sandbox", "staging"],
      baseUrls: { "https://test.instamojo.com": "test", "https://api.instamojo.com": "live" },
    });
  });

  it("names the two public routes and no other", () => {
    expect(manifest.routes.map((route) => `${route.method} ${route.path}`)).toEqual([
      "POST /integrations/instamojo/{account}",
      "GET /integrations/instamojo/{account}/return",
    ]);
  });

  it("brings its icon along as an SVG, drawn like the one of the palette", () => {
    const [head, data] = manifest.icon.split(",");
    expect(head).toBe("data:image/svg+xml;base64");
    expect(Buffer.from(data!, "base64").toString()).toBe(icon);
    const paths = (svg: string) => svg.match(/ d="[^"]+"/g);
    expect(paths(icon)).toHaveLength(3);
    expect(paths(paletteIcon)).toEqual(paths(icon));
  });

  it("takes in a unit that was declared elsewhere, tagged as the registry tags it", () => {
    const input = Type.Object({ note: Type.String({ title: "Note", description: "A note." }) });
    const node = defineNode({
      id: "close-link",
      version: 2,
      title: "Close link",
      description: "Closes it.",
      effect: "change",
      idempotency: "none",
      input,
      output: input,
      ports: [successPort, errorPort],
      errors: ["internal_error"],
      examples: [],
      execute: async (given) => given,
    });
    const event = defineEvent({ ...events[0]!, id: "link-closed", samples: {} });
    const other = buildManifest({ nodes: [node], events: [event], version: "0.0.1" });
    expect(other.nodes[0]).toMatchObject({ id: "close-link", version: 2, export: "closeLink" });
    expect(other.nodes[0]!.hints).toEqual({ readOnly: false, destructive: true, idempotent: false });
    expect(other.events[0]).toMatchObject({ id: "link-closed", export: "linkClosed" });
  });
});

describe("a published schema", () => {
  it("loses the form keyword at every depth, but keeps a field that is called form", () => {
    const schema = Type.Object(
      {
        form: Type.String({ title: "Form", form: { placeholder: "x" } }),
        list: Type.Array(Type.String({ form: { widget: "password" } })),
      },
      { examples: [{ form: "kept" }], anyOf: [{ properties: { form: { const: "a", form: {} } } }] },
    );
    expect(publishedSchema(schema)).toEqual({
      type: "object",
      required: ["form", "list"],
      properties: { form: { type: "string", title: "Form" }, list: { type: "array", items: { type: "string" } } },
      examples: [{ form: "kept" }],
      anyOf: [{ properties: { form: { const: "a" } } }],
    });
  });

  it("leaves its source as it was", () => {
    const before = JSON.stringify(Account);
    publishedSchema(Account);
    expect(JSON.stringify(Account)).toBe(before);
  });
});

describe("a uiSchema", () => {
  const linkUi = uiSchemaOf(nodes[0]!.input);

  it("orders the fields as declared, the advanced ones last and marked", () => {
    expect(linkUi["ui:order"]).toEqual([
      "amount",
      "customerName",
      "customerEmail",
      "customerMobileNumber",
      "purpose",
      "sendEmail",
      "sendSms",
      "statusCallbackUrl",
      "reference",
      "redirectUrl",
      "expiresAfter",
      "allowRepeatedPayments",
      "language",
    ]);
    const marked = Object.entries(linkUi).filter(
      ([, ui]) => (ui as { "ui:options"?: { advanced?: boolean } })["ui:options"]?.advanced,
    );
    expect(marked.map(([field]) => field)).toEqual([
      "statusCallbackUrl",
      "reference",
      "redirectUrl",
      "expiresAfter",
      "allowRepeatedPayments",
      "language",
    ]);
  });

  it("moves an advanced field behind the others wherever it was declared", () => {
    const form = Type.Object({ b: Type.String({ form: { advanced: true } }), a: Type.String() });
    expect(uiSchemaOf(form)["ui:order"]).toEqual(["a", "b"]);
  });

  it("shows the rule in words beside a field that has one", () => {
    expect(linkUi.amount).toEqual({
      "ui:placeholder": "200",
      "ui:help": "Must be an amount in rupees from 9.00 to 200000.00, with at most two decimals.",
    });
  });

  it("shows each refund reason with its meaning, in the order of the codes", () => {
    expect(unit("create-refund").input.uiSchema.issueType).toMatchObject({
      "ui:enumNames": [
        "RFD: Duplicate/delayed payment.",
        "TNR: Product/service no longer available.",
        "QFL: Customer not satisfied.",
        "QNR: Product lost/damaged.",
        "EWN: Digital download issue.",
        "TAN: Event was canceled/changed.",
        "PTH: Problem not described above.",
      ],
    });
  });

  it("names a value that has no meaning given by itself", () => {
    const form = Type.Object({
      code: Type.Unsafe<string>({ type: "string", enum: ["A", "B"], form: { enumTitles: { A: "First" } } }),
    });
    expect(uiSchemaOf(form).code).toEqual({ "ui:enumNames": ["First", "B"] });
  });

  it("hides secrets while they are typed, in lists too", () => {
    expect(manifest.account.uiSchema).toMatchObject({
      clientSecret: { "ui:widget": "password" },
      privateSalts: { items: { "ui:widget": "password" } },
    });
  });

  it("offers a list of choices as check boxes and a list of free text without hints", () => {
    expect(manifest.events[0]!.filter.uiSchema).toEqual({
      "ui:order": ["accounts", "statuses", "refundUpdates"],
      statuses: { "ui:widget": "checkboxes" },
    });
  });

  it("names only fields that the form has", () => {
    for (const { source, form } of forms) {
      const fields = Object.keys(source.properties);
      expect([...(form.uiSchema["ui:order"] as string[])].sort()).toEqual([...fields].sort());
      const named = Object.keys(form.uiSchema).filter((key) => !key.startsWith("ui:"));
      expect(named.filter((key) => !fields.includes(key))).toEqual([]);
    }
  });
});
