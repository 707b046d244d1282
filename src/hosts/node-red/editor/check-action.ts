import type { TObject, TSchema } from "@sinclair/typebox";
import type { FieldError } from "../../../runtime/errors.ts";
import { fieldError } from "../../../runtime/field-error.ts";
import { checkInput, type Validator } from "../../../runtime/validation.ts";

/** What stands in a field of the form: a literal or an expression of some kind. */
export interface TypedValue {
  readonly type: string;
  readonly value: string;
}

const literalTypes: readonly string[] = ["str", "num", "bool"];

export interface FormCheck {
  readonly form: TObject;
  readonly values: Readonly<Record<string, TypedValue>>;
  readonly validator: Validator;
  /** Says what is wrong with an expression; true for a good one. */
  isExpression(value: string, type: string): boolean | string;
}

/**
 * Checks a form by the rules of the run. What an expression will give is not known yet, so its field is taken to be
 * good: the example of its schema stands in for it.
 */
export function checkForm({ form, values, validator, isExpression }: FormCheck): readonly FieldError[] {
  const input: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  const expressions = new Set<string>();
  for (const [field, { type, value }] of Object.entries(values)) {
    if (literalTypes.includes(type)) {
      if (value !== "") input[field] = value;
      continue;
    }
    expressions.add(field);
    input[field] = ((form.properties[field] as TSchema)["examples"] as unknown[])[0];
    const isGood = value === "" ? false : isExpression(value, type);
    if (isGood !== true)
      errors.push(
        fieldError(form, field, "a working expression", "Write what to take from the message, like payload.amount."),
      );
  }
  const check = checkInput(form, input, validator);
  const refused = check.ok ? [] : check.errors.filter(({ field }) => !expressions.has(field));
  return [...errors, ...refused];
}
