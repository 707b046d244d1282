import { decodeUtf8 } from "../../runtime/utf8.ts";
import type { RouteRequest } from "./red.ts";

/** Largest body of a webhook, in bytes, and how long it may take to come in. */
const maxBodyBytes = 64 * 1024;
const timeoutMs = 10_000;

export type RawBody = { readonly text: string } | { readonly refused: 400 | 408 | 413 };

/**
 * The body as it was sent; bytes that are no UTF-8 are refused, as they are by every other wrapper. Where a parser of the
 * surrounding application was faster, its result is written out again, repeated keys included, so that they are still
 * refused.
 */
export function readRawBody(request: RouteRequest): Promise<RawBody> {
  const { body } = request;
  if (typeof body === "string") return Promise.resolve(within(body));
  if (Buffer.isBuffer(body)) return Promise.resolve(ofBytes(body));
  if (request.readableEnded || request.complete) return Promise.resolve(within(formText(body)));
  return readStream(request);
}

function readStream(request: RouteRequest): Promise<RawBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (result: RawBody) => {
      clearTimeout(timer);
      request.off("data", onData);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) finish({ refused: 413 });
      else chunks.push(chunk);
    };
    const timer = setTimeout(() => finish({ refused: 408 }), timeoutMs);
    timer.unref();
    request.on("data", onData);
    request.once("end", () => finish(ofBytes(Buffer.concat(chunks))));
    request.once("error", () => finish({ refused: 408 }));
    request.once("close", () => finish({ refused: 408 }));
  });
}

function ofBytes(bytes: Buffer): RawBody {
  if (bytes.length > maxBodyBytes) return { refused: 413 };
  const text = decodeUtf8(bytes);
  return text === null ? { refused: 400 } : { text };
}

function within(text: string): RawBody {
  return Buffer.byteLength(text) > maxBodyBytes ? { refused: 413 } : { text };
}

function formText(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const pairs = Object.entries(body).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, string] => [key, String(item)]),
  );
  return new URLSearchParams(pairs).toString();
}
