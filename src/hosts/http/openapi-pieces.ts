import { exportName } from "../../runtime/manifest.ts";

export type Json = { readonly [key: string]: unknown };

export const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
export const jsonContent = (schema: Json): Json => ({ "application/json": { schema } });
export const refusals = (...statuses: readonly number[]): Json =>
  Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: "Refused; nothing was done.", content: jsonContent(reference("Refusal")) },
    ]),
  );
export const answer = (description: string, schema: Json): Json => ({
  "200": { description, content: jsonContent(schema) },
});
export const inPath = (name: string, description: string, example: string): Json => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string", maxLength: 200 },
  example,
});
export const inQuery = (name: string, description: string, schema: Json = { type: "string" }): Json => ({
  name,
  in: "query",
  description,
  schema,
});
export const open: Json = { security: [] };

export function pascal(id: string): string {
  const name = exportName(id);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The fields of a form as a typed client sends them: what an engine may give as text is written in its own type. */
export function typedExample(form: Json, input: unknown): Json {
  const fields = (form.properties ?? {}) as Readonly<Record<string, Json | undefined>>;
  const typed = ([name, value]: [string, unknown]) => [
    name,
    fields[name]?.type === "boolean" && typeof value === "string" ? value.toLowerCase() === "true" : value,
  ];
  return Object.fromEntries(Object.entries(input as Json).map(typed));
}
