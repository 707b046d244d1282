import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { BodyRefusal, HandlerRequest, HandlerResponse, Host } from "../runtime/host.ts";
import type { MessageRow } from "../store/rows.ts";
import { authenticate } from "./authenticate.ts";
import { digest } from "./callbacks.ts";
import { forEachEntry } from "./captured.ts";
import { type FormProblem, parseForm } from "./form-body.ts";
import { returnPage } from "./return-page.ts";
import { createSaltAlarm, type SaltAlarm } from "./salt-alarm.ts";
import { createTokenBook, type TokenBook, type TokenOwner } from "./token-book.ts";

/** Largest body that is read. */
export const maxBodyBytes = 64 * 1024;

export interface ReceiverOptions {
  readonly host: Pick<Host, "accounts" | "store" | "logger" | "metrics">;
  readonly clock: Clock;
  /** Knows whose the callback tokens are; one of its own unless given. */
  readonly tokens?: Pick<TokenBook, "ownerOf">;
  /** Called after a message was recorded. */
  readonly onMessage: () => void;
  /** Shows what a confirming read says of the link with this tag; never what the browser claims. */
  readonly confirmReturn: (tag: string, account: string) => Promise<string | null>;
  /** Told of right tokens with wrong signatures. */
  readonly saltAlarm?: SaltAlarm;
}

/** How many messages may be on their way to the disk; more are asked to come again, so that memory is bounded. */
export const maxUnderWay = 1000;

const route = /^\/integrations\/instamojo\/([a-z0-9_]{1,64})(\/return)?\/?$/;

/** The public routes without their transport: receive, authenticate, record, and only then answer 200. Never rejects. */
export function createReceiver(given: ReceiverOptions): (request: HandlerRequest) => Promise<HandlerResponse> {
  const options: Receiver = {
    ...given,
    ownerOf: (given.tokens ?? createTokenBook({ store: given.host.store, clock: given.clock })).ownerOf,
    alarm: given.saltAlarm ?? createSaltAlarm(),
    underWay: { count: 0 },
  };
  return async (request) => {
    try {
      return await dispatch(options, request);
    } catch (thrown) {
      const code = isFlowError(thrown) ? thrown.code : "internal_error";
      options.host.metrics?.count("refused", { cause: code });
      options.host.logger.error("A message could not be recorded; its sender was asked to try again.", { code });
      return answer(503, "Try again later.", { "retry-after": "30" });
    }
  };
}

interface Receiver extends ReceiverOptions {
  readonly ownerOf: (name: string, token: string) => Promise<TokenOwner | null>;
  readonly alarm: SaltAlarm;
  readonly underWay: { count: number };
}

function dispatch(options: Receiver, request: HandlerRequest): Promise<HandlerResponse> | HandlerResponse {
  const url = URL.parse(request.path, "http://localhost");
  const match = route.exec(url?.pathname ?? "");
  if (!url || !match) return answer(404, "Not found.");
  const [, account = "", isReturn] = match;
  if (isReturn) return request.method === "GET" ? comeBack(options, account, url.searchParams) : notAllowed("GET");
  return request.method === "POST"
    ? queued(options, request, { account, query: url.searchParams })
    : notAllowed("POST");
}

async function queued(receiver: Receiver, ...message: [HandlerRequest, { account: string; query: URLSearchParams }]) {
  const { underWay, host } = receiver;
  if (underWay.count >= maxUnderWay) {
    host.metrics?.count("refused", { cause: "too-many" });
    return answer(503, "Try again later.", { "retry-after": "5" });
  }
  underWay.count += 1;
  try {
    return await receive(receiver, ...message);
  } finally {
    underWay.count -= 1;
  }
}

async function receive(
  receiver: Receiver,
  request: HandlerRequest,
  { account: name, query }: { account: string; query: URLSearchParams },
): Promise<HandlerResponse> {
  const { host, clock, onMessage } = receiver;
  const arrivedAt = clock.now();
  if (request.refusal) return refuseBody(host, request.refusal);
  const problem = problemOf(request);
  if (problem === "too-large") return refuseBody(host, problem);
  if (problem) host.metrics?.count("refused", { cause: "bad-content-type" });
  if (problem) return problem;
  const fields = parseForm(request.body);
  if (typeof fields === "string") return refuse(host, 400, "The form is malformed.", fields);
  const account = await authenticate(receiver, name, { token: query.get("id") ?? "", fields });
  if (!account) return refuse(host, 403, "Forbidden.", "not-authenticated");
  await host.store.recordMessage(messageOf(account, { fields, tag: query.get("op"), now: arrivedAt }));
  host.metrics?.count("received", { account: account.name });
  host.metrics?.observe("recordLag", { account: account.name }, (clock.now() - arrivedAt) / 1000);
  onMessage();
  return answer(200, "OK");
}

const bodyRefusals: Readonly<Record<BodyRefusal, readonly [status: number, text: string]>> = {
  "too-large": [413, "The body is too large."],
  "too-slow": [408, "The body came too slowly."],
  "not-utf8": [400, "The form is malformed."],
};

/** What a wrapper answers where it does not take a body. */
export function bodyRefused(cause: BodyRefusal): HandlerResponse {
  return answer(...bodyRefusals[cause], { connection: "close" });
}

function refuseBody({ metrics }: Pick<Host, "metrics">, cause: BodyRefusal): HandlerResponse {
  metrics?.count("refused", { cause });
  return bodyRefused(cause);
}

function problemOf({ headers, body }: HandlerRequest): HandlerResponse | "too-large" | null {
  const type = (own(headers, "content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return answer(415, "Send application/x-www-form-urlencoded.");
  if ((own(headers, "content-encoding") ?? "identity") !== "identity")
    return answer(415, "Send the body without encoding.");
  return Buffer.byteLength(body) > maxBodyBytes ? "too-large" : null;
}

const { hasOwn } = Object;

/** A header that was sent, and not one that another module put on a prototype. */
function own(headers: HandlerRequest["headers"], name: string): string | undefined {
  return hasOwn(headers, name) ? headers[name] : undefined;
}

function messageOf(
  account: TokenOwner,
  {
    fields,
    tag,
    now,
  }: { readonly fields: ReadonlyMap<string, string>; readonly tag: string | null; readonly now: number },
): MessageRow {
  const pairs: [string, string][] = [];
  forEachEntry(fields, (value, key) => pairs.push([key, value]));
  pairs.sort(([left], [right]) => (left < right ? -1 : 1));
  const paymentId = matching(fields.get("payment_id"), /^MOJO[0-9A-Za-z]{4,36}$/);
  return {
    // The gateway's ids start with their date: rows that come together lie together, however many there are.
    id: `${paymentId ?? ""}-${digest("webhook", account.name, account.environment, ...pairs.flat())}`,
    account: account.name,
    environment: account.environment,
    source: "webhook",
    paymentId,
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
async function comeBack(
  { confirmReturn }: ReceiverOptions,
  account: string,
  query: URLSearchParams,
): Promise<HandlerResponse> {
  const tag = matching(query.get("op"), /^[0-9a-f]{32}$/);
  const status = tag === null ? null : await confirmReturn(tag, account);
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
  { logger, metrics }: Pick<Host, "logger" | "metrics">,
  status: number,
  text: string,
  cause: FormProblem | "not-authenticated",
): HandlerResponse {
  metrics?.count("refused", { cause });
  logger.warn("A message was refused.", { cause });
  return answer(status, text);
}

function notAllowed(allow: string): HandlerResponse {
  return answer(405, "Method not allowed.", { allow });
}

function answer(status: number, text: string, headers: Record<string, string> = {}): HandlerResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: text };
}
