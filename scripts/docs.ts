/**
 * Writes the generated documentation from the declarations: docs/errors.md, and the tables of README.md that stand
 * between markers. With `--check` it writes nothing and ends with 1 where something is not current. Maintainer's
 * command: `npm run docs [-- --check]`.
 */
import { events, nodes } from "../nodes/index.ts";
import { Account } from "../schemas/account.ts";
import { NodeErrorSchema } from "../schemas/node-error.ts";
import { type ErrorCode, errorTable } from "../src/runtime/errors.ts";
import type { EventDefinition } from "../src/runtime/event-definition.ts";
import type { NodeDefinition } from "../src/runtime/node-definition.ts";
import { cell, choiceTables, inputTable, outputTable, table } from "./field-table.ts";
import { type GeneratedFile, readText, writeOrCheck } from "./generated-files.ts";

/** What this script writes. */
export function documentFiles(): readonly GeneratedFile[] {
  return [
    { path: "docs/errors.md", content: errorsDocument() },
    { path: "README.md", content: filledIn(readText("README.md") ?? "", sections()) },
  ];
}

/**
 * Replaces what stands between `<!-- generated: NAME -->` and `<!-- end -->`.
 * Throws where a name has no section or a section no place.
 */
export function filledIn(text: string, contents: Readonly<Record<string, string>>): string {
  const placed = new Set<string>();
  const filled = text.replace(/(<!-- generated: (\S+) -->\n)[\s\S]*?(<!-- end -->)/g, (_, begin, name, end) => {
    const content = contents[name];
    if (content === undefined) throw new Error(`there is no generated section ${name}`);
    placed.add(name);
    return `${begin}\n${content}\n\n${end}`;
  });
  const missing = Object.keys(contents).filter((name) => !placed.has(name));
  if (missing.length > 0) throw new Error(`no place for the generated sections ${missing.join(", ")}`);
  return filled;
}

function sections(): Record<string, string> {
  return {
    account: inputTable(Account),
    ...Object.fromEntries(nodes.map((node) => [node.id, nodeSection(node)])),
    ...Object.fromEntries(events.map((event) => [event.id, eventSection(event)])),
  };
}

function nodeSection({ title, description, input, output, ports }: NodeDefinition): string {
  const ways = ports.map((port) => `- **${port.title}**: ${port.description}`).join("\n");
  return [
    `### ${title}`,
    description,
    inputTable(input),
    choiceTables(input),
    `Ways out:\n\n${ways}`,
    folded(`What leaves by ${ports[0]?.title}`, outputTable(output)),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function eventSection({ title, description, filter, payload }: EventDefinition): string {
  return [`### ${title}`, description, inputTable(filter), folded("What the flow receives", outputTable(payload))].join(
    "\n\n",
  );
}

function folded(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

function errorsDocument(): string {
  const codes = Object.keys(errorTable) as ErrorCode[];
  return [
    "# Errors",
    "What a node tells you when it leaves by **Error** (or *Create refund* by **Unknown**). Branch on `code`: the texts may change, the codes do not. This page is generated from the declarations.",
    "## What the branch receives",
    outputTable(NodeErrorSchema),
    "`outcome` is the one to look at before anything is done again. `not-applied`: nothing happened at Instamojo. `applied`: it happened. `unknown`: it may have happened; nobody can say yet. A refund of unknown outcome leaves by **Unknown** and must not be made again by other means.",
    "## Codes",
    table(
      ["Code", "What happened", "What to do", "Same run again?", "Outcome"],
      codes.map((code) => {
        const { meaning, remedy, retryable, outcome } = errorTable[code];
        return [`\`${code}\``, linked(meaning), linked(remedy), retryable ? "may work later" : "no", outcome];
      }),
    ),
    "*Same run again?* and *Outcome* are what holds unless the error itself says otherwise.",
    "## Which node can leave with which code",
    table(
      ["Code", ...nodes.map((node) => node.title)],
      codes.map((code) => [`\`${code}\``, ...nodes.map((node) => (node.errors.includes(code) ? "yes" : ""))]),
    ),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

/** Text for a cell of docs/errors.md, with the guides it names as links. */
function linked(text: string): string {
  return cell(text).replace(/docs\/([\w-]+\.md)/g, "[$1]($1)");
}

if (import.meta.main) writeOrCheck(documentFiles(), { command: "npm run docs" });
