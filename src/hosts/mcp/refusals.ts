import type { NodeError } from "../../runtime/errors.ts";

const again = "Call the tool again without previewToken for a new preview, and show that to the person who decides.";

/** Every code with which this host refuses a call by itself, before the node; nothing was sent. Closed. */
export const refusalTable = {
  preview_token_unknown: { message: "There is no preview with this token.", remedy: again },
  preview_token_used: { message: "This preview was confirmed before. A token is good for one call.", remedy: again },
  preview_token_foreign: { message: "This token belongs to another session.", remedy: again },
  preview_token_expired: { message: "This preview is older than five minutes.", remedy: again },
  preview_input_changed: { message: "The call is not the one that was previewed.", remedy: again },
  preview_totals_changed: {
    message: "What was paid or refunded has changed since the preview.",
    remedy: again,
  },
  live_refunds_off: {
    message: "Refunds of real money are off for agents.",
    remedy: "A person refunds, or starts this server with --allow-live-refunds.",
  },
  payment_not_in_ledger: {
    message: "This ledger knows no link that was paid with this payment, so agents cannot refund it.",
    remedy: "A person refunds it in the Instamojo dashboard.",
  },
} as const satisfies Record<string, { readonly message: string; readonly remedy: string }>;

export type RefusalCode = keyof typeof refusalTable;

/** What a refused call is answered with: the shape of a node's error. */
export type Refusal = Omit<NodeError, "code"> & { readonly code: RefusalCode };

export function refusal(code: RefusalCode): Refusal {
  return { code, ...refusalTable[code], retryable: false, outcome: "not-applied" };
}
