/** What a host gives for logging. Fields are an allow-list: ids, codes, counts, durations; never payloads or people. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogFields {
  readonly account?: string;
  readonly node?: string;
  readonly paymentRequestId?: string;
  readonly paymentId?: string;
  readonly eventId?: string;
  readonly taker?: string;
  readonly status?: string;
  readonly code?: string;
  readonly cause?: string;
  readonly attempt?: number;
  readonly durationMs?: number;
  readonly count?: number;
}

/** A logger that takes only these, and only with these types, writes neither payloads nor people. */
export const logFieldTypes = {
  account: "string",
  node: "string",
  paymentRequestId: "string",
  paymentId: "string",
  eventId: "string",
  taker: "string",
  status: "string",
  code: "string",
  cause: "string",
  attempt: "number",
  durationMs: "number",
  count: "number",
} as const satisfies Record<keyof LogFields, "string" | "number">;

export type LogFieldName = keyof typeof logFieldTypes;

/** For hosts and tests that want no log. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
