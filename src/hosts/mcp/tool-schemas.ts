import type { Manifest, ManifestNode } from "../../../schemas/manifest.ts";
import { dataNotice } from "./typed-text.ts";

type Schema = Record<string, unknown>;
type ObjectSchema = Schema & { readonly type: "object"; readonly properties: Record<string, Schema> };

/**
 * Parts of outputs that agents do not get: Instamojo's raw reply, which repeats in its own words what the other fields
 * say, and pictures. Both are long, and the reply is full of text that people typed.
 */
const leftOut: readonly (readonly string[])[] = [["response"], ["message", "qr"]];

const text = (title: string, description: string): Schema => ({ type: "string", title, description });

/**
 * The form of a node as the input of a tool. Rules over several fields at the top are left to the node, which checks them
 * anyway: the tool interfaces of several models refuse `allOf` there.
 */
export function toolInput(unit: ManifestNode, accounts: readonly string[]): ObjectSchema {
  const form = unit.input.schema as { properties: Record<string, Schema>; required?: readonly string[] };
  const account = {
    ...text("Account", "Name of the Instamojo account. May be left out where there is only one."),
    ...(accounts.length > 0 ? { enum: [...accounts] } : {}),
  };
  const previewToken = text(
    "Preview token",
    "The token of the preview that the person agreed to. Leave it out to get a preview; nothing is sent then.",
  );
  const required = [
    ...(accounts.length > 1 ? ["account"] : []),
    ...(form.required ?? []),
    ...(needsReference(unit) ? ["reference"] : []),
  ];
  return {
    type: "object",
    properties: { account, ...form.properties, ...(movesMoney(unit) ? { previewToken } : {}) },
    required: [...new Set(required)],
    additionalProperties: false,
  };
}

/** A repeated call must not make a second link, so the agent names its order. */
export function needsReference(unit: Pick<ManifestNode, "idempotency">): boolean {
  return unit.idempotency === "operation-key";
}

export function movesMoney(unit: Pick<ManifestNode, "effect">): boolean {
  return unit.effect === "move-money";
}

/** What a tool answers: the port with what it carries, and where text of people stands in it. */
export function toolOutput(unit: ManifestNode, manifest: Manifest): ObjectSchema {
  const { $schema: _, ...error } = (manifest.error as { schema: Schema }).schema;
  const ports = unit.ports.map(({ id }) => id);
  return {
    type: "object",
    properties: {
      port: { type: "string", enum: movesMoney(unit) ? ["preview", ...ports] : ports },
      output: outputWithoutExtras(unit.output.schema),
      error: without(error, ["response"]),
      ...(movesMoney(unit) ? { preview: { type: "object" } } : {}),
      notice: text("Notice", dataNotice),
      textFromPeople: {
        type: "array",
        items: { type: "string" },
        description: "JSON pointers to every text that somebody may have typed.",
      },
    },
    required: ["port", "notice", "textFromPeople"],
  };
}

function outputWithoutExtras(schema: Schema): Schema {
  return leftOut.reduce((rest, path) => without(rest, path), schema);
}

function without(schema: Schema, [name, ...deeper]: readonly string[]): Schema {
  const properties = schema.properties as Record<string, Schema> | undefined;
  const inner = name === undefined ? undefined : properties?.[name];
  if (!properties || !inner || name === undefined) return schema;
  if (deeper.length > 0) return { ...schema, properties: { ...properties, [name]: without(inner, deeper) } };
  const { [name]: _, ...rest } = properties;
  const required = (schema.required as readonly string[] | undefined)?.filter((field) => field !== name);
  return { ...schema, properties: rest, ...(required ? { required } : {}) };
}

/** An output or error without what agents do not get. */
export function valueForAgents<T>(value: T): T {
  return leftOut.reduce<T>((rest, path) => withoutValue(rest, path), value);
}

function withoutValue<T>(value: T, [name, ...deeper]: readonly string[]): T {
  if (typeof value !== "object" || value === null || name === undefined || !Object.hasOwn(value, name)) return value;
  const { [name]: held, ...rest } = value as Record<string, unknown>;
  return (deeper.length > 0 ? { ...rest, [name]: withoutValue(held, deeper) } : rest) as T;
}
