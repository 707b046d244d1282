import type { TSchema } from "@sinclair/typebox";
import type { FieldError } from "../../../runtime/errors.ts";
import type { EventDefinition } from "../../../runtime/event-definition.ts";
import { checkInput, type Validator } from "../../../runtime/validation.ts";
import type { Look } from "./action-editor.ts";
import { $, type EditorNode, type PropertyDefinition, RED } from "./editor-api.ts";
import { confirmDefaults } from "../confirm-settings.ts";
import { confirmErrors, confirmFormValues, showConfirm, showConfirmTime } from "./confirm-fields.ts";
import { nodeType } from "./names.ts";
import { postAndShow } from "./post.ts";
import { showErrors } from "./show-errors.ts";

/** Teaches the editor an event: its palette entry, the form of its filter and *Send sample*. */
export function registerEvent(unit: EventDefinition, validator: Validator, look: Look): void {
  const fields = Object.entries(unit.filter.properties) as [string, TSchema][];
  let edited: EditorNode | null = null;

  function errorsOf(node: EditorNode): readonly FieldError[] {
    const input: Record<string, unknown> = {};
    for (const [field, schema] of fields) {
      const value = node === edited ? formValue(field, schema) : node[field];
      if (value !== undefined) input[field] = value;
    }
    const check = checkInput(unit.filter, input, validator);
    return [...(check.ok ? [] : check.errors), ...confirmErrors(node === edited ? confirmFormValues() : node)];
  }

  function definition(field: string, schema: TSchema): PropertyDefinition {
    return {
      value: schema.default,
      validate(_value, _options) {
        return errorsOf(this).find((error) => error.field === field)?.message ?? true;
      },
    };
  }

  RED.nodes.registerType(nodeType(unit.id), {
    ...look,
    paletteLabel: unit.title,
    inputs: 0,
    outputs: 1,
    outputLabels: ["Event"],
    defaults: {
      name: { value: "" },
      ...Object.fromEntries(fields.map(([field, schema]) => [field, definition(field, schema)])),
      confirmHandling: { value: confirmDefaults.confirmHandling },
      confirmWithin: {
        value: confirmDefaults.confirmWithin,
        validate(_value, _options) {
          return confirmErrors(this)[0]?.message ?? true;
        },
      } satisfies PropertyDefinition,
    },
    label(this: EditorNode) {
      return this.name || unit.title;
    },
    labelStyle(this: EditorNode) {
      return this.name ? "node_label_italic" : "";
    },
    oneditprepare(this: EditorNode) {
      for (const [field, schema] of fields) {
        if (schema["type"] === "array") drawChoices(field, schema, (this[field] ?? []) as readonly string[]);
      }
      showConfirm(this);
      edited = this;
      const refresh = () => {
        showErrors(errorsOf(this));
        showConfirmTime();
      };
      $(".im-form").on("change keyup paste", refresh);
      refresh();
      $("#im-sample-send").on("click", () => {
        postAndShow(`instamojo/sample/${this.id}`, { status: $("#im-sample-status").val() }, "#im-sample-result");
      });
    },
    oneditsave(this: EditorNode) {
      for (const [field, schema] of fields) this[field] = formValue(field, schema);
      Object.assign(this, confirmFormValues());
      edited = null;
    },
    oneditcancel() {
      edited = null;
    },
  });
}

/** One box per choice: the values of the schema, or the accounts there are where it names none. */
function drawChoices(field: string, schema: TSchema, chosen: readonly string[]): void {
  const known = (schema["items"] as TSchema)["enum"] as readonly string[] | undefined;
  const choices = new Set([...(known ?? accountNames()), ...chosen]);
  const place = $(`#im-choices-${field}`).empty();
  for (const choice of choices) {
    const box = $('<input type="checkbox">').attr("value", choice).prop("checked", chosen.includes(choice));
    place.append($("<label></label>").append(box, $("<span></span>").text(choice)));
  }
  if (choices.size === 0) place.append($("<span></span>").text("No account yet."));
}

function formValue(field: string, schema: TSchema): readonly string[] | boolean {
  return schema["type"] === "array" ? ticked(field) : $(`#node-input-${field}`).prop("checked") === true;
}

function ticked(field: string): string[] {
  const values: string[] = [];
  $(`#im-choices-${field}`)
    .find("input:checked")
    .each(function () {
      values.push($(this).attr("value") ?? "");
    });
  return values;
}

function accountNames(): readonly string[] {
  const names: string[] = [];
  RED.nodes.eachConfig((node) => {
    if (node.type === "instamojo-account" && node.name) names.push(node.name);
    return undefined;
  });
  return names;
}
