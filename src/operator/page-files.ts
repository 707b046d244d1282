import { readFileSync } from "node:fs";
import type { HandlerResponse } from "../runtime/host.ts";

/** The page loads from its own place, and what it shows comes from there; it stands in frames of its own origin only. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

const folder = new URL("./page/", import.meta.url);
const types: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "operator.css": "text/css; charset=utf-8",
  "operator.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** Names of the files of the page; `index.html` stands for the page itself. */
export const pageFileNames = Object.keys(types);

/** One file of the operator page. It holds nothing but how things look: no login is asked for it. */
export function pageFile(name: string): HandlerResponse {
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined)
    return { status: 404, headers: { "content-type": "text/plain" }, body: "There is nothing here." };
  return {
    status: 200,
    headers: {
      "content-type": type,
      "content-security-policy": contentPolicy,
      "cache-control": "no-cache",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
    body: readFileSync(new URL(name, folder), "utf8"),
  };
}
