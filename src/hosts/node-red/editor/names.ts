import type { TObject, TSchema } from "@sinclair/typebox";
import { formHints } from "../../../runtime/field-error.ts";

/** Names that the templates and the script of the editor must agree on. */

/** Type of the Node-RED node of a unit. */
export function nodeType(unitId: string): string {
  return `instamojo-${unitId}`;
}

/** Label of the node that ends an event of a node with *Confirm handling*. */
export const eventHandledTitle = "Event handled";

/** Fields that this host fills in: shown, not typed. */
export const hostFilledFields: readonly string[] = ["statusCallbackUrl"];

/** The fields of a form in the order of the schema, split by the collapsed heading. */
export function splitFields(form: TObject): { plain: [string, TSchema][]; advanced: [string, TSchema][] } {
  const fields = Object.entries(form.properties) as [string, TSchema][];
  return {
    plain: fields.filter(([, schema]) => !formHints(schema).advanced),
    advanced: fields.filter(([, schema]) => formHints(schema).advanced),
  };
}

/** Whether the author must fill the field in. */
export function isRequired(form: TObject, field: string): boolean {
  return (form.required ?? []).includes(field) && form.properties[field]?.default === undefined;
}

/** The input elements of an account field: one, or one per item of a list. */
export function credentialNames(field: string, schema: TSchema): readonly string[] {
  if (schema["type"] !== "array") return [field];
  return Array.from({ length: Number(schema["maxItems"] ?? 1) }, (_, index) => `${field}${index + 1}`);
}

/** What keeps its value out of the flow file. */
export const accountProperties: readonly string[] = ["name", "baseUrl"];
