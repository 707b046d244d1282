import type { Static, TObject } from "@sinclair/typebox";
import { FlowError, invalidInput, isFlowError, type NodeError } from "./errors.ts";
import { type Logger, silentLogger } from "./logger.ts";
import type { NodeContext } from "./node-context.ts";
import { type NodeDefinition, outputPort } from "./node-definition.ts";
import { checkInput, type Validator } from "./validation.ts";

/** The port by which a run left, with what it carries. Plain JSON. */
export type NodeResult<Output = Record<string, unknown>> =
  | { readonly port: "success"; readonly output: Output }
  | { readonly port: "link"; readonly output: Output }
  | { readonly port: "error" | "unknown"; readonly error: NodeError };

export interface RunNodeOptions {
  /** Ajv unless given. */
  readonly validator?: Validator;
  /** Makes the services for this run; called only once the input is good. May throw FlowError. */
  readonly context: () => NodeContext | Promise<NodeContext>;
  readonly logger?: Logger;
}

/**
 * The one caller of `execute`: coerces and validates the input, runs, validates the output and turns every throw into a
 * port. Never rejects. Nothing reaches the context when the input is bad.
 */
export async function runNode<Input extends TObject, Output extends TObject>(
  definition: NodeDefinition<Input, Output>,
  input: unknown,
  options: RunNodeOptions,
): Promise<NodeResult<Static<Output>>> {
  try {
    const validator = options.validator ?? (await import("./ajv-validator.ts")).createAjvValidator();
    const check = checkInput(definition.input, input, validator);
    if (!check.ok) throw invalidInput(check.errors);
    const output = await definition.execute(check.value as Static<Input>, await options.context());
    const issues = validator.issues(definition.output, output);
    if (issues.length > 0) {
      const where = issues.map((issue) => `${issue.instancePath || "/"} ${issue.keyword}`).join(", ");
      throw new FlowError("internal_error", `The output of ${definition.id} does not fit its schema: ${where}.`, {
        outcome: definition.effect === "read" ? "not-applied" : "applied",
      });
    }
    return { port: outputPort(definition), output };
  } catch (thrown) {
    return toErrorPort(definition, thrown, options.logger ?? silentLogger);
  }
}

function toErrorPort(definition: NodeDefinition, thrown: unknown, logger: Logger): NodeResult<never> {
  const error = isFlowError(thrown)
    ? thrown
    : new FlowError("internal_error", `${definition.title} failed unexpectedly.`, {
        outcome: definition.effect === "read" ? "not-applied" : "unknown",
        cause: thrown,
      });
  if (error.code === "internal_error") {
    logger.error("A node failed for a reason of its own.", {
      node: definition.id,
      code: error.code,
      cause: causeOf(thrown),
    });
  }
  const hasUnknownPort = definition.ports.some((port) => port.id === "unknown");
  const port = error.outcome === "unknown" && hasUnknownPort ? "unknown" : "error";
  return { port, error: FlowError.prototype.toJSON.call(error) };
}

/** The kind of a fault and nothing of its text, which may hold what a person typed. */
function causeOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
