import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type FlowError, isFlowError } from "../../runtime/errors.ts";
import type { HandlerResponse } from "../../runtime/host.ts";
import type { Logger } from "../../runtime/logger.ts";
import { type ApiCaller, bearerOf } from "./api-keys.ts";
import { ApiError, errorBody } from "./http-error.ts";
import { readJsonOnly } from "./read-json.ts";
import type { Whereabouts } from "./who-asks.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose API key the request carries; null without a known one. */
    caller: ApiCaller | null;
    whereabouts: Whereabouts;
  }
}

/** Largest body of a call, in bytes. */
const maxBodyBytes = 64 * 1024;
/** Calls of one address in a minute that carry no known key. */
export const strangersPerMinute = 120;

export interface AppOptions {
  readonly server: Server;
  readonly logger: Logger;
  readonly callsPerMinute: number;
  whereabouts(headers: FastifyRequest["headers"]): Whereabouts;
  callerOf(key: string): ApiCaller | null;
}

/** The Fastify app without its routes: who asks and how often, request ids, JSON bodies, typed errors. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { server, logger, callsPerMinute, whereabouts, callerOf } = options;
  const app = fastify({
    serverFactory: () => server,
    bodyLimit: maxBodyBytes,
    logger: false,
    genReqId: ({ headers }) => {
      const given = headers["x-request-id"];
      return typeof given === "string" && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
    },
    routerOptions: { maxParamLength: 200 },
    // An address that cannot be decoded is nowhere.
    frameworkErrors: (_error, request, reply) => refuse(request, reply, nothingHere()),
  });
  app.decorateRequest("caller", null);
  app.decorateRequest("whereabouts", "outside");
  // Forms are coerced and checked by the nodes, answers leave as they are: one set of rules for every host.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  readJsonOnly(app);
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    for (const [name, value] of Object.entries(safeHeaders)) reply.header(name, value);
    request.whereabouts = whereabouts(request.headers);
    if (request.whereabouts === "outside")
      throw new ApiError("host_not_allowed", "The API is not served under this name.");
    const key = bearerOf(request.headers.authorization);
    request.caller = key === null ? null : callerOf(key);
  });
  app.addHook("onResponse", async (request, reply) => {
    logger.debug("A call was answered.", {
      node: request.routeOptions.url ?? "none",
      status: String(reply.statusCode),
      durationMs: Math.round(reply.elapsedTime),
    });
  });
  await app.register(rateLimit, {
    max: (request) => (request.caller ? callsPerMinute : strangersPerMinute),
    timeWindow: 60_000,
    cache: 10_000,
    keyGenerator: (request) => (request.caller ? `key ${request.caller.id}` : `address ${request.ip}`),
    errorResponseBuilder: () => new ApiError("too_many_calls", "Too many calls in a minute."),
  });
  app.setNotFoundHandler((request, reply) => refuse(request, reply, nothingHere()));
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = toApiError(thrown);
    if (error.code === "internal") {
      logger.error("A call failed for a reason of its own.", {
        node: request.routeOptions.url ?? "none",
        code: "internal_error",
        cause: thrown instanceof Error ? thrown.name : typeof thrown,
      });
    }
    return refuse(request, reply, error);
  });
  return app;
}

const safeHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function nothingHere(): ApiError {
  return new ApiError("not_found", "There is nothing here.");
}

function refuse(request: FastifyRequest, reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.code === "unauthorized") reply.header("www-authenticate", "Bearer");
  if (error.status === 413) reply.header("connection", "close");
  return reply.code(error.status).send(errorBody(error, request.id));
}

function toApiError(thrown: FastifyError | ApiError | FlowError): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (isFlowError(thrown)) return fromFlowError(thrown);
  switch ((thrown as FastifyError).statusCode) {
    case 413:
      return new ApiError("body_too_large", "The body is too large.");
    case 415:
      return new ApiError("unsupported_content", "This kind of content is not read.");
    case 400:
      return new ApiError("malformed", "The request is malformed.");
    default:
      return new ApiError("internal", "This did not work.");
  }
}

function fromFlowError({ code, message, remedy, fieldErrors = [] }: FlowError): ApiError {
  const codes = { not_found: "not_found", invalid_input: "invalid", internal_error: "internal" } as const;
  const known = codes[code as keyof typeof codes] ?? "unavailable";
  return known === "internal"
    ? new ApiError(known, "This did not work.")
    : new ApiError(known, message, { remedy, fieldErrors });
}

/** Answers with what a transport-free handler says. */
export function sendHandled(reply: FastifyReply, { status, headers, body }: HandlerResponse): FastifyReply {
  return reply
    .code(status)
    .headers({ ...headers })
    .send(body);
}
