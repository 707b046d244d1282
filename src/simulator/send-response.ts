import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { SimulatorResponse } from "./exchange.ts";
import type { CallFault } from "./faults.ts";

/** Writes an answer, dated `now`, damaged as the fault says. `stop` ends its pauses. */
export async function sendResponse(
  outgoing: ServerResponse,
  response: SimulatorResponse,
  { fault, isHead, now, stop }: { fault?: CallFault | undefined; isHead: boolean; now: number; stop: AbortSignal },
): Promise<void> {
  if (fault?.delayMs !== undefined && fault.kind !== "drip") await pause(fault.delayMs, undefined, { signal: stop });
  // The request's: the answer has no socket of its own yet while the one before it on this connection is being ended.
  const { socket } = outgoing.req;
  if (fault?.kind === "reset") {
    socket.resetAndDestroy();
    return;
  }
  const body = Buffer.from(response.body);
  const date = new Date(now).toUTCString();
  outgoing.writeHead(response.status, { date, ...response.headers, "content-length": body.byteLength });
  if (isHead) {
    outgoing.end();
  } else if (fault?.kind === "cut") {
    const part = body.subarray(0, fault.bytes ?? Math.floor(body.byteLength / 2));
    outgoing.write(part, () => socket.destroy());
  } else if (fault?.kind === "drip") {
    for (let at = 0; at < body.byteLength && !outgoing.destroyed; at += fault.bytes) {
      outgoing.write(body.subarray(at, at + fault.bytes));
      await pause(fault.delayMs, undefined, { signal: stop });
    }
    outgoing.end();
  } else {
    outgoing.end(body);
  }
}

/** The answer that a `status` fault puts in place of the real one. */
export function faultResponse(fault: CallFault & { kind: "status" }): SimulatorResponse {
  const { body = "", bytes = 0, headers = {}, status } = fault;
  const isText = typeof body === "string";
  const text = isText ? body : JSON.stringify(body);
  const type = isText && text.trimStart().startsWith("<") ? "text/html; charset=utf-8" : "application/json";
  return { status, headers: { "content-type": type, ...headers }, body: text.padEnd(bytes) };
}
