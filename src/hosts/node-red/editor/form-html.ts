import type { TObject, TSchema } from "@sinclair/typebox";
import { Account } from "../../../../schemas/account.ts";
import type { PickKind } from "../../../../schemas/form.ts";
import { defaultEventStatuses } from "../../../../schemas/payment-status.ts";
import type { EventDefinition } from "../../../runtime/event-definition.ts";
import { formHints } from "../../../runtime/field-error.ts";
import type { NodeDefinition } from "../../../runtime/node-definition.ts";
import { confirmBounds } from "../confirm-settings.ts";
import { escapeHtml } from "./html.ts";
import { credentialNames, eventHandledTitle, hostFilledFields, isRequired, splitFields } from "./names.ts";

/** The edit form of an action, made from its input schema. */
export function actionForm(node: NodeDefinition): string {
  const { plain, advanced } = splitFields(node.input);
  const rows = (fields: [string, TSchema][]) => fields.map(([field, schema]) => typedRow(node.input, field, schema));
  return page([
    nameRow(node.title),
    accountRow(),
    `<p class="im-error im-whole" data-error=""></p>`,
    ...rows(plain),
    ...(advanced.length > 0
      ? [`<details class="im-advanced"><summary>Advanced</summary>`, ...rows(advanced), "</details>"]
      : []),
    `<h4 class="im-heading">In the flow</h4>`,
    messageRow("storeIn", "Store result in", "Where the output goes in the message; the payload stays."),
    ...(node.idempotency === "operation-key"
      ? [
          messageRow(
            "conversation",
            "Conversation",
            "Stored with the link; the Payment status event puts it back in the same place. How many links, mails and SMS one conversation may get is counted by it.",
          ),
        ]
      : []),
    ...(node.effect === "move-money" ? [liveRefundsRow()] : []),
  ]);
}

/** The edit form of an event, made from its filter schema, with the button that tries the flow out. */
export function eventForm(event: EventDefinition): string {
  const statuses = Object.keys(event.samples).map(
    (status) => `<option${status === defaultEventStatuses[0] ? " selected" : ""}>${escapeHtml(status)}</option>`,
  );
  return page([
    nameRow(event.title),
    ...Object.entries(event.filter.properties).map(([field, schema]) =>
      filterRow(event.filter, field, schema as TSchema),
    ),
    `<h4 class="im-heading">In the flow</h4>`,
    ...confirmRows(),
    `<h4 class="im-heading">Try it</h4>`,
    row("sample", "Sample", [
      `<div class="im-line"><select id="im-sample-status">${statuses.join("")}</select>`,
      `<button type="button" class="red-ui-button" id="im-sample-send"><i class="fa fa-play"></i> Send sample</button></div>`,
      `<p class="im-result" id="im-sample-result" role="status"></p>`,
      help("Starts this flow with a sample event. It says so: its source is sample. Refused for live accounts."),
    ]),
  ]);
}

/** The edit form of the node that ends an event. */
export function eventHandledForm(): string {
  return page([
    nameRow(eventHandledTitle),
    `<p class="im-help">For Payment status nodes with Confirm handling: put this node where your flow has done its work.</p>`,
  ]);
}

/** Only on what moves money back. */
function liveRefundsRow(): string {
  const box = `<input type="checkbox" id="node-input-allowLiveRefunds">`;
  const about =
    "Off, a refund with an account of real money is refused when somebody starts it with the button of an Inject node. Other messages are not affected.";
  return `<div class="form-row im-row" data-field="allowLiveRefunds"><label class="im-check">${box} Allow live refunds from the inject button</label>${help(about)}</div>`;
}

function confirmRows(): readonly string[] {
  const box = `<input type="checkbox" id="node-input-confirmHandling">`;
  const about = `Counts the event as received only when its message reaches an ${eventHandledTitle} node. Otherwise it comes again, also after a restart.`;
  const { least, most } = confirmBounds;
  return [
    `<div class="form-row im-row" data-field="confirmHandling"><label class="im-check">${box} Confirm handling</label>${help(about)}</div>`,
    row(
      "confirmWithin",
      "Handled within",
      [
        `<div class="im-line"><input type="number" id="node-input-confirmWithin" min="${least}" max="${most}" step="1"> seconds</div>`,
        error("confirmWithin"),
        help(`From ${least} to ${most}. After that the event comes again, with growing pauses.`),
      ],
      { id: "node-input-confirmWithin" },
    ),
  ];
}

/** The edit form of an account, made from the account schema. */
export function accountForm(): string {
  return page([
    `<p class="im-note" id="im-account-locked" hidden><i class="fa fa-lock"></i> This is a live installation: accounts are only chosen here. Add or change them in development, sandbox or staging.</p>`,
    ...Object.entries(Account.properties).map(([field, schema]) => accountFieldRow(field, schema as TSchema)),
    `<div class="form-row im-line"><button type="button" class="red-ui-button" id="im-test"><i class="fa fa-plug"></i> Test connection</button>`,
    `<a href="#" class="im-guide"><i class="fa fa-book"></i> Where do I find these?</a></div>`,
    `<p class="im-result" id="im-test-result" role="status"></p>`,
  ]);
}

