import { createHash } from "node:crypto";
import type { SimulatorResponse } from "../exchange.ts";
import { html, type Markup } from "./html.ts";
import { style } from "./style.ts";

const styleHash = createHash("sha256").update(style).digest("base64");

/**
 * No script, no outside asset, no frame. Forms may lead on to any web address, because the browser checks the redirect
 * to the merchant after a payment against this rule too.
 */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "img-src data:",
  "form-action 'self' http: https:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** A whole page around `content`. */
export function page(
  status: number,
  { title, content, isWide = false }: { title: string; content: Markup; isWide?: boolean },
): SimulatorResponse {
  const sheet: Markup = { markup: `<style>${style}</style>` };
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${sheet}
</head>
<body>
<div class="banner" role="note">Local Instamojo: no real money</div>
<main${isWide ? wide : ""}>
${content}
</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "referrer-policy": "same-origin",
      "cache-control": "no-store",
    },
    body: document.markup,
  };
}

const wide: Markup = { markup: ' class="wide"' };
