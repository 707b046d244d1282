import type { TObject } from "@sinclair/typebox";
import type { IExecuteFunctions } from "n8n-workflow";
import { advancedName, chooserName, isAdvanced, takesOneField } from "./form-properties.ts";

type Parameters = Readonly<Record<string, unknown>>;

/**
 * The values of a form for one item. A field left blank is left out; an expression that comes out empty is handed on as
 * null, so that the rules of the form speak.
 */
export function readForm(context: IExecuteFunctions, form: TObject, itemIndex: number): Record<string, unknown> {
  const typed = context.getNode().parameters as Parameters;
  const typedAdvanced = (typed[advancedName] ?? {}) as Parameters;
  const advanced = context.getNodeParameter(advancedName, itemIndex, {}) as Parameters;
  const input: Record<string, unknown> = {};
  for (const field of fieldsOf(context, form, itemIndex)) {
    const isHidden = isAdvanced(form, field);
    const raw = isHidden ? typedAdvanced[field] : typed[field];
    const value = isHidden ? advanced[field] : context.getNodeParameter(field, itemIndex, "", { extractValue: true });
    const isBlank = value === undefined || value === null || value === "";
    if (!isBlank) input[field] = value;
    else if (isExpression(raw)) input[field] = null;
  }
  return input;
}

function fieldsOf(context: IExecuteFunctions, form: TObject, itemIndex: number): readonly string[] {
  if (!takesOneField(form)) return Object.keys(form.properties);
  return [String(context.getNodeParameter(chooserName, itemIndex))];
}

function isExpression(raw: unknown): boolean {
  if (typeof raw === "string") return raw.startsWith("=");
  if (typeof raw !== "object" || raw === null) return false;
  const { value } = raw as { readonly value?: unknown };
  return typeof value === "string" && value.startsWith("=");
}
