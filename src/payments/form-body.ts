import { decodeComponent, indexOf, isWellFormed, mapHas, mapSet, slice } from "./captured.ts";

/** Why a body is no acceptable form. */
export type FormProblem = "repeated-key" | "bad-encoding" | "empty-key" | "too-many-fields";

const maxFields = 100;

/**
 * Reads `application/x-www-form-urlencoded` strictly: every key once, valid percent escapes, valid UTF-8. Values are
 * decoded and otherwise left as they are; the signature covers them to the last blank.
 */
export function parseForm(body: string): ReadonlyMap<string, string> | FormProblem {
  const fields = new Map<string, string>();
  if (body === "") return fields;
  // Half a character has no UTF-8: the signature could not tell one from another.
  if (!isWellFormed(body)) return "bad-encoding";
  if (hasTooMany(body)) return "too-many-fields";
  let from = 0;
  while (from <= body.length) {
    const next = indexOf(body, "&", from);
    const end = next < 0 ? body.length : next;
    const pair = slice(body, from, end);
    from = end + 1;
    const split = indexOf(pair, "=");
    const key = decode(split < 0 ? pair : slice(pair, 0, split));
    const value = decode(split < 0 ? "" : slice(pair, split + 1));
    if (key === null || value === null) return "bad-encoding";
    if (key === "") return "empty-key";
    if (mapHas(fields, key)) return "repeated-key";
    mapSet(fields, key, value);
  }
  return fields;
}

function hasTooMany(body: string): boolean {
  let count = 1;
  for (let at = indexOf(body, "&"); at >= 0 && count <= maxFields; at = indexOf(body, "&", at + 1)) count += 1;
  return count > maxFields;
}

function decode(text: string): string | null {
  try {
    return decodeComponent(withBlanks(text));
  } catch {
    return null;
  }
}

/** A plus is a blank. */
function withBlanks(text: string): string {
  let plus = indexOf(text, "+");
  if (plus < 0) return text;
  let blanks = "";
  let from = 0;
  for (; plus >= 0; plus = indexOf(text, "+", from)) {
    blanks += `${slice(text, from, plus)} `;
    from = plus + 1;
  }
  return blanks + slice(text, from);
}
