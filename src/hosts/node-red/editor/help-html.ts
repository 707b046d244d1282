import type { TObject, TSchema } from "@sinclair/typebox";
import type { EventDefinition } from "../../../runtime/event-definition.ts";
import { type ErrorCode, errorTable } from "../../../runtime/errors.ts";
import { formHints } from "../../../runtime/field-error.ts";
import { type NodeDefinition, suspends } from "../../../runtime/node-definition.ts";
import { Account } from "../../../../schemas/account.ts";
import { NodeErrorSchema } from "../../../../schemas/node-error.ts";
import { escapeHtml } from "./html.ts";
import { isRequired } from "./names.ts";

/** The help panel of an action: what it does, its fields, what comes out where, the errors, an example. */
export function actionHelp(node: NodeDefinition): string {
  return [
    paragraph(node.description),
    heading("Inputs"),
    properties(node.input),
    heading("Outputs"),
    `<ol class="node-ports">${node.ports.map((port) => portHelp(port, node.output)).join("")}</ol>`,
    heading("Details"),
    paragraph(
      "The message goes on as it came, with the output in <code>msg.payment</code> or where Store result in says.",
      true,
    ),
    paragraph(
      `${escapeHtml(errorPorts(node))}: <code>msg.error</code> tells what went wrong. Where it is not wired, the Catch nodes get it instead.`,
      true,
    ),
    ...(suspends(node) ? waitingHelp : []),
    heading("Errors"),
    `<dl class="message-properties">${node.errors.map(errorHelp).join("")}</dl>`,
    ...node.examples
      .slice(0, 1)
      .flatMap((example) => [
        heading("Example"),
        paragraph(example.title),
        json("Fields", example.input),
        json("Output", example.output),
      ]),
  ].join("\n");
}

/** "On the outputs Error and Unknown". */
function errorPorts({ ports }: NodeDefinition): string {
  const titles = ports.filter(({ carries }) => carries === "error").map(({ title }) => title);
  return `On the output${titles.length > 1 ? "s" : ""} ${titles.join(" and ")}`;
}

/** The help panel of an event. */
export function eventHelp(event: EventDefinition): string {
  const sample = Object.values(event.samples)[2] ?? Object.values(event.samples)[0];
  return [
    paragraph(event.description),
    heading("Settings"),
    properties(event.filter),
    heading("Outputs"),
    paragraph(
      "<code>msg.payload</code> and <code>msg.payment</code> hold the event, <code>msg.topic</code> its status, and the conversation is back where the link node took it from.",
      true,
    ),
    properties(event.payload),
    heading("Confirm handling"),
    paragraph(
      "Off, an event counts as received once its message has left this node. On, it counts only when the message reaches an <b>Event handled</b> node: until then, after the time of Handled within, and after a restart or a deploy in between, it comes again with the same <code>msg.payload.id</code>. Later events of the same link wait. A message that gets there too late still ends it, unless Node-RED was started anew meanwhile. After the last attempt it is parked until somebody sends it again.",
      true,
    ),
    ...(sample ? [heading("Example"), json("Event", sample)] : []),
  ].join("\n");
}

/** The help panel of the node that ends an event. */
export function eventHandledHelp(): string {
  return [
    paragraph("Says that the event that started this flow is handled."),
    paragraph(
      "For Payment status nodes with Confirm handling. Put it behind the last step that must not get lost: the order is stored, the customer is told. A flow that fails before it gets the event again.",
    ),
    heading("Inputs"),
    paragraph(
      "The message of the event, or any copy of it: <code>msg._eventHandle</code> names the event. A function that makes a new message must carry it over.",
      true,
    ),
    heading("Outputs"),
    paragraph("The message as it came. A second one of the same event passes too and changes nothing."),
    heading("Details"),
    paragraph(
      "An event may come more than once, after a restart say. Steps that must happen once should remember <code>msg.payload.id</code>.",
      true,
    ),
  ].join("\n");
}

