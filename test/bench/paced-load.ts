import { Agent, request } from "node:http";

export interface PacedLoad {
  readonly url: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** The path and form of the message with this number. */
  message(number: number): { readonly path: string; readonly body: string };
}

export interface PacedResult {
  readonly answered: number;
  readonly failed: number;
  /** From the moment at which a message was due, so that a server that stalls is charged for all that had to wait. */
  readonly latenciesMs: readonly number[];
}

const warmUpSeconds = 1;

/**
 * Sends messages at even distances over kept connections, whether or not earlier ones are answered. (A rate in autocannon
 * is a burst at the start of every second.) What comes in the first second is not counted.
 */
export async function runPaced({ url, perSecond, seconds, connections, message }: PacedLoad): Promise<PacedResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let failed = 0;
  const send = (number: number, dueAt: number, isCounted: boolean): Promise<void> =>
    new Promise((resolve) => {
      const { path, body } = message(number);
      const end = (isGood: boolean): void => {
        if (!isGood) failed += 1;
        else if (isCounted) latenciesMs.push(performance.now() - dueAt);
        resolve();
      };
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
      };
      const sent = request(`${url}${path}`, { method: "POST", agent, headers }, (response) => {
        response.resume();
        response.on("end", () => end(response.statusCode === 200));
      });
      sent.on("error", () => end(false));
      sent.end(body);
    });
  const start = performance.now();
  const under: Promise<void>[] = [];
  const total = perSecond * (seconds + warmUpSeconds);
  for (let number = 0; number < total; ) {
    const due = ((performance.now() - start) * perSecond) / 1000;
    for (; number < total && number <= due; number++) {
      under.push(send(number, start + (number * 1000) / perSecond, number >= perSecond * warmUpSeconds));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  agent.destroy();
  return { answered: latenciesMs.length, failed, latenciesMs };
}
