import type { FieldError } from "../../../runtime/errors.ts";
import { confirmBounds, confirmDefaults, isConfirmTime } from "../confirm-settings.ts";
import { $, type EditorNode } from "./editor-api.ts";

/** What *Confirm handling* and *Handled within* say in the open form. A time that is none stays text, to be refused. */
export function confirmFormValues(): Record<string, unknown> {
  const typed = $("#node-input-confirmWithin").val();
  return {
    confirmHandling: $("#node-input-confirmHandling").prop("checked") === true,
    confirmWithin: isConfirmTime(typed) ? Number(typed) : typed,
  };
}

/** The refusal of a time that breaks its rule; it only counts while *Confirm handling* is on. */
export function confirmErrors(values: Readonly<Record<string, unknown>>): readonly FieldError[] {
  const time = values["confirmWithin"] ?? confirmDefaults.confirmWithin;
  if (values["confirmHandling"] !== true || isConfirmTime(time)) return [];
  const rule = `whole seconds from ${confirmBounds.least} to ${confirmBounds.most}`;
  const message = `Handled within must be ${rule}.`;
  return [{ field: "confirmWithin", rule, message, remedy: "Most flows need less than 30." }];
}

/** Fills the form of a node, also of one that was deployed before there were these fields. */
export function showConfirm(node: EditorNode): void {
  $("#node-input-confirmHandling").prop("checked", node["confirmHandling"] === true);
  $("#node-input-confirmWithin").val(String(node["confirmWithin"] ?? confirmDefaults.confirmWithin));
  showConfirmTime();
}

/** The time only matters while *Confirm handling* is on. */
export function showConfirmTime(): void {
  const isOn = $("#node-input-confirmHandling").prop("checked") === true;
  $("#node-input-confirmWithin")
    .closest(".im-row")
    .css("display", isOn ? "" : "none");
}
