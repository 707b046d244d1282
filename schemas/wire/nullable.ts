import { type TNull, type TSchema, type TUnion, Type } from "@sinclair/typebox";

/** A key that the gateway may send as null. */
export function Nullable<T extends TSchema>(schema: T): TUnion<[T, TNull]> {
  return Type.Union([schema, Type.Null()]);
}
