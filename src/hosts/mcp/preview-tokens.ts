import { createHash, randomBytes } from "node:crypto";
import { canonicalJson } from "../../runtime/canonical-json.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { RefusalCode } from "./refusals.ts";

/** How long a preview may be confirmed. */
export const previewMs = 5 * 60_000;

/** How many previews are remembered; the oldest go first and are unknown then. */
const mostPreviews = 10_000;

/** What a preview was of. A token confirms exactly this, for the session that it was made for. */
export interface PreviewedCall {
  readonly session: string;
  readonly node: string;
  readonly account: string;
  /** The checked input. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface PreviewTokens {
  issue(call: PreviewedCall, totals: object): { readonly token: string; readonly expiresAt: number };
  /**
   * Takes a token for a call; whatever the answer to its own session, it is used from then on. Another session's try
   * changes nothing. `fits` says whether the totals are still those of the preview.
   */
  take(token: string, call: PreviewedCall): RefusalCode | { fits(totals: object): boolean };
}

interface Preview {
  readonly session: string;
  readonly call: string;
  readonly totals: string;
  readonly expiresAt: number;
  isUsed: boolean;
}

/** The previews of one host, of all its sessions. They end with the process. */
export function createPreviewTokens(clock: Clock): PreviewTokens {
  const previews = new Map<string, Preview>();
  const nameOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

  return {
    issue({ session, ...call }, totals) {
      const token = randomBytes(32).toString("base64url");
      const expiresAt = clock.now() + previewMs;
      const preview = { session, call: canonicalJson(call), totals: canonicalJson(totals), expiresAt, isUsed: false };
      previews.set(nameOf(token), preview);
      const [oldest] = previews.keys();
      if (previews.size > mostPreviews && oldest !== undefined) previews.delete(oldest);
      return { token, expiresAt };
    },
    take(token, { session, ...call }) {
      const preview = previews.get(nameOf(token));
      if (!preview) return "preview_token_unknown";
      if (preview.session !== session) return "preview_token_foreign";
      if (preview.isUsed) return "preview_token_used";
      preview.isUsed = true;
      if (clock.now() >= preview.expiresAt) return "preview_token_expired";
      if (preview.call !== canonicalJson(call)) return "preview_input_changed";
      return { fits: (totals) => preview.totals === canonicalJson(totals) };
    },
  };
}
