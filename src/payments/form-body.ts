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
  const pairs = body.split("&");
  if (pairs.length > maxFields) return "too-many-fields";
  for (const pair of pairs) {
    const split = pair.indexOf("=");
    const key = decode(split < 0 ? pair : pair.slice(0, split));
    const value = decode(split < 0 ? "" : pair.slice(split + 1));
    if (key === null || value === null) return "bad-encoding";
    if (key === "") return "empty-key";
    if (fields.has(key)) return "repeated-key";
    fields.set(key, value);
  }
  return fields;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
