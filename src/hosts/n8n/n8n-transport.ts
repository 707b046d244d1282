import type { IHttpRequestOptions } from "n8n-workflow";
import {
  type Transport,
  TransportError,
  type TransportErrorKind,
  type TransportRequest,
  type TransportResponse,
} from "../../client/transport.ts";

/** n8n's own helper for HTTP requests. */
export type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/** Codes by which it is certain that no connection was made. */
const notSent: Readonly<Record<string, TransportErrorKind>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
  CERT_HAS_EXPIRED: "tls",
};

const afterSending: Readonly<Record<string, TransportErrorKind>> = {
  ECONNABORTED: "timeout",
  ETIMEDOUT: "timeout",
  ECONNRESET: "reset",
  EPIPE: "reset",
};

/**
 * The gateway client's transport over n8n's helper: no redirect is followed, nothing is repeated, any status is a reply.
 * The helper knows one time-out, so the three of a request are added up; a connection that could not be made in time
 * counts as one that may have carried the request.
 */
export function createN8nTransport(httpRequest: HttpRequest): Transport {
  return {
    async send(request) {
      const reply = await httpRequest(optionsOf(request)).catch((thrown: unknown) => {
        throw failureOf(thrown);
      });
      return responseOf(reply);
    },
    async close() {},
  };
}

function optionsOf({ method, url, headers, body, timeouts, freshConnection }: TransportRequest): IHttpRequestOptions {
  return {
    method,
    url,
    headers: freshConnection ? { ...headers, connection: "close" } : headers,
    ...(body === undefined ? {} : { body }),
    timeout: timeouts.connectMs + timeouts.headersMs + timeouts.bodyMs,
    encoding: "text",
    json: false,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    disableFollowRedirect: true,
  };
}

function failureOf(thrown: unknown): TransportError {
  const code = codeOf(thrown);
  const kind = notSent[code];
  const named = code === "" ? {} : { code };
  if (kind) return new TransportError(kind, { sent: "no", ...named });
  return new TransportError(afterSending[code] ?? "other", { sent: "maybe", ...named });
}

/** n8n wraps errors; the code of the system stands on one of them. */
function codeOf(thrown: unknown, depth = 0): string {
  if (typeof thrown !== "object" || thrown === null || depth > 3) return "";
  const { code, cause } = thrown as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code;
  return codeOf(cause, depth + 1);
}

function responseOf(reply: unknown): TransportResponse {
  const {
    statusCode,
    headers = {},
    body,
  } = reply as {
    readonly statusCode: number;
    readonly headers?: Readonly<Record<string, unknown>>;
    readonly body?: unknown;
  };
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const text = typeof body === "string" ? body : body === undefined || body === null ? "" : JSON.stringify(body);
  return { status: statusCode, headers: Object.fromEntries(named), body: text };
}
