import type { TSchema } from "@sinclair/typebox";
import { Ajv, type ValidateFunction } from "ajv";
import type { SchemaIssue, Validator } from "./validation.ts";

/** Options of every ajv here, the one that generates stand-alone validators included. */
export const ajvOptions = {
  strict: true,
  // "if sendEmail then customerEmail is required" names a property that only the parent declares.
  strictRequired: false,
  allErrors: true,
} as const;

/** The one keyword that our schemas have beyond JSON Schema. */
export const formKeyword = "form";

/** The validator behind the seam where code generation is allowed. Compiles a schema when it is first used. */
export function createAjvValidator(): Validator {
  let ajv: Ajv | undefined;
  const compiled = new WeakMap<TSchema, ValidateFunction>();
  return {
    issues(schema, value) {
      let validate = compiled.get(schema);
      if (!validate) {
        ajv ??= new Ajv(ajvOptions).addVocabulary([formKeyword]);
        validate = ajv.compile(schema);
        compiled.set(schema, validate);
      }
      return validate(value) ? [] : ((validate.errors ?? []) as SchemaIssue[]);
    },
  };
}
