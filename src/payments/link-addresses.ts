import { type FieldError, invalidInput } from "../runtime/errors.ts";
import type { Host } from "../runtime/host.ts";
import { callbackUrl, returnUrl, withTag } from "./callbacks.ts";

/** The addresses that go with a link. */
export interface LinkAddresses {
  readonly webhook: string | undefined;
  readonly redirectUrl: string | undefined;
}

export interface LinkAddressOptions {
  readonly host: Pick<Host, "publicUrl" | "localUrl" | "callbackOrigins">;
  readonly account: string;
  readonly token: string;
  readonly tag: string;
  readonly statusCallbackUrl: string | undefined;
  readonly redirectUrl: string | undefined;
}

/**
 * Where the gateway is to report a link and where the buyer comes back to. The tag rides in the callback or, without
 * one of our own, in the return address: by it an unanswered link is found again.
 * @throws {FlowError} `invalid_input` for an address that is not allowed
 */
export function linkAddresses(options: LinkAddressOptions): LinkAddresses {
  const { host, account, token, tag } = options;
  const errors = [...checkCallback(options.statusCallbackUrl, host), ...checkRedirect(options.redirectUrl)];
  if (errors.length > 0) throw invalidInput(errors);
  const publicBase = baseOf(host.publicUrl);
  const ownCallback = publicBase && callbackUrl(publicBase, account, token, tag);
  const webhook = options.statusCallbackUrl ?? ownCallback;
  const returnBase = publicBase ?? baseOf(host.localUrl);
  if (options.redirectUrl === undefined) {
    return { webhook, redirectUrl: returnBase && returnUrl(returnBase, account, tag) };
  }
  const isTagInCallback = webhook !== undefined && webhook === ownCallback;
  return { webhook, redirectUrl: isTagInCallback ? options.redirectUrl : withTag(options.redirectUrl, tag) };
}

/** A configured URL without a trailing slash, the path of a host that does not live at the root included. */
function baseOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, "");
}

function checkCallback(url: string | undefined, host: LinkAddressOptions["host"]): FieldError[] {
  if (url === undefined) return [];
  const parsed = URL.parse(url);
  const own = host.publicUrl === undefined ? undefined : new URL(host.publicUrl).origin;
  const isAllowed =
    parsed !== null &&
    parsed.username === "" &&
    parsed.password === "" &&
    (parsed.origin === own || (parsed.protocol === "https:" && (host.callbackOrigins ?? []).includes(parsed.origin)));
  if (isAllowed) return [];
  const rule = "an https address of this installation or of one listed in callbackOrigins";
  return [
    {
      field: "statusCallbackUrl",
      rule,
      message: `Status callback URL must be ${rule}.`,
      remedy: "Leave the field empty: it is filled in for you. Or add the origin to the setting callbackOrigins.",
    },
  ];
}

function checkRedirect(url: string | undefined): FieldError[] {
  if (url === undefined) return [];
  const parsed = URL.parse(url);
  const isAllowed =
    parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username === "" && parsed.password === "";
  if (isAllowed) return [];
  const rule = "a web address that starts with https:// or http://";
  return [
    {
      field: "redirectUrl",
      rule,
      message: `Redirect URL must be ${rule}.`,
      remedy: "Write it like https://shop.example.com/thanks, or leave it empty.",
    },
  ];
}
