import type { FieldError } from "../../runtime/errors.ts";

/** What the API itself refuses, before any node is asked. Nodes answer 200 and say by their port what went wrong. */
export const apiErrors = {
  malformed: { status: 400, remedy: "Send JSON as /openapi.json describes it." },
  idempotency_key_required: {
    status: 400,
    remedy: "Send an Idempotency-Key header, a new one per order, or fill in reference.",
  },
  idempotency_key_invalid: { status: 400, remedy: "Use 1 to 255 visible ASCII characters." },
  account_required: { status: 400, remedy: "Name one of the accounts of your key in the query: ?account=…" },
  unauthorized: { status: 401, remedy: "Send Authorization: Bearer and an API key of this installation." },
  scope_missing: { status: 403, remedy: "Use a key that has this scope." },
  account_forbidden: { status: 403, remedy: "Use a key for this account, or an account of your key." },
  other_page: { status: 403, remedy: "Open the page itself." },
  not_found: { status: 404, remedy: "Check the address and the id." },
  still_running: { status: 409, remedy: "Ask again under the same key in a moment; it is not done twice." },
  body_too_large: { status: 413, remedy: "Send at most 64 kB." },
  unsupported_content: { status: 415, remedy: "Send application/json." },
  host_not_allowed: {
    status: 421,
    remedy: "Use the address that was printed at the start, or add this name to serve.allowedHosts.",
  },
  invalid: { status: 422, remedy: "Correct what the message names." },
  too_many_calls: { status: 429, remedy: "Wait as long as Retry-After says." },
  internal: { status: 500, remedy: "Report it with the request id." },
  unavailable: { status: 503, remedy: "Try again in a moment." },
} as const satisfies Record<string, { readonly status: number; readonly remedy: string }>;

export type ApiErrorCode = keyof typeof apiErrors;

/** A refusal of the API. Its message holds nothing secret. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly remedy: string;
  readonly fieldErrors: readonly FieldError[] | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    { remedy, fieldErrors }: { readonly remedy?: string; readonly fieldErrors?: readonly FieldError[] } = {},
  ) {
    super(message);
    this.code = code;
    this.status = apiErrors[code].status;
    this.remedy = remedy ?? apiErrors[code].remedy;
    this.fieldErrors = fieldErrors;
  }
}

/** The body of a refusal. */
export function errorBody({ code, message, remedy, fieldErrors }: ApiError, requestId: string) {
  return { error: { code, message, remedy, requestId, ...(fieldErrors?.length ? { fieldErrors } : {}) } };
}
