import { parseForm } from "../../../payments/form-body.ts";
import { isMacValid } from "../../../payments/mac.ts";
import { decodeUtf8 } from "../../../runtime/utf8.ts";
import { maxMessageBytes } from "./message-limits.ts";

/** Why a message that claims to come from Instamojo is refused. */
export type HintRefusal = "not-a-form" | "too-large" | "malformed" | "bad-signature";

export interface RawMessage {
  readonly contentType: string;
  /** The bytes of the body as they came in. */
  readonly body: Buffer;
}

const paymentId = /^MOJO[0-9A-Za-z]{4,36}$/;

/**
 * Reads a webhook of Instamojo: strictly, and with its signature where there is a salt. Gives back the payment that it
 * is about and nothing else it says: the signature covers values without their names, so a signed message can be cut
 * anew and still be valid. What is true is read from Instamojo.
 */
export function readHint(
  { contentType, body }: RawMessage,
  salts: readonly string[],
): { readonly paymentId: string } | HintRefusal {
  if (contentType.split(";")[0]?.trim().toLowerCase() !== "application/x-www-form-urlencoded") return "not-a-form";
  if (body.length > maxMessageBytes) return "too-large";
  const text = decodeUtf8(body);
  const fields = text === null ? "bad-encoding" : parseForm(text);
  if (typeof fields === "string") return "malformed";
  if (salts.length > 0 && !isMacValid(fields, salts)) return "bad-signature";
  const id = fields.get("payment_id") ?? "";
  return paymentId.test(id) ? { paymentId: id } : "malformed";
}