/** Opens the guide beside the form. */
const guideLink = '<a href="#" class="im-guide">Connect Instamojo</a>';

function page(rows: readonly string[]): string {
  return `<div class="im-form">\n${rows.join("\n")}\n</div>`;
}

function nameRow(placeholder: string): string {
  const input = `<input type="text" id="node-input-name" placeholder="${escapeHtml(placeholder)}">`;
  return row("name", "Name", [input], { id: "node-input-name" });
}

function accountRow(): string {
  const description = help("The Instamojo account to use; the + adds one. How to get one: docs/connect-instamojo.md");
  const input = `<input type="text" id="node-input-account" style="width:100%">`;
  return row("account", "Account", [input, description], { id: "node-input-account", isRequired: true });
}

function typedRow(form: TObject, field: string, schema: TSchema): string {
  const { placeholder = "", pick } = formHints(schema);
  const title = schema.title ?? field;
  const id = `node-input-${field}`;
  if (hostFilledFields.includes(field)) {
    const shown = `<input type="text" id="${id}" readonly placeholder="${escapeHtml(placeholder)}">`;
    return row(field, title, [shown, error(field), help("", `im-filled-${field}`)], { id });
  }
  const input = `<input type="text" id="${id}" style="width:100%" placeholder="${escapeHtml(placeholder)}">`;
  return row(
    field,
    title,
    [
      pick ? `<span class="im-line im-pickable">${input}${pickButton(field, pick)}</span>` : input,
      `<input type="hidden" id="${id}Type">`,
      error(field),
      help(schema.description ?? ""),
    ],
    { id, isRequired: isRequired(form, field) },
  );
}

const pickTitles: Readonly<Record<PickKind, string>> = {
  "payment-requests": "Pick a payment link from a list",
  payments: "Pick a payment from a list",
  "refundable-payments": "Pick a payment to refund from a list",
  refunds: "Pick a refund from a list",
};

function pickButton(field: string, kind: PickKind): string {
  const title = `title="${pickTitles[kind]}" aria-label="${pickTitles[kind]}" aria-haspopup="dialog"`;
  return `<button type="button" class="red-ui-button im-pick" data-field="${field}" data-pick="${kind}" ${title}><i class="fa fa-list-ul"></i></button>`;
}

function messageRow(field: string, title: string, description: string): string {
  const id = `node-input-${field}`;
  return row(field, title, [`<input type="text" id="${id}" style="width:100%">`, error(field), help(description)], {
    id,
  });
}

function filterRow(form: TObject, field: string, schema: TSchema): string {
  if (schema["type"] === "boolean") {
    const box = `<input type="checkbox" id="node-input-${field}">`;
    const label = `<label class="im-check">${box} ${escapeHtml(schema.title ?? field)}</label>`;
    return `<div class="form-row im-row" data-field="${field}">${label}${error(field)}${help(schema.description ?? "")}</div>`;
  }
  return row(
    field,
    schema.title ?? field,
    [`<div class="im-choices" id="im-choices-${field}"></div>`, error(field), help(schema.description ?? "")],
    { isRequired: isRequired(form, field) },
  );
}

function accountFieldRow(field: string, schema: TSchema): string {
  const prefix = "node-config-input-";
  const { placeholder = "" } = formHints(schema);
  const items = schema["type"] === "array" ? (schema["items"] as TSchema) : schema;
  const kind = formHints(items).widget === "password" ? "password" : "text";
  const inputs = credentialNames(field, schema).map(
    (name) =>
      `<input type="${kind}" id="${prefix}${name}" style="width:100%" autocomplete="off" spellcheck="false" placeholder="${escapeHtml(placeholder)}">`,
  );
  const world = field === "baseUrl" ? [`<input type="text" id="im-world" style="width:100%">`] : [];
  const shown = field === "baseUrl" ? inputs.map((input) => input.replace('type="text"', 'type="hidden"')) : inputs;
  return row(field, schema.title ?? field, [...world, ...shown, error(field), help(schema.description ?? "")], {
    id: `${prefix}${credentialNames(field, schema)[0]}`,
    isRequired: isRequired(Account, field),
  });
}

interface RowOptions {
  readonly id?: string;
  readonly isRequired?: boolean;
}

function row(
  field: string,
  title: string,
  content: readonly string[],
  { id, isRequired: required }: RowOptions = {},
): string {
  const mark = required ? ` <span class="im-required" title="required">*</span>` : "";
  const label = `<label${id ? ` for="${id}"` : ""}>${escapeHtml(title)}${mark}</label>`;
  return `<div class="form-row im-row" data-field="${field}">${label}\n${content.join("\n")}</div>`;
}

function error(field: string): string {
  return `<p class="im-error" data-error="${field}" role="alert"></p>`;
}

function help(text: string, id?: string): string {
  const html = escapeHtml(text).replace("docs/connect-instamojo.md", guideLink);
  return `<p class="im-help"${id ? ` id="${id}"` : ""}>${html}</p>`;
}
