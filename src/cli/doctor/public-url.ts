import type { Tier } from "../../../schemas/account.ts";
import { webhookPath } from "../../payments/callbacks.ts";
import type { Finding } from "./finding.ts";

export interface PublicUrlOptions {
  readonly publicUrl: string | undefined;
  readonly tier: Tier;
  /** Name of any account. */
  readonly account: string;
}

const withinMs = 10_000;
const about = { check: "public URL" } as const;

/** Nobody answered, which may be because nothing runs now. */
const silentCodes = ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"];
/** What a proxy says when nobody runs behind it. */
const silentStatuses = [502, 503, 504];

/** Asks the public routes from outside, as Instamojo would, but for a secret. Never rejects. */
export async function publicUrlFindings({ publicUrl, tier, account }: PublicUrlOptions): Promise<readonly Finding[]> {
  if (publicUrl === undefined) {
    return [
      { ...about, result: "ok", message: "There is none: payments are found by asking Instamojo, seconds later." },
    ];
  }
  const { protocol } = new URL(publicUrl);
  const webhook = await webhookFinding(publicUrl, account);
  if (protocol === "https:") return [webhook, ...(webhook.result === "ok" ? [await closedFinding(publicUrl)] : [])];
  const local: Finding = {
    ...about,
    result: tier === "live" ? "failed" : "warning",
    message: "Only this machine reaches the public URL.",
    remedy: "Use an https address that Instamojo reaches, or leave publicUrl out: then Instamojo is asked.",
  };
  return [local, webhook];
}

/** The webhook route takes nothing but POST, and says so to everybody alike. */
async function webhookFinding(publicUrl: string, account: string): Promise<Finding> {
  const answer = await ask(`${publicUrl}${webhookPath(account)}`);
  if (typeof answer === "string") return noAnswer(answer);
  if (silentStatuses.includes(answer.status)) return noAnswer(String(answer.status));
  const isOurs = answer.status === 405 && answer.headers.get("allow") === "POST";
  if (isOurs) return { ...about, result: "ok", message: "The webhook route answers." };
  return {
    ...about,
    result: "failed",
    message: `Something else answers there: the webhook route says ${answer.status} in place of 405.`,
    remedy: `Let ${webhookPath("")} of the public URL lead to this program, path and query unchanged.`,
  };
}

/** Numbers of payments are for this machine and for keys only. */
async function closedFinding(publicUrl: string): Promise<Finding> {
  const answer = await ask(`${publicUrl}/metrics`);
  if (typeof answer !== "string" && answer.status === 200) {
    return {
      ...about,
      result: "failed",
      message: "More than the webhook and return routes can be reached from outside: /metrics answers without a key.",
      remedy: `Let the proxy pass on nothing but ${webhookPath("")}, with the Host that was asked for.`,
    };
  }
  return { ...about, result: "ok", message: "Nothing else can be reached from outside without a key." };
}

function noAnswer(cause: string): Finding {
  if (silentCodes.includes(cause) || silentStatuses.includes(Number(cause)) || cause === "timeout") {
    return {
      ...about,
      result: "unknown",
      message: `Nobody answers there now (${cause}).`,
      remedy: "Start the program, then run this again, best from another network.",
    };
  }
  return {
    ...about,
    result: "failed",
    message: `It cannot be reached (${cause}).`,
    remedy: cause === "ENOTFOUND" ? "Check its name, and its DNS entry." : "Check its certificate and its proxy.",
  };
}

/** The answer, its body unread, or why there is none. */
async function ask(url: string): Promise<Pick<Response, "status" | "headers"> | string> {
  try {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(withinMs) });
    await answer.body?.cancel();
    return answer;
  } catch (thrown) {
    const { name, cause } = thrown as { readonly name: string; readonly cause?: { readonly code?: unknown } };
    if (name === "TimeoutError" || cause?.code === "UND_ERR_CONNECT_TIMEOUT") return "timeout";
    return typeof cause?.code === "string" ? cause.code : "no answer";
  }
}
