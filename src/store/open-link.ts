import type { RequestRow } from "./rows.ts";

/** Whether a link can be paid, or may turn out to exist. */
export function isOpenLink({ stage, status, input }: RequestRow): boolean {
  return (
    stage !== "refused" &&
    (["Pending", "Processing", "Failed"].includes(status) ||
      (status === "Completed" && input.allowRepeatedPayments === true))
  );
}
