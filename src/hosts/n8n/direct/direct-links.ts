import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../../../schemas/generate-payment-link.ts";
import { newTag } from "../../../payments/callbacks.ts";
import type { LinkAddresses } from "../../../payments/link-addresses.ts";
import { linkIntent } from "../../../payments/link-intent.ts";
import { createBody, linkOutput, replyMismatch } from "../../../payments/link-reply.ts";
import { maskResponse } from "../../../payments/mask-response.ts";
import type { Session } from "../../../payments/sessions.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { type FieldError, FlowError, invalidInput } from "../../../runtime/errors.ts";

export interface DirectLinksOptions {
  readonly session: Session;
  readonly clock: Clock;
  /** What the credential gives as the address to report payments to. */
  readonly triggerUrl: string;
  /** Base address of this n8n. */
  readonly ownUrl: string;
}

/** Makes payment links without a ledger: each run makes a new one, and nothing closes it later. */
export function createDirectLinks(options: DirectLinksOptions) {
  const { session, clock } = options;
  return {
    async create(input: GeneratePaymentLinkInput): Promise<GeneratePaymentLinkOutput> {
      const addresses = addressesOf(input, options);
      const intent = linkIntent({
        session,
        correlation: null,
        key: "",
        tag: newTag(),
        input,
        addresses,
        now: clock.now(),
      });
      const reply = await session.gateway.createPaymentRequest(createBody(input, addresses));
      const mismatch = replyMismatch(intent, reply, session.account.baseUrl);
      if (mismatch) {
        throw new FlowError("outcome_unknown", `Instamojo made a link, but ${mismatch} is not what was asked for.`);
      }
      const made = { paymentRequestId: reply.id, link: reply.longurl, response: maskResponse(reply) };
      return linkOutput({ ...intent, ...made, stage: "open" }, false);
    },
  };
}

function addressesOf(input: GeneratePaymentLinkInput, options: DirectLinksOptions): LinkAddresses {
  const { triggerUrl } = options;
  const errors = [...checkExpiry(input), ...checkCallback(input.statusCallbackUrl, options)];
  if (errors.length > 0) throw invalidInput(errors);
  return {
    webhook: input.statusCallbackUrl ?? (triggerUrl === "" ? undefined : triggerUrl),
    redirectUrl: input.redirectUrl,
  };
}

function checkExpiry({ expiresAfter }: GeneratePaymentLinkInput): FieldError[] {
  if (expiresAfter === undefined) return [];
  const rule = "left empty where n8n calls Instamojo itself: nothing here closes a link later";
  return [
    {
      field: "expiresAfter",
      rule,
      message: `Expires after (minutes) must be ${rule}.`,
      remedy: "Leave it empty, or choose the HTTP host as connection.",
    },
  ];
}

/** What Instamojo reports goes to this n8n only: names and mails of buyers are in it. */
function checkCallback(
  url: string | undefined,
  { triggerUrl, ownUrl, session }: DirectLinksOptions,
): readonly FieldError[] {
  if (url === undefined) return [];
  const { origin, protocol, username, password } = URL.parse(url) ?? new URL("about:blank");
  const isOwn = [triggerUrl, ownUrl].some((own) => URL.parse(own)?.origin === origin);
  const isSafe = protocol === "https:" || session.environment === "local";
  if (isOwn && isSafe && username === "" && password === "") return [];
  const rule = "an https address of this n8n, or on that of the Trigger Address in the credential";
  return [
    {
      field: "statusCallbackUrl",
      rule,
      message: `Status callback URL must be ${rule}.`,
      remedy: "Leave the field empty: the Trigger Address of the credential is filled in.",
    },
  ];
}
