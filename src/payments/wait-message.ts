import { type FlowError, invalidInput } from "../runtime/errors.ts";

/** Largest message of a run that waits, as JSON text, in bytes. */
const maxMessageBytes = 64 * 1024;

/** What a message holds of the HTTP call that started its flow: of no use once the process has ended. */
const leftOut: readonly string[] = ["req", "res"];

type PlainMessage = Readonly<Record<string, unknown>>;

/**
 * The part of a message that can be stored: plain JSON without functions and without its `req` and `res`.
 * @throws {FlowError} `invalid_input` for one that is too large, goes round in a circle or is not JSON otherwise
 */
export function plainMessage(message: PlainMessage): PlainMessage {
  const isKept = ([key, value]: [string, unknown]) => !leftOut.includes(key) && typeof value !== "function";
  let text: string;
  try {
    text = JSON.stringify(Object.fromEntries(Object.entries(message).filter(isKept)));
  } catch {
    throw notStorable("plain JSON without circles", "Take the objects of other nodes out of the message before.");
  }
  if (new TextEncoder().encode(text).length <= maxMessageBytes) return JSON.parse(text) as PlainMessage;
  throw notStorable("at most 64 kB", "Take large parts, such as files and pictures, out of the message before.");
}

function notStorable(rule: string, remedy: string): FlowError {
  const message = `The message must be ${rule}, so that the run can wait over a restart.`;
  return invalidInput([{ field: "message", rule, message, remedy }]);
}
