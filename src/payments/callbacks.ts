import { hash, randomBytes } from "node:crypto";

/** The two public routes, and what rides in their queries. */

/** Path of the webhook route; `{account}` in the manifest. */
export function webhookPath(account: string): string {
  return `/integrations/instamojo/${account}`;
}

/** Where the gateway reports payments of one link: the account's token lets it in, the tag says which link. */
export function callbackUrl(base: string, account: string, token: string, tag: string): string {
  return `${base}${webhookPath(account)}?id=${token}&op=${tag}`;
}

/** Where the buyer's browser comes back to. */
export function returnUrl(base: string, account: string, tag: string): string {
  return `${base}${webhookPath(account)}/return?op=${tag}`;
}

/** Adds the tag to a return address of the author's own, so that the link can be found again by it. */
export function withTag(url: string, tag: string): string {
  const tagged = new URL(url);
  tagged.searchParams.set("op", tag);
  return tagged.href;
}

/** The tag that a callback or return address carries; null where there is none. */
export function tagOf(url: string | null | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  const tag = new URL(url).searchParams.get("op");
  return tag !== null && /^[0-9a-f]{32}$/.test(tag) ? tag : null;
}

/** A new tag: 16 random bytes. */
export function newTag(): string {
  return randomBytes(16).toString("hex");
}

/** A new callback token: 32 random bytes. */
export function newCallbackToken(): string {
  return randomBytes(32).toString("base64url");
}

/** One short name for any list of texts; equal lists have equal names. */
export function digest(...parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts));
}
