import type { TSchema } from "@sinclair/typebox";
import { type ErrorCode, FlowError, type FlowErrorOptions } from "../runtime/errors.ts";
import type { GatewayAccount } from "./gateway.ts";
import { type GatewayWords, readGatewayWords } from "./gateway-words.ts";
import type { Mask } from "./mask.ts";
import type { TransportError, TransportErrorKind, TransportResponse } from "./transport.ts";
import { worldMismatchRemedy } from "./world.ts";

/** What a call does at the gateway; decides what a missing answer means and whether it may be made again. */
export type Effect = "read" | "write" | "refund" | "token";

/** What came of one attempt. `token-refused`: the reply was 401, to a call that carried a token. */
export type Verdict =
  | { readonly kind: "reply"; readonly value: unknown }
  | { readonly kind: "token-refused"; readonly error: FlowError }
  | {
      readonly kind: "failed";
      readonly error: FlowError;
      /** The same call may be made again without doing anything twice. */
      readonly mayRepeat: boolean;
      readonly retryAfter?: string;
    };

export interface CallContext {
  readonly account: GatewayAccount;
  readonly effect: Effect;
  readonly reply: TSchema;
  readonly fits: (schema: TSchema, value: unknown) => boolean;
  readonly mask: Mask;
}

/** The one place that reads HTTP status codes. Codes are decided by status and shape, never by the gateway's texts. */
export function judgeReply(response: TransportResponse, context: CallContext): Verdict {
  const { status } = response;
  const body = parseObject(response.body);
  if (status >= 200 && status < 300) {
    if (body !== undefined && context.fits(context.reply, body)) return { kind: "reply", value: body };
    return undecided("unreadable_reply", "was not of the documented shape", status, body, context);
  }
  if (status >= 300 && status < 400)
    return undecided("unreadable_reply", "was a redirect, which is not followed", status, body, context);
  if (status >= 400 && status < 500) return judgeRefusal(response, body, context);
  const verdict = undecided("gateway_error", "was a failure of its own", status, body, context);
  return repeatable(verdict, context, response.headers["retry-after"]);
}

/** What it means that no complete reply came. */
export function judgeTransportError(error: TransportError, context: CallContext): Verdict {
  const { origin } = new URL(context.account.baseUrl);
  if (error.sent === "no") {
    const message = `No connection to ${origin}: ${notSentReasons[error.kind] ?? "it failed"}${error.code ? ` (${error.code})` : ""}. Nothing was sent.`;
    return {
      kind: "failed",
      error: new FlowError("gateway_unreachable", message, { cause: error }),
      mayRepeat: context.effect !== "refund",
    };
  }
  const [code, reason] = brokenReplies[error.kind] ?? (["gateway_error", "never came"] as const);
  const verdict = undecided(code, reason, undefined, undefined, context, error);
  return code === "unreadable_reply" ? verdict : repeatable(verdict, context);
}

const notSentReasons: { readonly [kind in TransportErrorKind]?: string } = {
  dns: "the host name was not found",
  refused: "it was refused",
  tls: "no verified TLS connection could be made",
  "connect-timeout": "it took too long",
};

const brokenReplies: { readonly [kind in TransportErrorKind]?: readonly [ErrorCode, string] } = {
  timeout: ["gateway_timeout", "did not come in time"],
  reset: ["gateway_error", "broke off"],
  "too-large": ["unreadable_reply", "was too large"],
  redirect: ["unreadable_reply", "was a redirect, which is not followed"],
};

function judgeRefusal(response: TransportResponse, body: JsonObject | undefined, context: CallContext): Verdict {
  const { status } = response;
  const { effect } = context;
  const words = maskedWords(body, context);
  const options: FlowErrorOptions = {
    statusCode: status,
    ...(body === undefined ? {} : { response: context.mask.json(body) }),
    ...(words.fieldErrors.length === 0 ? {} : { fieldErrors: words.fieldErrors }),
  };
  // A page of some proxy on the way does not tell what became of a request that changes something.
  if (body === undefined && (effect === "write" || effect === "refund")) {
    return undecided("gateway_refused", "was a refusal that cannot be read", status, body, context);
  }
  if (status === 429) {
    const error = new FlowError("rate_limited", words.message ?? "Instamojo asked to slow down.", options);
    return repeatable({ kind: "failed", error, mayRepeat: false }, context, response.headers["retry-after"]);
  }
  if (effect === "token") {
    return { kind: "failed", error: tokenRefusal(status, body, words, options, context.account), mayRepeat: false };
  }
  if (status === 401) {
    const message = words.message ?? "Instamojo did not accept the access token.";
    return {
      kind: "token-refused",
      error: new FlowError("credentials_refused", message, { ...options, ...tokenAdvice }),
    };
  }
  const code = refusalCodes[status] ?? "gateway_refused";
  return {
    kind: "failed",
    error: new FlowError(code, words.message ?? refusalMessages[code], options),
    mayRepeat: false,
  };
}