/** The help panel of an account. */
export function accountHelp(): string {
  return [
    paragraph(Account.description ?? ""),
    heading("Settings"),
    properties(Account),
    heading("Details"),
    paragraph("Everything but the name and the base URL is kept encrypted by Node-RED and stays out of the flow file."),
    paragraph("Test connection fetches a token and reads one row of the payments list; it changes nothing."),
  ].join("\n");
}

/** What a run that waits does with its message. */
const waitingHelp: readonly string[] = [
  heading("While it waits"),
  paragraph(
    "The wait is kept in the ledger: over a restart, a deploy, and for days. At its end the message goes on as it came in, with the event in <code>msg.payment</code>. While Node-RED runs it is that very message, <code>msg.req</code> and <code>msg.res</code> included; the Link output carries a copy.",
    true,
  ),
  paragraph(
    "After a restart it is the plain data of the message: JSON, at most 64 kB. Functions, <code>msg.req</code> and <code>msg.res</code> are left out. A message that is larger or goes round in a circle is refused before a link is made.",
    true,
  ),
  paragraph(
    "The same message again gives the same link, and waits for it once. Where Instamojo does not let this account close links, the wait goes on past its time, and the node says so.",
  ),
  paragraph(
    "A payment that comes after the end starts the flows of Payment status nodes, with reason <code>late</code>. When this node is taken out of the flow, its links stay watched, and what happens to them starts those flows too.",
    true,
  ),
  paragraph(
    "After a crash in the wrong moment an output may come twice with the same <code>msg.payment.id</code>. Steps that must happen once should remember it.",
    true,
  ),
];

function portHelp(port: NodeDefinition["ports"][number], output: TObject): string {
  if (port.carries === "event") {
    const about = "<code>msg.payment</code> holds the event, as the Payment status node gives it";
    return `<li>${escapeHtml(port.title)} ${paragraph(port.description)}${paragraph(about, true)}</li>`;
  }
  const carried = port.carries === "output" ? output : NodeErrorSchema;
  const place = port.carries === "output" ? "msg.payment" : "msg.error";
  return `<li>${escapeHtml(port.title)} ${paragraph(port.description)}${paragraph(`<code>${place}</code> holds`, true)}${properties(carried)}</li>`;
}

function properties(form: TObject): string {
  const items = Object.entries(form.properties).map(([field, schema]) => property(form, field, schema as TSchema));
  return `<dl class="message-properties">${items.join("")}</dl>`;
}

function property(form: TObject, field: string, schema: TSchema): string {
  const optional = isRequired(form, field) ? "" : ` class="optional"`;
  const { enumTitles } = formHints(schema);
  const meanings = enumTitles
    ? `<ul>${Object.values(enumTitles)
        .map((meaning) => `<li>${escapeHtml(meaning)}</li>`)
        .join("")}</ul>`
    : "";
  return `<dt${optional}>${escapeHtml(field)} <span class="property-type">${typeName(schema)}</span></dt><dd>${escapeHtml(schema.description ?? schema.title ?? "")}${meanings}</dd>`;
}

function typeName(schema: TSchema): string {
  if (formHints(schema).kind === "amount") return "rupees";
  const choices = schema["anyOf"] as TSchema[] | undefined;
  if (choices) return choices.map(typeName).join(" | ");
  return String(schema["type"] ?? "any");
}

function errorHelp(code: ErrorCode): string {
  const { meaning, remedy } = errorTable[code];
  return `<dt>${code}</dt><dd>${escapeHtml(meaning)} <em>${escapeHtml(remedy)}</em></dd>`;
}

function heading(text: string): string {
  return `<h3>${escapeHtml(text)}</h3>`;
}

function paragraph(text: string, isHtml = false): string {
  return `<p>${isHtml ? text : escapeHtml(text)}</p>`;
}

function json(title: string, value: unknown): string {
  return `<p>${escapeHtml(title)}</p><pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`;
}
