import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { TransportError, type Transport, type TransportRequest, type TransportResponse } from "./transport.ts";
import { transportFailure } from "./transport-failure.ts";
import { type ConnectionOptions, createConnections } from "./undici-connections.ts";

/**
 * The default transport: ky, with undici's connections under it. Not undici's `fetch`, which sends a request again by
 * itself when the answer is 421.
 */
export function createKyTransport(options: ConnectionOptions = {}): Transport {
  const connections = createConnections(options);
  const running = new Set<Promise<unknown>>();
  let isClosed = false;

  async function exchange(request: TransportRequest): Promise<TransportResponse> {
    const { origin } = new URL(request.url);
    const { connectMs } = request.timeouts;
    if (!request.freshConnection) return sendOn(await connections.kept(connectMs), request);
    const connection = await connections.single(origin, connectMs);
    try {
      return await sendOn(connection, request);
    } finally {
      await connection.destroy();
    }
  }

  return {
    async send(request) {
      if (isClosed) throw new TransportError("other", { sent: "no" });
      const exchanging = exchange(request);
      running.add(exchanging);
      try {
        return await exchanging;
      } finally {
        running.delete(exchanging);
      }
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(running);
      await connections.close();
    },
  };
}

async function sendOn(connection: Dispatcher, request: TransportRequest): Promise<TransportResponse> {
  const watch = createWatch(request);
  try {
    return await Promise.race([receive(connection, request, watch), watch.tooLate]);
  } catch (error) {
    watch.abort();
    if (error instanceof TransportError) throw error;
    throw transportFailure(error, { isSent: watch.isSent(), isTls: request.url.startsWith("https:") });
  } finally {
    watch.end();
  }
}

async function receive(connection: Dispatcher, request: TransportRequest, watch: Watch): Promise<TransportResponse> {
  const { default: ky } = await import("ky");
  const { origin, pathname, search } = new URL(request.url);
  const { method, body } = request;
  let headers: TransportResponse["headers"] = {};
  const response = await ky(request.url, {
    method,
    headers: request.headers,
    ...(body === undefined ? {} : { body }),
    redirect: "manual",
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    async fetch(prepared) {
      const reply = await connection.compose(watch.onDispatch).request({
        origin,
        path: `${pathname}${search}`,
        method,
        headers: Object.fromEntries((prepared as Request).headers),
        body: body ?? null,
        signal: watch.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      watch.replyBegan();
      headers = flatHeaders(reply.headers);
      return asResponse(reply);
    },
  });
  return { status: response.status, headers, body: await readText(response, request.maxBytes) };
}

interface Watch {
  readonly signal: AbortSignal;
  readonly onDispatch: Dispatcher.DispatcherComposeInterceptor;
  /** Rejects when a limit is passed; a request that still waits for a connection does not notice its signal. */
  readonly tooLate: Promise<never>;
  isSent(): boolean;
  replyBegan(): void;
  abort(): void;
  end(): void;
}

/**
 * Keeps the time limits of one request, and sees whether it left: undici announces it right before the first byte.
 * undici's own limits for headers and body begin anew with every piece, so a slow drip would never end.
 */
function createWatch({ timeouts }: TransportRequest): Watch {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  let isSent = false;
  const expire = () =>
    late.reject(new TransportError(isSent ? "timeout" : "connect-timeout", { sent: isSent ? "maybe" : "no" }));
  let timer = setTimeout(expire, timeouts.connectMs + timeouts.headersMs);
  const restart = (limitMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(expire, limitMs);
  };
  return {
    signal: controller.signal,
    tooLate: late.promise,
    onDispatch: (dispatch) => (options, handler) =>
      dispatch(options, {
        ...forward(handler),
        onRequestStart(control, context) {
          if (isSent || controller.signal.aborted) {
            control.abort(new TransportError("other", { sent: isSent ? "maybe" : "no" }));
            return;
          }
          isSent = true;
          restart(timeouts.headersMs);
          handler.onRequestStart?.(control, context);
        },
      }),
    isSent: () => isSent,
    replyBegan: () => restart(timeouts.bodyMs),
    abort: () => controller.abort(),
    end: () => clearTimeout(timer),
  };
}

function forward(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onResponseStart: (control, status, headers, text) => handler.onResponseStart?.(control, status, headers, text),
    onResponseData: (control, chunk) => handler.onResponseData?.(control, chunk),
    onResponseEnd: (control, trailers) => handler.onResponseEnd?.(control, trailers),
    onResponseError: (control, error) => handler.onResponseError?.(control, error),
  };
}

/** Statuses with which a `Response` may have no body. */
const bodyless = new Set([204, 205, 304]);

function asResponse({ statusCode, body }: Dispatcher.ResponseData): Response {
  if (!bodyless.has(statusCode)) return new Response(Readable.toWeb(body) as ReadableStream, { status: statusCode });
  body.resume();
  return new Response(null, { status: statusCode });
}

function flatHeaders(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new TransportError("too-large", { sent: "maybe" });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
