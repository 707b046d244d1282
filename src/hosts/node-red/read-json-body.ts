import { readRawBody } from "./read-raw-body.ts";
import type { RouteRequest } from "./red.ts";

/**
 * The fields of a JSON body, whether Node-RED has parsed it already or not; empty where it is no object. Only of a
 * request that says it is JSON, which no page of another origin can send unasked.
 */
export async function readJsonBody(request: RouteRequest): Promise<Record<string, unknown>> {
  if (!request.headers["content-type"]?.startsWith("application/json")) return {};
  const parsed = typeof request.body === "object" && request.body !== null ? request.body : await parse(request);
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}

async function parse(request: RouteRequest): Promise<unknown> {
  const raw = await readRawBody(request);
  try {
    return "text" in raw ? JSON.parse(raw.text) : null;
  } catch {
    return null;
  }
}
