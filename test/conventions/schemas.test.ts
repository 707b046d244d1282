import { describe, expect, it } from "@jest/globals";
import { registry } from "../../nodes/index.ts";

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Paths of all properties below a schema that lack a title or a description. */
function findUndescribed(schema: Schema, path: string): string[] {
  const nested = [
    ...(schema.anyOf ?? []),
    ...(schema.allOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.items ? [schema.items] : []),
  ];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    ...(property.title && property.description ? [] : [`${path}.${name}`]),
    ...findUndescribed(property, `${path}.${name}`),
  ]);
  return [...own, ...nested.flatMap((entry) => findUndescribed(entry, path))];
}

const schemas = registry.flatMap((unit): { name: string; schema: Schema }[] =>
  unit.kind === "node"
    ? [
        { name: `${unit.id} input`, schema: unit.input },
        { name: `${unit.id} output`, schema: unit.output },
      ]
    : [
        { name: `${unit.id} payload`, schema: unit.payload },
        { name: `${unit.id} filter`, schema: unit.filter },
      ],
);

describe("schemas", () => {
  it("are those of all units", () => {
    expect(schemas.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["generate-payment-link input", "create-refund output", "payment-status payload"]),
    );
  });

  it.each(schemas)("give every property of $name a title and a description", ({ name, schema }) => {
    expect(Object.keys(schema.properties ?? {})).not.toHaveLength(0);
    expect(findUndescribed(schema, name)).toEqual([]);
  });

  it("would name a property without a description", () => {
    const schema: Schema = {
      properties: { list: { title: "List", description: "All.", items: { properties: { id: { title: "Id" } } } } },
    };
    expect(findUndescribed(schema, "x")).toEqual(["x.list.id"]);
  });
});
