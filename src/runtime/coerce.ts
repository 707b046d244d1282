import type { TObject, TSchema } from "@sinclair/typebox";
import type { FieldError } from "./errors.ts";
import { fieldError, formHints } from "./field-error.ts";
import { formatPaise, parsePaise } from "./money.ts";

/** The canonical values of the fields that could be read, and a refusal for each that could not. */
export interface Coerced {
  readonly value: Record<string, unknown>;
  readonly errors: readonly FieldError[];
}

type Read = { readonly value: unknown } | { readonly rule: string; readonly remedy?: string };

/**
 * Brings literals and evaluated expressions to the types of a form, by closed rules: text is trimmed; "200" and 200 are
 * an amount; true, "True", "false" are booleans; a whole number stands for its digits in a text. Nothing is guessed:
 * grouping, exponents, other digits and objects are refused. A blank value counts as absent only where the schema says
 * so, and an absent field takes its default.
 */
export function coerceInput(form: TObject, input: unknown): Coerced {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return {
      value: {},
      errors: [
        {
          field: "",
          rule: "an object with the fields of the form",
          message: "The input must be an object with the fields of the form.",
          remedy: `Send the fields by name: ${Object.keys(form.properties).join(", ")}.`,
        },
      ],
    };
  }
  const given = input as Record<string, unknown>;
  const value: Record<string, unknown> = {};
  const errors: FieldError[] = unknownFields(form, given);
  for (const [field, schema] of Object.entries(form.properties)) {
    const read = readField(schema, Object.hasOwn(given, field), given[field]);
    if ("rule" in read) errors.push(fieldError(form, field, read.rule, read.remedy));
    else if (read.value !== undefined) value[field] = read.value;
  }
  return { value, errors };
}

function unknownFields(form: TObject, given: Record<string, unknown>): FieldError[] {
  const known = Object.keys(form.properties);
  return Object.keys(given)
    .filter((field) => !known.includes(field))
    .map((field) => ({
      field,
      rule: "a field of this form",
      message: `${field.slice(0, 64)} must be a field of this form.`,
      remedy: `Take it out. The fields are ${known.join(", ")}.`,
    }));
}

function readField(schema: TSchema, isGiven: boolean, given: unknown): Read {
  if (!isGiven) return { value: structuredClone(schema.default) };
  const value = typeof given === "string" ? given.trim() : given;
  if (value === undefined || value === null || value === "") {
    if (formHints(schema).blank === "absent") return { value: structuredClone(schema.default) };
    return { rule: "filled in; it came out empty" };
  }
  switch (schema.type) {
    case "boolean":
      return readBoolean(value);
    case "integer":
      return readInteger(value);
    case "string":
      return readText(schema, value);
    default:
      return { value };
  }
}

function readBoolean(value: unknown): Read {
  if (typeof value === "boolean") return { value };
  const text = typeof value === "string" ? value.toLowerCase() : "";
  if (text === "true" || text === "false") return { value: text === "true" };
  return { rule: "true or false", remedy: "Tick or untick it, or give true or false." };
}

function readInteger(value: unknown): Read {
  if (typeof value === "number" && Number.isSafeInteger(value)) return { value };
  if (typeof value === "string" && /^[0-9]{1,15}$/.test(value)) return { value: Number(value) };
  return { rule: "a whole number", remedy: "Write it in digits, like 30." };
}

function readText(schema: TSchema, value: unknown): Read {
  if (formHints(schema).kind === "amount") return readAmount(schema, value);
  if (typeof value !== "string" && !Number.isSafeInteger(value)) return { rule: `text, not ${nameOf(value)}` };
  if (formHints(schema).kind === "url") return readUrl(String(value));
  const text = String(value);
  const choices = schema.enum as readonly string[] | undefined;
  return { value: choices?.find((choice) => choice.toLowerCase() === text.toLowerCase()) ?? text };
}

function readAmount(schema: TSchema, value: unknown): Read {
  const { minPaise = 0, maxPaise = Number.MAX_SAFE_INTEGER, rule = "an amount in rupees" } = formHints(schema);
  const paise = typeof value === "string" || typeof value === "number" ? parsePaise(String(value)) : "not-an-amount";
  if (paise === "not-an-amount") return { rule };
  if (paise === "too-many-decimals") return { rule: "an amount with at most two decimals" };
  if (paise === "too-large" || paise > maxPaise) return { rule: `at most ${formatPaise(maxPaise)}` };
  if (paise < minPaise) return { rule: `at least ${formatPaise(minPaise)}` };
  return { value: formatPaise(paise) };
}

function readUrl(text: string): Read {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url !== null && (url.protocol === "https:" || url.protocol === "http:");
  // The URL parser drops line breaks and tabs in silence, so they are looked for in the text itself.
  const isPlain = !/[\s|\p{Cc}]/u.test(text);
  if (isWeb && isPlain && url.username === "" && url.password === "") return { value: text };
  return {
    rule: "an http or https address without spaces, | or a user name",
    remedy: "Write the whole address, beginning with https://.",
  };
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
