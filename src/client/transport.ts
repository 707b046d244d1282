/**
 * The port between the gateway client and whatever sends HTTP for it. ky is the default behind it; a host with an HTTP
 * helper of its own supplies that. Nothing here is tied to a runtime.
 */
export interface Transport {
  /**
   * Sends one request and returns the reply, whatever its status; follows no redirect, repeats nothing, verifies TLS.
   * @throws {TransportError} when there is no complete reply.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Lets running requests end, then gives up all connections. */
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly timeouts: TransportTimeouts;
  /** A longer reply is refused with kind `too-large`. */
  readonly maxBytes: number;
  /** Use a connection that nothing was sent on before, and nothing will be after. */
  readonly freshConnection?: boolean;
}

/** Limits in milliseconds. */
export interface TransportTimeouts {
  /** DNS, TCP and TLS together. Waiting for a free connection may take this and `headersMs` at most. */
  readonly connectMs: number;
  /** From the request being sent to the last header of the reply. */
  readonly headersMs: number;
  /** The whole body of the reply, not the pause between two pieces. */
  readonly bodyMs: number;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

export type TransportErrorKind =
  | "dns"
  | "refused"
  | "tls"
  | "connect-timeout"
  | "timeout"
  | "reset"
  | "too-large"
  | "redirect"
  | "other";

export interface TransportErrorOptions {
  /** `no` only when it is certain that not one byte of the request left. */
  readonly sent: "no" | "maybe";
  /** The system's own error code, for example `ECONNREFUSED`. Never a message: those may quote a header. */
  readonly code?: string;
}

/**
 * No complete reply. Carries no cause on purpose: the errors of HTTP libraries hold the request, and that holds the
 * Authorization header.
 */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly kind: TransportErrorKind;
  readonly sent: "no" | "maybe";
  readonly code?: string;

  constructor(kind: TransportErrorKind, options: TransportErrorOptions) {
    super(options.code === undefined ? kind : `${kind} (${options.code})`);
    this.kind = kind;
    this.sent = options.sent;
    if (options.code !== undefined) this.code = options.code;
  }
}

/** True for the error above, that of a second loaded copy of the package included. */
export function isTransportError(value: unknown): value is TransportError {
  return value instanceof Error && value.name === "TransportError" && "kind" in value && "sent" in value;
}
