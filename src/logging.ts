import { type DestinationStream, destination as openDestination, pino } from "pino";
import { allowedFields } from "./runtime/allowed-fields.ts";
import type { Logger } from "./runtime/logger.ts";

export type { LogFields, Logger } from "./runtime/logger.ts";

export interface PinoLoggerOptions {
  /** The least urgent entries that are written; `info` unless given. */
  readonly level?: "debug" | "info" | "warn" | "error" | "silent";
  /** Gets one JSON document a line; standard error unless given. */
  readonly destination?: { write(line: string): void };
}

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
    debug: (message, fields) => log.debug(allowedFields(fields), message),
    info: (message, fields) => log.info(allowedFields(fields), message),
    warn: (message, fields) => log.warn(allowedFields(fields), message),
    error: (message, fields) => log.error(allowedFields(fields), message),
  };
}
