import type { ParsedBody } from "./exchange.ts";

/**
 * Reads the three encodings that the gateway takes: form, JSON and multipart. A repeated key keeps its last value, a
 * file part is ignored, no body at all is an empty form.
 */
export async function readBody(contentType: string | undefined, bytes: Uint8Array): Promise<ParsedBody> {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (bytes.byteLength === 0) return { fields: new Map() };
  if (type === "application/x-www-form-urlencoded") {
    return { fields: new Map(new URLSearchParams(new TextDecoder().decode(bytes))) };
  }
  if (type === "application/json") return readJson(new TextDecoder().decode(bytes));
  if (type === "multipart/form-data") return readMultipart(contentType ?? "", bytes);
  return { status: 415, message: `Unsupported media type "${type}" in request.` };
}

function readJson(text: string): ParsedBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { status: 400, message: "JSON parse error - Expecting value: line 1 column 1 (char 0)" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { status: 400, message: "Invalid data. Expected a dictionary." };
  }
  return { fields: new Map(Object.entries(value)) };
}

async function readMultipart(contentType: string, bytes: Uint8Array): Promise<ParsedBody> {
  try {
    const form = await new Response(bytes.slice(), { headers: { "content-type": contentType } }).formData();
    return { fields: new Map([...form].filter(([, value]) => typeof value === "string")) };
  } catch {
    return { status: 400, message: "Multipart form parse error - Invalid boundary in multipart." };
  }
}
