import { createHash } from "node:crypto";
import { canonicalJson } from "../../runtime/canonical-json.ts";
import type { Message } from "./red.ts";

/**
 * What makes a repeat a repeat where the author gave no reference. One function node gives all its messages one id, so
 * the place in a sequence, the input and the conversation count too.
 */
export function defaultKey(nodeId: string, message: Message, input: unknown, correlation: unknown): string {
  const parts = message["parts"] as { index?: unknown } | undefined;
  const hash = createHash("sha256").update(canonicalJson([input, correlation ?? null]));
  return [nodeId, message._msgid ?? "", String(parts?.index ?? ""), hash.digest("hex")].join(":");
}
