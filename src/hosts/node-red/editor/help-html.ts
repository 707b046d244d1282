import type { TObject, TSchema } from "@sinclair/typebox";
import type { EventDefinition } from "../../../runtime/event-definition.ts";
import { type ErrorCode, errorTable } from "../../../runtime/errors.ts";
import { formHints } from "../../../runtime/field-error.ts";
import type { NodeDefinition } from "../../../runtime/node-definition.ts";
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
      "On the other outputs <code>msg.error</code> tells what went wrong. An error output that is not wired reaches the Catch nodes instead.",
      true,
    ),
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

function portHelp(port: NodeDefinition["ports"][number], output: TObject): string {
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
