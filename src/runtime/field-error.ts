import type { TObject, TSchema } from "@sinclair/typebox";
import type { FormHints } from "../../schemas/form.ts";
import type { FieldError } from "./errors.ts";

/** The form hints of a property; empty where it has none. */
export function formHints(schema: TSchema | undefined): FormHints {
  return (schema?.form as FormHints | undefined) ?? {};
}

/** The label of a field as the author sees it; its key where the schema gives none. */
export function fieldTitle(form: TObject, field: string): string {
  return form.properties[field]?.title ?? field;
}

/** A refusal in the one form that all refusals have: "<Title> must be <rule>." and what to do. */
export function fieldError(form: TObject, field: string, rule: string, remedy?: string): FieldError {
  const hints = formHints(form.properties[field]);
  return {
    field,
    rule,
    message: `${fieldTitle(form, field)} must be ${rule}.`,
    remedy: remedy ?? hints.remedy ?? "Correct the value.",
  };
}
