import type { TObject, TSchema } from "@sinclair/typebox";
import { coerceInput } from "./coerce.ts";
import type { FieldError } from "./errors.ts";
import { fieldError, fieldTitle, formHints } from "./field-error.ts";

/** What a validator found: a subset of ajv's error object, so that generated ajv validators fit as they are. */
export interface SchemaIssue {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Record<string, unknown>;
}

/**
 * The seam behind which schemas are checked. Ajv stands behind it here; where code generation is forbidden, validators
 * generated at build time do. An empty list means valid.
 */
export interface Validator {
  issues(schema: TSchema, value: unknown): readonly SchemaIssue[];
}

/** A form's canonical input, or the refusals: one per field, in the order of the form. */
export type InputCheck =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Coerces, then validates, the values of a form. Fields that could not be read are not validated a second time, nor
 * counted: how many were filled in cannot be told then.
 */
export function checkInput(form: TObject, input: unknown, validator: Validator): InputCheck {
  const coerced = coerceInput(form, input);
  const errors = [...coerced.errors];
  for (const issue of validator.issues(form, coerced.value)) {
    const error = describeIssue(form, issue);
    if (error?.field === "" && coerced.errors.length > 0) continue;
    if (error && !errors.some((known) => known.field === error.field)) errors.push(error);
  }
  if (errors.length === 0) return { ok: true, value: coerced.value };
  const order = Object.keys(form.properties);
  const rank = (error: FieldError) => (order.includes(error.field) ? order.indexOf(error.field) : order.length);
  return { ok: false, errors: errors.sort((left, right) => rank(left) - rank(right)) };
}

/** Turns one issue into a refusal in our words; null for the echo that `if` adds to its `then`. */
function describeIssue(form: TObject, issue: SchemaIssue): FieldError | null {
  if (issue.keyword === "if") return null;
  const [, field = "", ...deeper] = issue.instancePath.split("/");
  const schema = form.properties[field];
  if (schema?.type === "object" && deeper.length > 0) {
    const inner = describeIssue(schema as TObject, { ...issue, instancePath: `/${deeper.join("/")}` });
    return inner && { ...inner, field: `${field}.${inner.field}` };
  }
  switch (issue.keyword) {
    case "required":
      return describeMissing(form, issue);
    case "minProperties":
    case "maxProperties":
      return {
        field: "",
        rule: "exactly one field filled in",
        message: `Exactly one of ${titles(form).join(", ")} must be filled in.`,
        remedy: "Fill one of the fields and leave the others out.",
      };
    case "enum":
      return fieldError(form, field, `one of ${(issue.params.allowedValues as unknown[]).join(", ")}`);
    case "minLength":
    case "minItems":
      return fieldError(form, field, "filled in");
    case "maxLength":
      return fieldError(form, field, `at most ${issue.params.limit} characters long`, "Shorten it.");
    case "minimum":
      return fieldError(form, field, `at least ${issue.params.limit}`);
    case "maximum":
      return fieldError(form, field, `at most ${issue.params.limit}`);
    default:
      return fieldError(form, field, formHints(schema).rule ?? "as the help of the field says");
  }
}

function titles(form: TObject): readonly string[] {
  return Object.keys(form.properties).map((field) => fieldTitle(form, field));
}

function describeMissing(form: TObject, issue: SchemaIssue): FieldError {
  const field = String(issue.params.missingProperty);
  const branch = /^#\/allOf\/(\d+)\/then\/required$/.exec(issue.schemaPath);
  const condition = branch && (form.allOf as TSchema[])[Number(branch[1])]?.if;
  const switches = condition ? Object.keys(condition.properties as object) : [];
  const { examples: [example] = [] } = (form.properties[field] ?? {}) as { examples?: readonly unknown[] };
  const remedy = formHints(form.properties[field]).remedy ?? `Give it a value, for example ${String(example)}.`;
  if (switches.length === 0) return fieldError(form, field, "filled in", remedy);
  const names = switches.map((name) => fieldTitle(form, name)).join(", ");
  return fieldError(form, field, `filled in when ${names} is on`, `Fill it in, or turn ${names} off.`);
}
