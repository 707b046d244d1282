import type { FieldError } from "../../../runtime/errors.ts";
import { $ } from "./editor-api.ts";

/** Writes each refusal under its field, and opens the collapsed part where one is inside. */
export function showErrors(errors: readonly FieldError[]): void {
  $(".im-form .im-error").each(function () {
    const place = $(this);
    const field = place.attr("data-error") ?? "";
    const error = errors.find((candidate) => candidate.field === field || candidate.field.startsWith(`${field}.`));
    place.text(error ? `${error.message} ${error.remedy}` : "");
    place.closest(".im-row").toggleClass("im-bad", error !== undefined);
  });
  $(".im-form details.im-advanced").each(function () {
    if ($(this).find(".im-row.im-bad").length > 0) $(this).prop("open", true);
  });
}
