import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** How long calls that are under way at the end may still take. */
const graceMs = 30_000;

/** The calls that come in: refused before the host is ready and once it closes, counted in between. */
export interface Traffic {
  readonly listener: RequestListener;
  /** From now on calls are handed on. */
  open(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  isClosing(): boolean;
  /** Refuses what is new and resolves when nothing is under way, at the latest after half a minute. */
  close(): Promise<void>;
}

export function createTraffic(): Traffic {
  let handle: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  let isClosing = false;
  let underWay = 0;
  let onQuiet = () => {};

  return {
    listener(request, response) {
      if (!handle || isClosing) return unavailable(response);
      underWay += 1;
      response.once("close", () => {
        underWay -= 1;
        if (underWay === 0) onQuiet();
      });
      handle(request, response);
    },
    open(handler) {
      handle = handler;
    },
    isClosing: () => isClosing,
    async close() {
      isClosing = true;
      if (underWay === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}

function unavailable(response: ServerResponse): void {
  const error = { code: "unavailable", message: "The host is starting or closing.", remedy: "Try again in a moment." };
  response
    .writeHead(503, { "content-type": "application/json", "retry-after": "5", connection: "close" })
    .end(JSON.stringify({ error }));
}
