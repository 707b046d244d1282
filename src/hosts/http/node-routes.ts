import type { FastifyInstance, FastifyRequest } from "fastify";
import { RunCall } from "../../../schemas/http-api.ts";
import type { Plugin, PluginNode } from "../../plugin.ts";
import { createAjvValidator } from "../../runtime/ajv-validator.ts";
import { canonicalJson } from "../../runtime/canonical-json.ts";
import { requireAccount, requireCaller, requireScope } from "./api-keys.ts";
import { ApiError } from "./http-error.ts";
import { scopeOf } from "./node-scope.ts";
import { createSharedRuns } from "./shared-runs.ts";

interface RunRoute {
  readonly Params: { readonly id: string };
}

/** `POST /v1/nodes/{id}/run`. Answers 200 with the port, whichever it is. */
export function registerNodeRoutes(app: FastifyInstance, plugin: Plugin, keyWaitMs?: number): void {
  const share = createSharedRuns(keyWaitMs);
  const validator = createAjvValidator();

  function nodeOf(id: string): PluginNode {
    const node = plugin.nodes.get(id);
    if (!node) throw new ApiError("not_found", "There is no such node.");
    return node;
  }

  /** Before the body is read: who may not run the node is not told what is wrong with it. */
  const preParsing = async (request: FastifyRequest<RunRoute>) => {
    const caller = requireCaller(request.caller);
    requireScope(caller, scopeOf(nodeOf(request.params.id).definition));
  };

  app.post<RunRoute>("/v1/nodes/:id/run", { preParsing }, async (request) => {
    const caller = requireCaller(request.caller);
    const node = nodeOf(request.params.id);
    if (validator.issues(RunCall, request.body).length > 0) throw malformedCall();
    const { account, input, ...rest } = request.body as RunCall;
    requireAccount(caller, account);
    const header = keyOf(request);
    const run = () => node.run({ account, input, ...rest, ...(header === undefined ? {} : { key: header }) });
    if (node.definition.idempotency !== "operation-key") return run();
    const key = operationKey(input, header);
    return share({ operation: JSON.stringify([account, node.definition.id, key]), input, run });
  });
}

function malformedCall(): ApiError {
  return new ApiError("malformed", "The body must be {account, input} and may have correlation.", {
    remedy: 'Send for example {"account": "shop", "input": {"amount": "200", "purpose": "Iphone"}}.',
  });
}

function keyOf({ headers }: Pick<FastifyRequest, "headers">): string | undefined {
  const given = headers["idempotency-key"];
  if (given === undefined) return undefined;
  if (typeof given === "string" && /^[\x21-\x7e]{1,255}$/.test(given)) return given;
  throw new ApiError("idempotency_key_invalid", "The Idempotency-Key header cannot be read.");
}

/** What makes a repeat a repeat: the author's reference, or else the header. */
function operationKey(input: Readonly<Record<string, unknown>>, header: string | undefined): readonly string[] {
  const reference = Object.hasOwn(input, "reference") ? textOf(input.reference) : "";
  if (reference !== "") return ["reference", reference];
  if (header !== undefined) return ["key", header];
  throw new ApiError("idempotency_key_required", "A link needs an Idempotency-Key header or a reference.");
}

/** A reference as text; one that is no text is for the node to refuse. */
function textOf(reference: unknown): string {
  if (reference === undefined || reference === null) return "";
  return typeof reference === "string" ? reference.trim() : canonicalJson(reference);
}
