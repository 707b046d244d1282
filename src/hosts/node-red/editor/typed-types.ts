import type { TSchema } from "@sinclair/typebox";
import { formHints } from "../../../runtime/field-error.ts";
import { $, type TypedInputType } from "./editor-api.ts";

/** Where the value of a field may come from besides the form. */
const expressionTypes = ["msg", "flow", "global", "jsonata", "env"] as const;

/** The kinds of a field: its literal, made from the schema, then the expressions. */
export function typedTypes(schema: TSchema): readonly (string | TypedInputType)[] {
  return [literalType(schema), ...expressionTypes];
}

/** The kind of literal that a field starts with. */
export function literalKind(schema: TSchema): "str" | "num" | "bool" {
  if (schema["type"] === "boolean") return "bool";
  return schema["type"] === "integer" || schema["type"] === "number" ? "num" : "str";
}

function literalType(schema: TSchema): TypedInputType {
  const value = literalKind(schema);
  if (value === "bool") return { value, label: "yes or no", icon: "fa fa-toggle-on", valueLabel: drawSwitch };
  const choices = schema["enum"] as readonly string[] | undefined;
  if (choices) return { value, label: "choice", icon: "fa fa-list-ul", options: choiceOptions(schema, choices) };
  if (formHints(schema).kind === "amount") return { value, label: "rupees", icon: "fa fa-inr" };
  if (value === "num") return { value, label: "number", icon: "red/images/typedInput/09.svg" };
  return { value, label: "text", icon: "red/images/typedInput/az.svg" };
}

function choiceOptions(schema: TSchema, choices: readonly string[]): { value: string; label: string }[] {
  const { enumTitles = {}, placeholder = `choose ${(schema.title ?? "").toLowerCase()}` } = formHints(schema);
  const options = choices.map((value) => ({ value, label: enumTitles[value] ?? value }));
  return [{ value: "", label: placeholder }, ...options];
}

const drawSwitch: TypedInputType["valueLabel"] = function (container, value) {
  const isOn = value === "true";
  const button = $('<button type="button" class="im-switch" role="switch"></button>');
  button.attr("aria-checked", String(isOn));
  button.on("click", (event) => {
    event.preventDefault();
    this.value(String(!isOn));
  });
  container.append(button, $('<span class="im-switch-text"></span>').text(isOn ? "yes" : "no"));
};
