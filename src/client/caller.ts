import type { Static, TSchema } from "@sinclair/typebox";
import { TokenReply } from "../../schemas/wire/token.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import { silentLogger } from "../runtime/logger.ts";
import type { GatewayAccount, GatewayOptions } from "./gateway.ts";
import { type CallContext, type Effect, judgeReply, judgeTransportError, type Verdict } from "./map-error.ts";
import { createMask, queryOf } from "./mask.ts";
import { maxAttempts, retryDelayMs } from "./retry.ts";
import { createTokenSource } from "./token.ts";
import { isTransportError, TransportError, type TransportRequest, type TransportTimeouts } from "./transport.ts";

export const defaultTimeouts: TransportTimeouts = { connectMs: 5_000, headersMs: 30_000, bodyMs: 15_000 };
export const maxReplyBytes = 1_048_576;

type Form = Readonly<Record<string, string | undefined>>;

export interface ReadCall<Reply extends TSchema> {
  readonly path: string;
  readonly reply: Reply;
  /** False for a reply that fits the schema but is about something else. */
  readonly isAbout?: (reply: Static<Reply>) => boolean;
}

export interface WriteCall<Reply extends TSchema> extends ReadCall<Reply> {
  readonly effect: "write" | "refund";
  readonly form: Form;
  /**
   * What to say when the gateway does not let this account make this one call: 403, or 401 with a token just issued.
   * Such a refusal says nothing of the credentials, so no other call has to wait for it.
   */
  readonly forbidden?: (refusal: FlowError) => FlowError;
}

/** Calls with token, retries and error mapping: everything but the paths. */
export interface Caller {
  read<Reply extends TSchema>(call: ReadCall<Reply>): Promise<Static<Reply>>;
  write<Reply extends TSchema>(call: WriteCall<Reply>): Promise<Static<Reply>>;
  close(): Promise<void>;
}

interface Call {
  readonly effect: Effect;
  readonly path: string;
  readonly form?: Form;
  readonly reply: TSchema;
  readonly isAbout?: (reply: never) => boolean;
  readonly forbidden?: (refusal: FlowError) => FlowError;
}

export function createCaller(account: GatewayAccount, options: GatewayOptions): Caller {
  const { transport, clock, fits, random = Math.random, logger = silentLogger } = options;
  const origin = originOf(account);
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const pauses = createPauses(clock);
  const tokens = createTokenSource({ clock, fetchToken, share: options.shareToken });

  async function fetchToken(): Promise<TokenReply> {
    const form = { grant_type: "client_credentials", client_id: account.clientId, client_secret: account.clientSecret };
    return (await repeat({
      effect: "token",
      path: "/oauth2/token/",
      form,
      reply: TokenReply,
      isAbout: isSendable,
    })) as TokenReply;
  }

  /** One call until its verdict is final. Tries again where the verdict allows it, with one new token at most. */
  async function repeat(call: Call): Promise<unknown> {
    let isRenewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const token = call.effect === "token" ? undefined : await tokens.current();
      const startedMs = clock.now();
      const verdict = await attemptOnce(call, token);
      const durationMs = clock.now() - startedMs;
      if (verdict.kind === "reply") {
        logger.debug("gateway call answered", { account: account.name, attempt, durationMs });
        return verdict.value;
      }
      logger.debug("gateway call failed", { account: account.name, attempt, durationMs, code: verdict.error.code });
      if (call.forbidden && isForbidden(verdict, isRenewed)) throw call.forbidden(verdict.error);
      if (verdict.kind === "token-refused") {
        renounce(token as string, verdict.error, isRenewed);
        if (isRenewed || call.effect === "refund") throw verdict.error;
        isRenewed = true;
        attempt -= 1;
        continue;
      }
      if (!verdict.mayRepeat || attempt === maxAttempts) throw verdict.error;
      const { retryAfter } = verdict;
      const isOver = await pauses.wait(retryDelayMs({ attempt, retryAfter, nowMs: clock.now(), random }));
      if (isOver) throw verdict.error;
    }
  }

  function renounce(token: string, error: FlowError, wasRenewed: boolean): void {
    if (wasRenewed) tokens.pause(token, error);
    else tokens.drop(token);
  }

  async function attemptOnce(call: Call, token: string | undefined): Promise<Verdict> {
    const secrets = [account.clientSecret, token, queryOf(call.form?.webhook), queryOf(call.form?.redirect_url)];
    const context: CallContext = {
      account,
      effect: call.effect,
      reply: call.reply,
      fits: (schema, value) => fits(schema, value) && (call.isAbout?.(value as never) ?? true),
      mask: createMask(secrets),
    };
    try {
      const response = await transport.send(requestOf(call, token));
      if (response.body.length > maxReplyBytes) throw new TransportError("too-large", { sent: "maybe" });
      return judgeReply(response, context);
    } catch (error) {
      return judgeTransportError(
        isTransportError(error) ? error : new TransportError("other", { sent: "maybe" }),
        context,
      );
    }
  }

  function requestOf(call: Call, token: string | undefined): TransportRequest {
    return {
      method: call.form === undefined ? "GET" : "POST",
      url: `${origin}${call.path}`,
      headers: {
        accept: "application/json",
        // A request without one is taken for a robot by some firewalls.
        "user-agent": "instamojo-flow-nodes",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(call.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(call.form === undefined ? {} : { body: encodeForm(call.form) }),
      timeouts,
      maxBytes: maxReplyBytes,
      ...(call.effect === "refund" ? { freshConnection: true } : {}),
    };
  }

  return {
    read: (call) => repeat({ ...call, effect: "read" }),
    write: (call) => repeat(call),
    async close() {
      pauses.end();
      await transport.close();
    },
  };
}

function originOf(account: GatewayAccount): string {
  const url = URL.parse(account.baseUrl);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url.origin;
  throw new FlowError("account_invalid", `The base URL of account ${account.name} is not a web address.`);
}

/** Whether it is this call that the account may not make. */
function isForbidden(verdict: Exclude<Verdict, { kind: "reply" }>, isRenewed: boolean): boolean {
  return verdict.kind === "token-refused" ? isRenewed : verdict.error.code === "not_activated";
}

/** A field that is not given is left out, never sent empty or as the word "undefined". */
function encodeForm(form: Form): string {
  return new URLSearchParams(
    Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
}

/** A token that cannot stand in a header is no token. */
function isSendable(reply: TokenReply): boolean {
  return /^[\x21-\x7e]+$/.test(reply.access_token);
}

/** Waiting that can be ended from outside; `wait` says whether it was. */
function createPauses(clock: Clock) {
  const wakers = new Set<() => void>();
  let isEnded = false;
  return {
    wait: (delayMs: number) =>
      new Promise<boolean>((resolve) => {
        const wake = () => {
          cancel();
          wakers.delete(wake);
          resolve(isEnded);
        };
        const cancel = clock.after(delayMs, wake);
        wakers.add(wake);
        if (isEnded) wake();
      }),
    end() {
      isEnded = true;
      for (const wake of [...wakers]) wake();
    },
  };
}
