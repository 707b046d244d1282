import { nodes } from "../../../nodes/index.ts";
import { type NodeDefinition, suspends } from "../../runtime/node-definition.ts";

/** How a node of n8n reaches Instamojo: with keys of its own, or through an HTTP host that keeps the ledger. */
export type Connection = "direct" | "host";

/** The nodes of the registry that this node runs as operations: all but those that wait. */
export const operations: readonly NodeDefinition[] = nodes.filter((node) => !suspends(node));

/** What an operation is about, by the nouns of its id. */
export function resourceOf({ id }: Pick<NodeDefinition, "id">): "paymentLink" | "payment" | "refund" {
  if (id.includes("refund")) return "refund";
  return id.endsWith("payment-link") ? "paymentLink" : "payment";
}

/** Outputs of an operation in n8n; what went wrong goes the way that n8n has for it. */
export function outputsOf({ ports }: Pick<NodeDefinition, "ports">): readonly string[] {
  return ports.filter(({ id }) => id !== "error").map(({ title }) => title);
}
