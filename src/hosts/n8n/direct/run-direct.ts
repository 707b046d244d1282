import { errorTable, type NodeError } from "../../../runtime/errors.ts";
import type { NodeDefinition } from "../../../runtime/node-definition.ts";
import { type NodeResult, runNode } from "../../../runtime/run-node.ts";
import { n8nClock } from "../n8n-clock.ts";
import { validator } from "../validator.ts";
import { type DirectOptions, directServices } from "./direct-services.ts";

/** What to do about an error where the usual remedy counts on a ledger. */
const remedies: { readonly [code in NodeError["code"]]?: string } = {
  outcome_unknown:
    "Look in the Instamojo dashboard whether the link is there. Running the node again makes another one; send the customer only one of them.",
  refund_unknown:
    "Do not refund by other means. Look it up in the Instamojo dashboard, or with Get refund status and the Unique Transaction ID.",
};

/** Runs a node against Instamojo itself. Never rejects. */
export async function runDirect(
  definition: NodeDefinition,
  input: Record<string, unknown>,
  options: () => Promise<Omit<DirectOptions, "clock">>,
): Promise<NodeResult> {
  const context = async () => directServices({ ...(await options()), clock: n8nClock });
  const result = await runNode(definition, input, { validator, context });
  return "error" in result ? { ...result, error: withoutLedger(result.error) } : result;
}

function withoutLedger(error: NodeError): NodeError {
  const remedy = remedies[error.code];
  return remedy !== undefined && error.remedy === errorTable[error.code].remedy ? { ...error, remedy } : error;
}
