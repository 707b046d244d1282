import { createHash } from "node:crypto";
import type { IExecuteFunctions } from "n8n-workflow";
import { canonicalJson } from "../../runtime/canonical-json.ts";

/**
 * What makes a repeat a repeat where the author gave nothing: execution, node, run of the node, item and input. n8n
 * gives a retried execution a new id, so its runs are new operations.
 */
export function runKey(
  context: IExecuteFunctions,
  itemIndex: number,
  input: Readonly<Record<string, unknown>>,
): string {
  const { $runIndex: run = 0 } = context.getWorkflowDataProxy(itemIndex) as { readonly $runIndex?: number };
  const parts = [context.getExecutionId(), context.getNode().id, run, itemIndex, input];
  return `n8n-${createHash("sha256").update(canonicalJson(parts)).digest("hex")}`;
}