const refusalCodes: Readonly<Record<number, "not_activated" | "not_found">> = {
  403: "not_activated",
  404: "not_found",
};

const refusalMessages = {
  not_activated: "Instamojo does not let this account do that.",
  not_found: "Instamojo has no such object for this account.",
  gateway_refused: "Instamojo refused the request.",
} as const;

/** Credentials were fine a moment ago, so a later run may well work. */
const tokenAdvice = {
  retryable: true,
  remedy:
    "Run the node again in a few seconds with a new token; if it stays, copy client id and client secret again (docs/connect-instamojo.md).",
} as const;

/** OAuth error codes (RFC 6749 section 5.2) that mean the client; some servers send them with 400. */
const clientErrors = new Set(["invalid_client", "unauthorized_client", "access_denied"]);

function tokenRefusal(
  status: number,
  body: JsonObject | undefined,
  words: GatewayWords,
  options: FlowErrorOptions,
  account: GatewayAccount,
): FlowError {
  const detail = words.message === undefined ? "" : ` (${words.message})`;
  if (status === 401 || (typeof body?.error === "string" && clientErrors.has(body.error))) {
    const remedy =
      worldMismatchRemedy(account) ??
      "Copy client id and client secret again. Credentials of Instamojo's test mode work only with https://test.instamojo.com, live ones only with https://api.instamojo.com (docs/connect-instamojo.md).";
    return new FlowError("credentials_refused", `Instamojo does not accept client id and client secret${detail}.`, {
      ...options,
      remedy,
    });
  }
  const code = status === 403 ? "not_activated" : "gateway_refused";
  const remedy =
    code === "gateway_refused" ? { remedy: "Check the base URL of the account (docs/connect-instamojo.md)." } : {};
  return new FlowError(code, `Instamojo gives this account no access token${detail}.`, { ...options, ...remedy });
}

/** Nobody can say what the gateway did: harmless after a read, `unknown` after anything else. */
function undecided(
  readCode: ErrorCode,
  reason: string,
  status: number | undefined,
  body: JsonObject | undefined,
  context: CallContext,
  cause?: TransportError,
): Verdict & { kind: "failed" } {
  const { effect } = context;
  const code = effect === "write" ? "outcome_unknown" : effect === "refund" ? "refund_unknown" : readCode;
  const { said } = maskedWords(body, context);
  const message = `Instamojo's answer ${reason}${said === undefined ? "" : `: ${said}`}`;
  const isTokenReply = effect === "token" && readCode === "unreadable_reply";
  const error = new FlowError(code, message.endsWith(".") ? message : `${message}.`, {
    ...(status === undefined ? {} : { statusCode: status }),
    ...(body === undefined || isTokenReply ? {} : { response: context.mask.json(body) }),
    ...(cause === undefined ? {} : { cause }),
  });
  return { kind: "failed", error, mayRepeat: false };
}

/** Reads and token calls change nothing, so they may be made again when the trouble looks short. */
function repeatable(verdict: Verdict & { kind: "failed" }, context: CallContext, retryAfter?: string): Verdict {
  const mayRepeat = context.effect === "read" || context.effect === "token";
  return { ...verdict, mayRepeat, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function maskedWords(body: JsonObject | undefined, context: CallContext): GatewayWords {
  return body === undefined ? { fieldErrors: [] } : readGatewayWords(context.mask.json(body) as JsonObject);
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return isNestedWithin(value, maxDepth) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The parser takes any nesting; what copies or writes the reply later overflows the stack at some thousand levels. */
const maxDepth = 100;

function isNestedWithin(value: object, depth: number): boolean {
  if (depth === 0) return false;
  return Object.values(value).every(
    (item) => typeof item !== "object" || item === null || isNestedWithin(item, depth - 1),
  );
}
