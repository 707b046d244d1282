import type { IExecuteFunctions, IHttpRequestOptions } from "n8n-workflow";
import { type ErrorCode, FlowError, type FlowErrorOptions } from "../../runtime/errors.ts";
import type { NodeDefinition } from "../../runtime/node-definition.ts";
import type { NodeResult } from "../../runtime/run-node.ts";

/** What the credential *Instamojo HTTP Host API* holds, as far as a run needs it. */
export interface HostCredential {
  readonly baseUrl: string;
  readonly account: string;
}

export interface HostRun {
  readonly credential: HostCredential;
  readonly definition: NodeDefinition;
  readonly input: Readonly<Record<string, unknown>>;
  /** What makes a repeat a repeat where the input holds nothing for it. */
  readonly key: string;
  /** Plain JSON, handed back with every event of a link. */
  readonly correlation?: unknown;
}

/** A link may take all the client's time-outs, and wait for another run under its key. */
const timeoutMs = 120_000;

/** Runs a node at the HTTP host, which keeps the ledger. Never rejects. */
export async function runThroughHost(context: IExecuteFunctions, run: HostRun): Promise<NodeResult> {
  try {
    const options = requestOf(run);
    const send = context.helpers.httpRequestWithAuthentication;
    const reply = await send.call(context, "instamojoHostApi", options).catch((thrown: unknown) => {
      throw noAnswer(run, thrown);
    });
    return resultOf(run, reply as HostReply);
  } catch (thrown) {
    const error = thrown instanceof FlowError ? thrown : noAnswer(run, thrown);
    const hasUnknownPort = run.definition.ports.some(({ id }) => id === "unknown");
    return { port: error.outcome === "unknown" && hasUnknownPort ? "unknown" : "error", error: error.toJSON() };
  }
}

interface HostReply {
  readonly statusCode: number;
  readonly body: unknown;
}

function requestOf({ credential, definition, input, key, correlation }: HostRun): IHttpRequestOptions {
  return {
    method: "POST",
    url: `${credential.baseUrl.trim().replace(/\/+$/, "")}/v1/nodes/${definition.id}/run`,
    headers: { "content-type": "application/json", accept: "application/json", "idempotency-key": key },
    body: { account: credential.account, input, ...(correlation === undefined ? {} : { correlation }) },
    timeout: timeoutMs,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    disableFollowRedirect: true,
  };
}

function resultOf(run: HostRun, { statusCode, body }: HostReply): NodeResult {
  const answer = objectOf(body);
  if (statusCode === 200) {
    const { port, output, error } = answer;
    if (port === "success" && isObject(output)) return { port, output };
    if ((port === "error" || port === "unknown") && isObject(error)) return answer as unknown as NodeResult;
    throw undecided(run, "The HTTP host's answer cannot be read.");
  }
  const refusal = objectOf(answer.error);
  const said = typeof refusal.message === "string" ? refusal.message : `The HTTP host answered ${statusCode}.`;
  const remedy = typeof refusal.remedy === "string" ? { remedy: refusal.remedy } : {};
  const code = refusals[statusCode];
  if (code) throw new FlowError(code, said, { ...remedy, statusCode });
  throw undecided(run, said, { statusCode });
}

/** Statuses with which the host refuses a call before it runs a node. */
const refusals: Readonly<Record<number, ErrorCode>> = {
  400: "invalid_input",
  401: "credentials_refused",
  403: "credentials_refused",
  404: "not_found",
  413: "invalid_input",
  415: "invalid_input",
  421: "gateway_refused",
  429: "rate_limited",
};

/** Codes by which it is certain that the host was not reached. */
const unreached = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function noAnswer(run: HostRun, thrown: unknown): FlowError {
  const code = (thrown as { readonly code?: unknown } | null)?.code;
  if (typeof code === "string" && unreached.has(code)) {
    return new FlowError("gateway_unreachable", `The HTTP host cannot be reached (${code}). Nothing was sent.`, {
      remedy: "Check that instamojo-flow serve runs and that the Base URL of the credential is right.",
    });
  }
  return undecided(run, "The HTTP host did not answer.");
}

/** The host remembers what it began, so asking again under the same key tells what came of it. */
function undecided({ definition, input }: HostRun, message: string, options: FlowErrorOptions = {}): FlowError {
  if (definition.effect === "read") return new FlowError("gateway_error", message, options);
  const isKnownAgain = definition.effect !== "create" || typeof input.reference === "string";
  const remedy = isKnownAgain
    ? "Run the node again: the HTTP host has a ledger, and what it began is not done a second time."
    : "Look at the payments of the HTTP host before you run the node again. With a Reference it can be run again safely.";
  const code = definition.effect === "move-money" ? "refund_unknown" : "outcome_unknown";
  return new FlowError(code, message, { ...options, remedy, retryable: true });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "string") {
    try {
      return objectOf(JSON.parse(value));
    } catch {
      return {};
    }
  }
  return isObject(value) ? value : {};
}
