import { type SchemaOptions, type TUnsafe, Type } from "@sinclair/typebox";

/**
 * A closed choice of strings as `type: string` + `enum`. A union of literals would validate the same, but JSON-Schema
 * forms render no select for it.
 */
export function StringEnum<const Values extends readonly string[]>(
  values: Values,
  options: SchemaOptions = {},
): TUnsafe<Values[number]> {
  return Type.Unsafe<Values[number]>({ ...options, type: "string", enum: [...values] });
}
