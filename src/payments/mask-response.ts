/** What replaces a masked value. */
const mask = "***";

/**
 * The gateway's reply as flows may see it: unchanged but for the query of `webhook`, which holds the callback token,
 * and the value of `mac`.
 */
export function maskResponse(reply: object): Record<string, unknown> {
  const copy = structuredClone(reply) as Record<string, unknown>;
  if (typeof copy.webhook === "string") copy.webhook = copy.webhook.replace(/\?.*$/s, `?${mask}`);
  if ("mac" in copy) copy.mac = mask;
  return copy;
}
