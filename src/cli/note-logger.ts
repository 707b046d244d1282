import type { LogFields, Logger } from "../runtime/logger.ts";
import type { Terminal } from "./command.ts";

/** A logger that writes one line per entry to stderr; details for debugging are left out. */
export function noteLogger(terminal: Pick<Terminal, "note">): Logger {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      terminal.note(`${level}: ${message}${pairs.join("")}`);
    };
  return { debug() {}, info: write("info"), warn: write("warn"), error: write("error") };
}
