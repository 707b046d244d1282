import { parseForm } from "../../src/payments/form-body.ts";
import { anyWords, type Target } from "./target.ts";

/** Why a strict reader has to refuse a form, found by other means than the one under test; null when it may not. */
export function reasonToRefuse(body: string): string | null {
  if (body === "") return null;
  const parts = body.split("&");
  if (parts.length > 100) return "too-many-fields";
  if (!body.isWellFormed() || parts.some((part) => part.split("=").some((text) => bytesOf(text) === null))) {
    return "bad-encoding";
  }
  const keys = parts.map((part) => bytesOf(part.split("=", 1)[0] as string));
  if (keys.includes("")) return "empty-key";
  return new Set(keys).size < keys.length ? "repeated-key" : null;
}

/** The bytes that a text stands for, as hex; null when they are no UTF-8. */
function bytesOf(text: string): string | null {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const letter = String.fromCodePoint(text.codePointAt(at) as number);
    at += letter.length;
    if (letter !== "%") bytes.push(...Buffer.from(letter === "+" ? " " : letter));
    else {
      const digits = text.slice(at, at + 2);
      if (!/^[0-9a-f]{2}$/i.test(digits)) return null;
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    }
  }
  const buffer = Buffer.from(bytes);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(buffer);
    return buffer.toString("hex");
  } catch {
    return null;
  }
}

/** Words for bodies of messages. */
export const formWords: readonly string[] = [
  ...anyWords,
  ..."& = &= == && + % %2 %00 %26 %3D %7C %2B %ff %c0%80 %ed%a0%80 %F0%9F%98%80 &mac= &mac=0 &MAC= &a=1".split(" "),
  ..."payment_id payment_request_id status amount &payment_id=MOJO5a06005J21512197 %5Fproto%5F".split(" "),
];

/** The reader of forms: what it takes is what every other reader takes, and it refuses nothing without a reason. */
export const formTarget: Target = {
  name: "form",
  corpus: "form",
  words: formWords,
  check(body) {
    const fields = parseForm(body);
    const reason = reasonToRefuse(body);
    if (typeof fields === "string") return reason === null ? `refused without a reason: ${fields}` : null;
    if (reason !== null) return `taken in spite of ${reason}`;
    const read = [...new URLSearchParams(`?${body}`)];
    return JSON.stringify([...fields]) === JSON.stringify(read) ? null : "read otherwise than by URLSearchParams";
  },
};
