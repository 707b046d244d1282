import { TransportError, type TransportErrorKind } from "./transport.ts";

const dnsCodes = /^(ENOTFOUND|ENODATA|EAI_[A-Z]+)$/;
const refusedCodes = /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/;
const connectTimeoutCodes = /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/;
const timeoutCodes = /^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/;
const resetCodes =
  /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/;

/**
 * The error of a socket or of undici as ours. Whether anything was sent is not read from the error: the caller saw it.
 * Only the code is taken over; messages and properties of such errors may quote the request.
 */
export function transportFailure(
  error: unknown,
  options: { readonly isSent: boolean; readonly isTls: boolean },
): TransportError {
  const code = codeOf(error);
  const kind = options.isSent ? kindAfterSending(code) : kindBeforeSending(code, options.isTls);
  return new TransportError(kind, { sent: options.isSent ? "maybe" : "no", ...(code === "" ? {} : { code }) });
}

function kindBeforeSending(code: string, isTls: boolean): TransportErrorKind {
  if (dnsCodes.test(code)) return "dns";
  if (refusedCodes.test(code)) return "refused";
  if (connectTimeoutCodes.test(code)) return "connect-timeout";
  return isTls && code !== "" && !code.startsWith("UND_") ? "tls" : "other";
}

function kindAfterSending(code: string): TransportErrorKind {
  if (timeoutCodes.test(code)) return "timeout";
  return resetCodes.test(code) ? "reset" : "other";
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : "";
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : "";
}
