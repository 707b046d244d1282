import type { TSchema } from "@sinclair/typebox";
import type { FieldError } from "../../../runtime/errors.ts";
import type { NodeDefinition } from "../../../runtime/node-definition.ts";
import type { Validator } from "../../../runtime/validation.ts";
import { checkForm, type TypedValue } from "./check-action.ts";
import { $, type EditorNode, type PropertyDefinition, RED } from "./editor-api.ts";
import { openGuideFromLinks } from "./guide.ts";
import { installation } from "./installation.ts";
import { hostFilledFields, nodeType } from "./names.ts";
import { openPickLists } from "./pick-panel.ts";
import { showErrors } from "./show-errors.ts";
import { literalKind, typedTypes } from "./typed-types.ts";

export interface Look {
  readonly category: string;
  readonly color: string;
  readonly icon: string;
}

/** Teaches the editor one action: its palette entry, its form and the checks of the form. */
export function registerAction(unit: NodeDefinition, validator: Validator, look: Look): void {
  const fields = Object.entries(unit.input.properties) as [string, TSchema][];
  const places: Readonly<Record<string, string>> = {
    storeIn: "payment",
    ...(unit.idempotency === "operation-key" ? { conversation: "conversation" } : {}),
  };
  let edited: EditorNode | null = null;

  function fieldValue(node: EditorNode, field: string, schema: TSchema): TypedValue {
    const read = (name: string) => (node === edited ? $(`#node-input-${name}`).val() : String(node[name] ?? ""));
    return {
      value: read(field),
      type: (hostFilledFields.includes(field) ? "" : read(`${field}Type`)) || literalKind(schema),
    };
  }

  function errorsOf(node: EditorNode): readonly FieldError[] {
    const values = Object.fromEntries(fields.map(([field, schema]) => [field, fieldValue(node, field, schema)]));
    const isExpression = (value: string, type: string) => RED.utils.validateTypedProperty(value, type);
    return checkForm({ form: unit.input, values, validator, isExpression });
  }

  function fieldDefaults(field: string, schema: TSchema, isFirst: boolean): [string, PropertyDefinition][] {
    const validate = function (this: EditorNode, _value: unknown, _options: unknown): boolean | string {
      const error = errorsOf(this).find(
        (candidate) => candidate.field === field || (isFirst && candidate.field === ""),
      );
      return error ? error.message : true;
    };
    return [
      [field, { value: schema.default === undefined ? "" : String(schema.default), validate }],
      [`${field}Type`, { value: literalKind(schema) }],
    ];
  }

  RED.nodes.registerType(nodeType(unit.id), {
    ...look,
    paletteLabel: unit.title,
    inputs: 1,
    outputs: unit.ports.length,
    outputLabels: unit.ports.map((port) => port.title),
    defaults: {
      name: { value: "" },
      account: { value: "", type: "instamojo-account", required: true, label: "Account" },
      ...Object.fromEntries(fields.flatMap(([field, schema], index) => fieldDefaults(field, schema, index === 0))),
      ...Object.fromEntries(Object.entries(places).map(([field, usual]) => [field, { value: usual }])),
      ...(unit.effect === "move-money" ? { allowLiveRefunds: { value: false } } : {}),
    },
    label(this: EditorNode) {
      return this.name || unit.title;
    },
    labelStyle(this: EditorNode) {
      return this.name ? "node_label_italic" : "";
    },
    onadd(this: EditorNode) {
      this["account"] ||= firstAccount();
    },
    oneditprepare(this: EditorNode) {
      edited = this;
      for (const [field, schema] of fields) {
        if (hostFilledFields.includes(field)) continue;
        const input = $(`#node-input-${field}`);
        input.typedInput({
          default: literalKind(schema),
          types: typedTypes(schema),
          typeField: `#node-input-${field}Type`,
        });
      }
      for (const [field, usual] of Object.entries(places)) {
        const input = $(`#node-input-${field}`);
        input.val(String(this[field] ?? usual));
        input.typedInput({ default: "msg", types: [{ value: "msg", label: "msg." }] });
      }
      const refresh = () => {
        showErrors(errorsOf(this));
        showFilledIn();
      };
      $(".im-form").on("change keyup paste", refresh);
      openGuideFromLinks();
      openPickLists();
      refresh();
    },
    oneditsave() {
      edited = null;
    },
    oneditcancel() {
      edited = null;
    },
  });
}

/** The account that was added first is the default choice. */
function firstAccount(): string {
  let first = "";
  RED.nodes.eachConfig((node) => {
    if (first === "" && node.type === "instamojo-account") first = node.id;
    return undefined;
  });
  return first;
}

/** Says where the callback goes; there is nothing to copy. */
function showFilledIn(): void {
  const account = RED.nodes.node($("#node-input-account").val());
  const { publicUrl } = installation();
  const text = publicUrl
    ? `Filled in for you: ${publicUrl}/integrations/instamojo/${String(account?.name ?? "")}. There is nothing to copy.`
    : "Filled in for you once this installation has a public URL. Until then Instamojo is asked every few seconds, and nothing is lost.";
  for (const field of hostFilledFields) $(`#im-filled-${field}`).text(text);
}
