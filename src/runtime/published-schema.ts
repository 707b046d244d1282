import type { TSchema } from "@sinclair/typebox";
import { formKeyword } from "./ajv-validator.ts";

/** A JSON Schema as it leaves the package: plain JSON. */
export type PublishedSchema = { [keyword: string]: unknown };

/** Keywords whose value maps names that an author chose to schemas; a name there is never a keyword. */
const schemaMaps: readonly string[] = ["properties", "patternProperties", "definitions"];

/** Keywords whose value is data, not a schema. */
const dataKeywords: readonly string[] = ["const", "default", "enum", "examples", "required", "type"];

/** Keywords that describe and never refuse. */
const annotations: readonly string[] = [formKeyword, "title", "description", "examples", "default"];

/**
 * A plain copy of a schema: standard keywords only, neither TypeBox's symbols nor our `form` keyword at any depth.
 * A field with a default may be left out by whoever fills the form, so it is not listed as required.
 */
export function publishedSchema(schema: TSchema): PublishedSchema {
  const copy = copySchema(JSON.parse(JSON.stringify(schema)), [formKeyword]);
  if (!Array.isArray(copy.required)) return copy;
  const hasDefault = (field: string) => schema.properties?.[field]?.default !== undefined;
  return { ...copy, required: copy.required.filter((field: string) => !hasDefault(field)) };
}

/** A plain copy of a schema with nothing in it but what can refuse a value. */
export function assertionsOf(schema: TSchema): PublishedSchema {
  return copySchema(JSON.parse(JSON.stringify(schema)), annotations);
}

function copySchema(schema: PublishedSchema, left: readonly string[]): PublishedSchema {
  const kept = Object.entries(schema).filter(([keyword]) => !left.includes(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, copyKeyword(keyword, value, left)]));
}

function copyKeyword(keyword: string, value: unknown, left: readonly string[]): unknown {
  if (typeof value !== "object" || value === null || dataKeywords.includes(keyword)) return value;
  if (Array.isArray(value)) return value.map((schema) => copySchema(schema as PublishedSchema, left));
  if (!schemaMaps.includes(keyword)) return copySchema(value as PublishedSchema, left);
  return Object.fromEntries(
    Object.entries(value).map(([name, schema]) => [name, copySchema(schema as PublishedSchema, left)]),
  );
}
