import type { TObject, TSchema } from "@sinclair/typebox";
import { formHints } from "./field-error.ts";

/** Hints for a form in the vocabulary of React JSON Schema Form. */
export type UiSchema = { [key: string]: unknown };

/**
 * The hints of a form, made from the `form` keyword of its properties. Advanced fields come last and carry
 * `"ui:options": {"advanced": true}`; a renderer that does not know the option shows them like any other.
 */
export function uiSchemaOf(form: TObject): UiSchema {
  const fields = Object.entries(form.properties);
  const isAdvanced = (schema: TSchema) => formHints(schema).advanced === true;
  const order = [
    ...fields.filter(([, schema]) => !isAdvanced(schema)),
    ...fields.filter(([, schema]) => isAdvanced(schema)),
  ].map(([field]) => field);
  const uiSchema: UiSchema = { "ui:order": order };
  for (const [field, schema] of fields) {
    const ui = fieldUiSchema(schema);
    if (Object.keys(ui).length > 0) uiSchema[field] = ui;
  }
  return uiSchema;
}

function fieldUiSchema(schema: TSchema): UiSchema {
  const { placeholder, enumTitles, widget, rule, advanced, kind, pick } = formHints(schema);
  const ui: UiSchema = {};
  if (placeholder !== undefined) ui["ui:placeholder"] = placeholder;
  if (enumTitles !== undefined) ui["ui:enumNames"] = namesOf(schema, enumTitles);
  if (widget !== undefined) ui["ui:widget"] = widget;
  // A stock renderer answers a bad value with the bare pattern; the rule in words stands beside it.
  if (rule !== undefined) ui["ui:help"] = `Must be ${rule}.`;
  const options = {
    ...(kind === "phone" ? { inputType: "tel" } : {}),
    ...(advanced ? { advanced } : {}),
    ...(pick ? { pick } : {}),
  };
  if (Object.keys(options).length > 0) ui["ui:options"] = options;
  if (schema.type === "array") Object.assign(ui, listUiSchema(schema.items as TSchema));
  return ui;
}

function listUiSchema(items: TSchema): UiSchema {
  if (Array.isArray(items.enum)) return { "ui:widget": "checkboxes" };
  const ui = fieldUiSchema(items);
  return Object.keys(ui).length > 0 ? { items: ui } : {};
}

function namesOf(schema: TSchema, titles: Readonly<Record<string, string>>): readonly string[] {
  return (schema.enum as readonly string[]).map((value) => titles[value] ?? value);
}
