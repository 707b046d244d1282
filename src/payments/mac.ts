import { bytesOf, forEachEntry, hmacSha1, isSameBytes, lowerCase, mapGet } from "./captured.ts";

/** A value with the one that is signed before it: a chain, because nothing that others put on a prototype reaches it. */
interface Link {
  readonly key: string;
  readonly value: string;
  before: Link | null;
}

/** What is signed: all values but that of `mac`, sorted by key without regard to case, joined with `|`. */
function signedText(fields: ReadonlyMap<string, string>): string {
  let last = null as Link | null;
  forEachEntry(fields, (value, name) => {
    if (name === "mac") return;
    const key = lowerCase(name);
    let after: Link | null = null;
    // Fields come nearly sorted: the search from the end is short.
    let before = last;
    while (before !== null && before.key > key) {
      after = before;
      before = before.before;
    }
    const link: Link = { key, value, before };
    if (after === null) last = link;
    else after.before = link;
  });
  let text = "";
  for (let link = last; link !== null; link = link.before) {
    text = link === last ? link.value : `${link.value}|${text}`;
  }
  return text;
}

/**
 * The signature of a webhook: HMAC-SHA1 with the private salt over UTF-8 of all values but that of `mac`, sorted by key
 * without regard to case and joined with `|`, in lower-case hex. Source: support article "How do I use the MAC".
 */
export function computeMac(fields: ReadonlyMap<string, string>, salt: string): string {
  return hmacSha1(salt, signedText(fields));
}

/**
 * Whether one of the salts made the `mac` of these fields. Compares in constant time and always tries every salt;
 * `tries` says how many signatures are computed at least, so that the time does not tell how many salts there are.
 */
export function isMacValid(fields: ReadonlyMap<string, string>, salts: readonly string[], tries = 0): boolean {
  const received = bytesOf(mapGet(fields, "mac") ?? "", "utf8");
  const text = signedText(fields);
  let isValid = false;
  for (let index = 0; index < salts.length || index < tries; index += 1) {
    const salt = index < salts.length ? salts[index] : undefined;
    const isSalt = salt !== undefined && salt !== "";
    const expected = bytesOf(hmacSha1(isSalt ? salt : "there is no such salt", text), "utf8");
    if (isSalt && expected.length === received.length && isSameBytes(expected, received)) isValid = true;
  }
  return isValid;
}
