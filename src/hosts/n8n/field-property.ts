import type { TSchema } from "@sinclair/typebox";
import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from "n8n-workflow";
import { formHints } from "../../runtime/field-error.ts";

export interface FieldOptions {
  readonly isRequired: boolean;
  /** When the field is shown; absent: always. */
  readonly show?: IDisplayOptions["show"];
  /** Takes the place of the help of the schema. */
  readonly description?: string | undefined;
}

/** One field of a form as a parameter of n8n: label, help, choices and limits come from its schema. */
export function fieldProperty(field: string, schema: TSchema, options: FieldOptions): INodeProperties {
  const { placeholder, pick } = formHints(schema);
  const common = {
    displayName: String(schema.title),
    name: field,
    description: options.description ?? String(schema.description),
    ...(options.isRequired ? { required: true } : {}),
    ...(options.show ? { displayOptions: { show: options.show } } : {}),
    ...(placeholder === undefined ? {} : { placeholder }),
  };
  if (Array.isArray(schema.enum)) return { ...common, ...choice(schema, options.isRequired) };
  if (schema.type === "boolean") return { ...common, type: "boolean", default: schema.default === true };
  if (schema.type === "integer") {
    const { minimum: minValue, maximum: maxValue } = schema as { minimum?: number; maximum?: number };
    const limits = { ...(minValue === undefined ? {} : { minValue }), ...(maxValue === undefined ? {} : { maxValue }) };
    const preset = (schema.default ?? (schema.examples as readonly number[])[0]) as number;
    return { ...common, type: "number", typeOptions: { ...limits, numberPrecision: 0 }, default: preset };
  }
  return pick === undefined
    ? { ...common, type: "string", default: "" }
    : { ...common, ...locator(pick, placeholder ?? "") };
}

/** A choice starts at its first value where there must be one, else at "left out". */
function choice(schema: TSchema, isRequired: boolean): Pick<INodeProperties, "type" | "default" | "options"> {
  const { enumTitles = {}, placeholder = "" } = formHints(schema);
  const options: INodePropertyOptions[] = (schema.enum as readonly string[]).map((value) => ({
    name: enumTitles[value] ?? value,
    value,
  }));
  if (isRequired) return { type: "options", options, default: options[0]?.value ?? "" };
  return { type: "options", options: [{ name: `(${placeholder})`, value: "" }, ...options], default: "" };
}

/** A field that takes an id: picked from a list of the account, or typed. */
function locator(kind: string, placeholder: string): Pick<INodeProperties, "type" | "default" | "modes"> {
  return {
    type: "resourceLocator",
    default: { mode: "id", value: "" },
    modes: [
      { displayName: "By ID", name: "id", type: "string", placeholder },
      {
        displayName: "From List",
        name: "list",
        type: "list",
        typeOptions: { searchListMethod: listMethods[kind] as string, searchable: true },
      },
    ],
  };
}

/** Kind of what there is to pick → name of the method of the node that lists it. */
export const listMethods: Readonly<Record<string, string>> = {
  "payment-requests": "listPaymentRequests",
  payments: "listPayments",
  "refundable-payments": "listRefundablePayments",
  refunds: "listRefunds",
};
