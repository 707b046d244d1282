import type { TObject, TSchema } from "@sinclair/typebox";
import type { FormHints } from "../schemas/form.ts";

/** The fields of a form as a table for people: label, key, when needed, what goes in, an example. */
export function inputTable(form: TObject): string {
  const rows = Object.entries(form.properties).map(([field, schema]) => [
    `**${schema.title}**<br>\`${field}\``,
    needOf(form, field),
    explained(schema),
    exampleOf(schema),
  ]);
  return table(["Field", "Needed", "What goes in", "Example"], rows);
}

/** What comes out, one row per key. */
export function outputTable(output: TObject): string {
  const rows = Object.entries(output.properties).map(([key, schema]) => [
    `\`${key}\``,
    cell(withoutExample(schema)),
    exampleOf(schema),
  ]);
  return table(["Key", "What it says", "Example"], rows);
}

/** The values of a choice with their meanings, or nothing where the form has no such choice. */
export function choiceTables(form: TObject): string {
  return Object.values(form.properties)
    .flatMap((schema) => {
      const { enumTitles } = (schema.form ?? {}) as FormHints;
      if (!enumTitles) return [];
      const rows = Object.entries(enumTitles).map(([value, title]) => [
        `\`${value}\``,
        cell(title.replace(`${value}: `, "")),
      ]);
      return [table([String(schema.title), "Meaning"], rows)];
    })
    .join("\n\n");
}

/** A Markdown table; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that may stand in a cell. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** What goes in, with the value that an empty field stands for. */
function explained(schema: TSchema): string {
  const { advanced } = (schema.form ?? {}) as FormHints;
  return cell(`${withoutExample(schema)}${advanced ? " *(Advanced)*" : ""}`);
}

/** The help of a field less the example at its end, which has a column of its own. */
function withoutExample(schema: TSchema): string {
  return (schema.description ?? "").replace(/ Example: .*$/, "");
}

function exampleOf(schema: TSchema): string {
  const [example] = (schema.examples ?? []) as readonly unknown[];
  if (example === undefined || (Array.isArray(example) && example.length === 0)) return "";
  return cell(`\`${typeof example === "string" ? example : JSON.stringify(example)}\``);
}

function needOf(form: TObject, field: string): string {
  if (form.maxProperties === 1) return "exactly one of them";
  const schema = form.properties[field] as TSchema;
  if (form.required?.includes(field)) return schema.default === undefined ? "yes" : `no: ${spoken(schema.default)}`;
  for (const branch of (form.allOf ?? []) as readonly TSchema[]) {
    const [given] = Object.keys((branch.if as TSchema).properties as object);
    const needed = (branch.then as TSchema).required as readonly string[];
    if (given && needed.includes(field)) return `when *${form.properties[given]?.title}* is on`;
  }
  return "no";
}

function spoken(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.length === 0 ? "all" : value.join(", ");
  return String(value);
}
