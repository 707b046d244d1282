import { environmentOf } from "../accounts.ts";
import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { HandlerRequest, HandlerResponse, Host } from "../runtime/host.ts";
import type { Logger } from "../runtime/logger.ts";
import type { AccountRow, MessageRow } from "../store/rows.ts";
import { digest } from "./callbacks.ts";
import { type FormProblem, parseForm } from "./form-body.ts";
import { isMacValid } from "./mac.ts";
import { returnPage } from "./return-page.ts";

/** Largest body that is read. */
export const maxBodyBytes = 64 * 1024;

export interface ReceiverOptions {
  readonly host: Pick<Host, "accounts" | "store" | "logger">;
  readonly clock: Clock;
  /** Called after a message was recorded. */
  readonly onMessage: () => void;
  /** Shows what a confirming read says of the link with this tag; never what the browser claims. */
  readonly confirmReturn: (tag: string) => Promise<string | null>;
}

const route = /^\/integrations\/instamojo\/([a-z0-9_]{1,64})(\/return)?\/?$/;

/** The public routes without their transport: receive, authenticate, record, and only then answer 200. Never rejects. */
export function createReceiver(options: ReceiverOptions): (request: HandlerRequest) => Promise<HandlerResponse> {
  return async (request) => {
    try {
      return await dispatch(options, request);
    } catch (thrown) {
      const code = isFlowError(thrown) ? thrown.code : "internal_error";
      options.host.logger.error("A message could not be recorded; its sender was asked to try again.", { code });
      return answer(503, "Try again later.", { "retry-after": "30" });
    }
  };
}

function dispatch(options: ReceiverOptions, request: HandlerRequest): Promise<HandlerResponse> | HandlerResponse {
  const url = URL.parse(request.path, "http://localhost");
  const match = route.exec(url?.pathname ?? "");
  if (!url || !match) return answer(404, "Not found.");
  const [, account = "", isReturn] = match;
  if (isReturn) return request.method === "GET" ? comeBack(options, url.searchParams) : notAllowed("GET");
  return request.method === "POST"
    ? receive(options, request, { account, query: url.searchParams })
    : notAllowed("POST");
}

async function receive(
  { host, clock, onMessage }: ReceiverOptions,
  request: HandlerRequest,
  { account: name, query }: { account: string; query: URLSearchParams },
): Promise<HandlerResponse> {
  const problem = problemOf(request);
  if (problem) return problem;
  const fields = parseForm(request.body);
  if (typeof fields === "string") return refuse(host.logger, 400, "The form is malformed.", fields);
  const account = await authenticate(host, name, { token: query.get("id") ?? "", fields });
  if (!account) return refuse(host.logger, 403, "Forbidden.", "not-authenticated");
  await host.store.recordMessage(messageOf(account, { fields, tag: query.get("op"), now: clock.now() }));
  onMessage();
  return answer(200, "OK");
}

function problemOf({ headers, body }: HandlerRequest): HandlerResponse | null {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return answer(415, "Send application/x-www-form-urlencoded.");
  if ((headers["content-encoding"] ?? "identity") !== "identity") return answer(415, "Send the body without encoding.");
  return Buffer.byteLength(body) > maxBodyBytes ? answer(413, "The body is too large.") : null;
}

/** Unknown account, wrong token and wrong signature are told apart by nobody outside. */
async function authenticate(
  host: ReceiverOptions["host"],
  name: string,
  { token, fields }: { readonly token: string; readonly fields: ReadonlyMap<string, string> },
): Promise<AccountRow | null> {
  const row = await host.store.accountByToken(name, token);
  const account = host.accounts().find((candidate) => candidate.name === name);
  const isSameWorld = account !== undefined && row?.environment === environmentOf(account.baseUrl);
  const salts = account?.privateSalts ?? [];
  const isSigned = salts.length === 0 || isMacValid(fields, salts);
  return row && isSameWorld && isSigned ? row : null;
}

function messageOf(
  account: AccountRow,
  {
    fields,
    tag,
    now,
  }: { readonly fields: ReadonlyMap<string, string>; readonly tag: string | null; readonly now: number },
): MessageRow {
  const pairs = [...fields].sort(([left], [right]) => (left < right ? -1 : 1)).flat();
  return {
    id: digest("webhook", account.name, account.environment, ...pairs),
    account: account.name,
    environment: account.environment,
    source: "webhook",
    paymentId: matching(fields.get("payment_id"), /^MOJO[0-9A-Za-z]{4,36}$/),
    paymentRequestId: matching(fields.get("payment_request_id"), /^[0-9a-f]{32}$/),
    tag: matching(tag, /^[0-9a-f]{32}$/),
    receivedAt: now,
    attempts: 0,
    state: "waiting",
    nextAt: now,
  };
}

function matching(text: string | null | undefined, pattern: RegExp): string | null {
  return text && pattern.test(text) ? text : null;
}

/** The buyer is back: a hint that triggers a read. The page shows what the read says, never its own query. */
async function comeBack({ confirmReturn }: ReceiverOptions, query: URLSearchParams): Promise<HandlerResponse> {
  const tag = matching(query.get("op"), /^[0-9a-f]{32}$/);
  const status = tag === null ? null : await confirmReturn(tag);
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
    body: returnPage(status),
  };
}

function refuse(
  logger: Logger,
  status: number,
  text: string,
  cause: FormProblem | "not-authenticated",
): HandlerResponse {
  logger.warn("A message was refused.", { cause });
  return answer(status, text);
}

function notAllowed(allow: string): HandlerResponse {
  return answer(405, "Method not allowed.", { allow });
}

function answer(status: number, text: string, headers: Record<string, string> = {}): HandlerResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: text };
}
