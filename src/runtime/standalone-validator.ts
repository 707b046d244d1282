import type { TSchema } from "@sinclair/typebox";
import type { SchemaIssue, Validator } from "./validation.ts";

/** A validator function as ajv generates it: true for a good value, else false with `errors` set. */
export interface StandaloneFunction {
  (value: unknown): boolean;
  readonly errors?: readonly SchemaIssue[] | null;
}

/**
 * The validator behind the seam where code generation is forbidden: over the functions that the build generated, each
 * under the schema it checks (`dist/standalone/validators.js` pairs them with its plain-JSON schemas).
 * Throws a RangeError for a schema that has no function.
 */
export function createStandaloneValidator(functions: ReadonlyMap<unknown, StandaloneFunction>): Validator {
  return {
    issues(schema: TSchema, value) {
      const validate = functions.get(schema);
      if (!validate) throw new RangeError(`No validator was generated for the schema ${JSON.stringify(schema.title)}.`);
      return validate(value) ? [] : (validate.errors ?? []);
    },
  };
}
