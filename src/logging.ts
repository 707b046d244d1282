import { type DestinationStream, destination as openDestination, pino } from "pino";
import { type LogFieldName, type LogFields, type Logger, logFieldTypes } from "./runtime/logger.ts";

export type { LogFields, Logger } from "./runtime/logger.ts";

export interface PinoLoggerOptions {
  /** The least urgent entries that are written; `info` unless given. */
  readonly level?: "debug" | "info" | "warn" | "error" | "silent";
  /** Gets one JSON document a line; standard error unless given. */
  readonly destination?: { write(line: string): void };
}

/** Longer texts are no id and no code. */
const maxFieldLength = 200;

/**
 * A logger that writes JSON lines with pino. Only the fields of `LogFields` are written, each only where it has its
 * type; everything else a caller hands over is left out, so nothing has to be recognised as personal or secret first.
 */
export function createPinoLogger(options: PinoLoggerOptions = {}): Logger {
  const { level = "info", destination = openDestination({ fd: 2, sync: true }) } = options;
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination satisfies DestinationStream,
  );
  return {
    debug: (message, fields) => log.debug(allowed(fields), message),
    info: (message, fields) => log.info(allowed(fields), message),
    warn: (message, fields) => log.warn(allowed(fields), message),
    error: (message, fields) => log.error(allowed(fields), message),
  };
}

function allowed(fields: LogFields = {}): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const name of Object.keys(logFieldTypes) as LogFieldName[]) {
    const value: unknown = fields[name];
    if (typeof value !== logFieldTypes[name]) continue;
    kept[name] = typeof value === "string" ? value.slice(0, maxFieldLength) : (value as number);
  }
  return kept;
}
