import type { FieldError } from "../runtime/errors.ts";

const maxLength = 300;
const maxDepth = 5;
const maxTexts = 20;

/** Wire field → the form's field. */
const fieldNames: Readonly<Record<string, string>> = {
  amount: "amount",
  purpose: "purpose",
  buyer_name: "customerName",
  email: "customerEmail",
  phone: "customerMobileNumber",
  redirect_url: "redirectUrl",
  webhook: "statusCallbackUrl",
  send_email: "sendEmail",
  send_sms: "sendSms",
  allow_repeated_payments: "allowRepeatedPayments",
  refund_amount: "refundAmount",
  transaction_id: "uniqueTransactionId",
  type: "issueType",
  body: "description",
  payment_id: "paymentId",
};

/** Keys of an error body that name no field. */
const generalKeys = new Set(["success", "message", "error", "error_description", "reason"]);
/** Keys under which Django REST framework and old calls put what concerns the whole request. */
const wholeInputKeys = new Set(["errors", "detail", "non_field_errors", "__all__"]);

type JsonObject = Readonly<Record<string, unknown>>;

/** What the gateway said about a refusal: one line, and the field errors in the form's names. */
export interface GatewayWords {
  /** A sentence or code that the body gives for itself, not put together from field errors. */
  readonly said?: string;
  readonly message?: string;
  readonly fieldErrors: readonly FieldError[];
}

/**
 * Reads an error body of any documented form: `{field: [texts]}` (v2), `{success: false, message: text}`,
 * `{success: false, message: {field: [texts]}}` (v1.1, sometimes nested deeper), `{success: false, reason}` (refunds),
 * `{error, error_description?}` (OAuth), `{errors: [texts]}` (old orders). Texts are shown, never compared.
 */
export function readGatewayWords(body: JsonObject): GatewayWords {
  const said = [body.message, body.error_description, body.error, body.reason].find(isText);
  const fieldErrors = Object.entries(isObject(body.message) ? body.message : body)
    .filter(([key, value]) => !generalKeys.has(key) && typeof value === "object")
    .map(([key, value]) => fieldError(key, flatten(value, 0)))
    .filter((error) => error !== undefined);
  const message = said ?? (fieldErrors.map(sentence).join(" ") || flatten({ ...body, success: null }, 0).join(" "));
  const line = oneLine(message);
  return {
    ...(said === undefined ? {} : { said: oneLine(said) }),
    ...(line === "" ? {} : { message: line }),
    fieldErrors: fieldErrors.slice(0, maxTexts),
  };
}

/** Text of others as one printable line: no control or text-direction characters, at most 300 characters. */
export function oneLine(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u{202a}-\u{202e}\u{2066}-\u{2069}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function fieldError(key: string, texts: readonly string[]): FieldError | undefined {
  if (texts.length === 0) return undefined;
  const field = Object.hasOwn(fieldNames, key) ? (fieldNames[key] as string) : "";
  const said = texts.join(" ");
  return {
    field,
    rule: "gateway",
    message: oneLine(field === "" && !wholeInputKeys.has(key) ? `${key}: ${said}` : said),
    remedy:
      field === ""
        ? "Correct what Instamojo names, then run the node again."
        : `Correct ${field}, then run the node again.`,
  };
}

function sentence(error: FieldError): string {
  return error.field === "" ? error.message : `${error.field}: ${error.message}`;
}

function flatten(value: unknown, depth: number): string[] {
  if (isText(value)) return [value];
  if (typeof value !== "object" || value === null || depth === maxDepth) return [];
  return Object.values(value)
    .slice(0, maxTexts)
    .flatMap((item) => flatten(item, depth + 1))
    .slice(0, maxTexts);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
