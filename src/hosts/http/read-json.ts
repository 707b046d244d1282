import type { FastifyInstance } from "fastify";
import { ApiError } from "./http-error.ts";

/** Deeper JSON is nobody's form, and would exhaust the stack of whatever walks through it. */
const maxDepth = 32;

/** Lets the app read JSON and nothing else: valid, not too deep, without keys that reach a prototype. */
export function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = String(body);
    if (text === "") return done(null, undefined);
    if (depthOf(text) > maxDepth) return done(new ApiError("malformed", "The body is nested too deeply."), undefined);
    return parse(request, text, (error, value) =>
      error ? done(new ApiError("malformed", "The body is no JSON."), undefined) : done(null, value),
    );
  });
  // Clients name the kind of a body that they do not have, too. What is not empty is not read at all.
  app.addContentTypeParser("*", ({ headers }, _body, done) =>
    headers["content-length"] === "0"
      ? done(null, undefined)
      : done(new ApiError("unsupported_content", "This kind of content is not read."), undefined),
  );
}

/** How deep brackets are nested outside of strings; what is no JSON at all may give any number. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const sign = text[index];
    if (isInString) {
      if (sign === "\\") index++;
      else if (sign === '"') isInString = false;
    } else if (sign === '"') isInString = true;
    else if (sign === "{" || sign === "[") deepest = Math.max(deepest, ++depth);
    else if (sign === "}" || sign === "]") depth--;
  }
  return deepest;
}
