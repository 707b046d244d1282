import { describe, expect, it } from "@jest/globals";
import type { TObject } from "@sinclair/typebox";
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from "n8n-workflow";
import { nodes } from "../../nodes/index.ts";
import { loadCredential, loadNode } from "../helpers/n8n-stand-in.ts";

const { description, methods } = loadNode();
const actions = nodes.filter(({ id }) => id !== "collect-payment");

/** What the panel shows of an operation, the advanced fields among them, for one connection. */
function shownFields(operation: string, connection: "direct" | "host"): INodeProperties[] {
  const shown = description.properties.filter(({ displayOptions: { show = {} } = {} }) => {
    const isOfConnection = !show.connection || show.connection.includes(connection);
    return show.operation?.includes(operation) === true && isOfConnection;
  });
  return shown.flatMap((property) =>
    property.type === "collection" ? ((property.options ?? []) as INodeProperties[]) : [property],
  );
}

function fieldOf(operation: string, field: string, connection: "direct" | "host" = "host"): INodeProperties {
  const found = shownFields(operation, connection).find(({ name }) => name === field);
  if (!found) throw new Error(`${operation} has no ${field}`);
  return found;
}

const forms = actions.map(({ id, input }) => [id, input] as const);

describe("the panel of the n8n node", () => {
  it("offers every action, under the resource it is about", () => {
    const operations = description.properties.filter(({ name }) => name === "operation");
    const offered = operations.flatMap(({ options = [], displayOptions }) =>
      (options as INodePropertyOptions[]).map(({ value, name }) => [displayOptions?.show?.resource?.[0], value, name]),
    );
    expect(offered).toEqual(
      expect.arrayContaining([
        ["paymentLink", "generate-payment-link", "Generate payment link"],
        ["paymentLink", "disable-payment-link", "Disable payment link"],
        ["paymentLink", "enable-payment-link", "Enable payment link"],
        ["payment", "get-payment-status", "Get payment status"],
        ["payment", "list-payments", "List payments"],
        ["refund", "create-refund", "Create refund"],
        ["refund", "get-refund-status", "Get refund status"],
      ]),
    );
  });

  it.each(forms)("has every field of %s, by the label of its schema", (operation, form: TObject) => {
    const labels = Object.entries(form.properties).map(([field, { title }]) => [field, title]);
    const shown = new Map(shownFields(operation, "host").map(({ name, displayName }) => [name, displayName]));
    for (const [field, title] of labels) expect([field, shown.get(String(field))]).toEqual([field, title]);
  });

  it.each(forms)("shows the help of the schema, its choices and its limits in %s", (operation, form: TObject) => {
    for (const [field, schema] of Object.entries(form.properties)) {
      const property = fieldOf(operation, field);
      const help = String(schema.description).replace(/ ?Fill one of the \w+ fields\./, "");
      expect([field, property.description]).toEqual([field, help]);
      const choices = ((property.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);
      expect(choices.filter((value) => value !== "")).toEqual(schema.enum ?? []);
      if (schema.type === "integer") {
        expect(property.typeOptions).toMatchObject({ minValue: schema.minimum, maxValue: schema.maximum });
      }
    }
  });

  it("gives the reasons of a refund with their meanings", () => {
    const options = fieldOf("create-refund", "issueType").options as INodePropertyOptions[];
    expect(options.map(({ name }) => name)).toEqual([
      "RFD: Duplicate/delayed payment.",
      "TNR: Product/service no longer available.",
      "QFL: Customer not satisfied.",
      "QNR: Product lost/damaged.",
      "EWN: Digital download issue.",
      "TAN: Event was canceled/changed.",
      "PTH: Problem not described above.",
    ]);
  });

  it("asks for exactly one field where a form takes one", () => {
    const chooser = fieldOf("get-payment-status", "lookUpBy").options as INodePropertyOptions[];
    expect(chooser.map(({ value }) => value)).toEqual(["paymentRequestId", "paymentId", "link"]);
    expect(fieldOf("get-payment-status", "paymentId").displayOptions?.show?.lookUpBy).toEqual(["paymentId"]);
  });

  it("offers what can be picked by methods that are there", () => {
    const located = actions.flatMap(({ id }) => shownFields(id, "host")).filter(({ modes }) => modes !== undefined);
    const used = located.map(
      ({ modes = [] }) => modes.find(({ type }) => type === "list")?.typeOptions?.searchListMethod,
    );
    expect(new Set(used)).toEqual(
      new Set(["listPaymentRequests", "listPayments", "listRefundablePayments", "listRefunds"]),
    );
    for (const name of used) expect(methods?.listSearch).toHaveProperty(String(name));
  });

  it("does not offer directly what only a ledger can keep", () => {
    const names = shownFields("generate-payment-link", "direct").map(({ name }) => name);
    expect(names).not.toContain("expiresAfter");
    expect(fieldOf("generate-payment-link", "reference", "direct").description).toMatch(/makes a second link/);
  });

  it("names the operation below the node as the panel does", () => {
    const names = /\((\{.*\})\)\[\$parameter\["operation"\]\]/.exec(String(description.subtitle))?.[1] ?? "{}";
    expect(JSON.parse(names)).toMatchObject({ "create-refund": "Create refund", "list-payments": "List payments" });
  });

  it("has an output of its own for a refund that nobody can say of", () => {
    expect(String(description.outputs)).toMatch(/"create-refund":\[[^\]]*"Success"[^\]]*"Unknown"/);
  });

  it("tells an agent which operations move money", () => {
    const options = description.properties
      .filter(({ name }) => name === "operation")
      .flatMap(({ options: offered = [] }) => offered as (INodePropertyOptions | INodePropertyCollection)[]);
    const actionOf = (value: string) =>
      (options as INodePropertyOptions[]).find((option) => option.value === value)?.action;
    expect(actionOf("create-refund")).toBe("Create refund (moves money back, for good)");
    expect(actionOf("list-payments")).toBe("List payments (reads only)");
    expect(description.usableAsTool).toBe(true);
  });
});

describe("the credentials of the n8n package", () => {
  it.each(["InstamojoApi", "InstamojoHostApi"] as const)(
    "hides every secret of %s and has a test that calls",
    (name) => {
      const { properties, test } = loadCredential(name);
      const secrets = properties.filter(({ name: field }) => /secret|salt|key/i.test(field));
      expect(secrets.length).toBeGreaterThan(0);
      for (const { typeOptions } of secrets) expect(typeOptions?.password).toBe(true);
      expect(test?.request.url).toMatch(/^\/(?:oauth2|v1)\//);
    },
  );
});
