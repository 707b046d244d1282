import { allowedFields } from "../../runtime/allowed-fields.ts";
import type { Logger, LogFields } from "../../runtime/logger.ts";
import type { Red } from "./red.ts";

/** What needs no quotes to be one word of one line. */
const plain = /^[\w.:@/-]+$/;

/** Node-RED's own log: one line of text an entry, a sentence and then the allowed fields as `name=value`. */
export function createNodeRedLogger({ log }: Pick<Red, "log">): Logger {
  const write = (level: keyof Logger) => (message: string, fields?: LogFields) => {
    const details = Object.entries(allowedFields(fields)).map(([name, value]) => {
      const text = String(value);
      return `${name}=${plain.test(text) ? text : JSON.stringify(text)}`;
    });
    log[level](["[instamojo]", message.replace(/\p{Cc}+/gu, " "), ...details].join(" "));
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
