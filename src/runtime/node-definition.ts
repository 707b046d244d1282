import type { Static, TObject } from "@sinclair/typebox";
import type { ErrorCode } from "./errors.ts";
import type { NodeContext } from "./node-context.ts";

/** What a run does to the gateway: nothing, it makes or changes something, or it moves money back. */
export type Effect = "read" | "create" | "change" | "move-money";

/**
 * What makes a repeat a repeat. `none`: a read, repeat at will. `same-state`: what is so already stays so. `operation-key`: the reference or the host's default key.
 * `transaction-id`: the unique transaction id, for ever.
 */
export type Idempotency = "none" | "same-state" | "operation-key" | "transaction-id";

/** The ways on of a run that waited. */
export const waitPorts = ["paid", "failed", "expired", "cancelled"] as const;
export type WaitPort = (typeof waitPorts)[number];

/**
 * One way out of a node. Every node has one for its output (`success`, or `link` where the run then waits) and `error`;
 * others say what they carry. A port that carries an event is left later, at the end of a wait.
 */
export interface Port {
  readonly id: "success" | "link" | "error" | "unknown" | WaitPort;
  readonly title: string;
  readonly description: string;
  readonly carries: "output" | "error" | "event";
}

/** Whether a run of this node waits for an event after its output: only hosts that can suspend a run have it. */
export function suspends({ ports }: { readonly ports: readonly Pick<Port, "carries">[] }): boolean {
  return ports.some(({ carries }) => carries === "event");
}

/** The port by which the output leaves. */
export function outputPort({ ports }: Pick<NodeDefinition, "ports">): "success" | "link" {
  const port = ports.find(({ carries }) => carries === "output")?.id;
  return port === "link" ? "link" : "success";
}

/** Form values and what comes of them, for help, tests and "show sample response". */
export interface NodeExample<Output = unknown> {
  readonly title: string;
  readonly input: Record<string, unknown>;
  readonly output: Output;
}

/** The declaration of one action: everything that a host, a form, the manifest and the help need, and the executor. */
export interface NodeDefinition<Input extends TObject = TObject, Output extends TObject = TObject> {
  readonly kind: "node";
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly effect: Effect;
  readonly idempotency: Idempotency;
  readonly input: Input;
  readonly output: Output;
  readonly ports: readonly Port[];
  readonly errors: readonly ErrorCode[];
  readonly examples: readonly NodeExample<Static<Output>>[];
  /** One or two calls of a service in the context. Throws FlowError; never catches, logs or retries. */
  execute(input: Static<Input>, context: NodeContext): Promise<Static<Output>>;
}

export const successPort: Port = {
  id: "success",
  title: "Success",
  description: "It was done; carries the output.",
  carries: "output",
};

export const errorPort: Port = {
  id: "error",
  title: "Error",
  description: "It was not done, or nobody can say; carries code, message and remedy.",
  carries: "error",
};

export const unknownPort: Port = {
  id: "unknown",
  title: "Unknown",
  description:
    "The refund was sent and nobody can say yet whether it was booked. Do not run it again; it is being checked.",
  carries: "error",
};

/** What any node that speaks to the gateway can leave with. */
export const gatewayErrors = [
  "invalid_input",
  "account_unknown",
  "account_invalid",
  "credentials_refused",
  "not_activated",
  "gateway_refused",
  "not_found",
  "rate_limited",
  "gateway_unreachable",
  "gateway_timeout",
  "gateway_error",
  "unreadable_reply",
  "store_unavailable",
  "internal_error",
] as const satisfies readonly ErrorCode[];

/** Declares a node: binds the types of the executor to the schemas. */
export function defineNode<Input extends TObject, Output extends TObject>(
  definition: Omit<NodeDefinition<Input, Output>, "kind">,
): NodeDefinition<Input, Output> {
  return { kind: "node", ...definition };
}
