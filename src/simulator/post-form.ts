import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** How long a receiver has to answer. Source: Instamojo's integration guide. */
export const webhookTimeoutMs = 5000;

export interface PostResult {
  /** Null when there was no answer. */
  status: number | null;
  error: string | null;
}

/** Posts a form body and looks at the status only. Redirects are not followed. Never rejects. */
export function postForm(
  url: string,
  body: string,
  { stop, timeoutMs = webhookTimeoutMs }: { stop: AbortSignal; timeoutMs?: number },
): Promise<PostResult> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
    "user-agent": "local-instamojo",
  };
  return new Promise((resolve) => {
    const failed = (error: Error & { code?: string }): void => {
      resolve({ status: null, error: signal.aborted ? "timeout" : (error.code ?? error.message) });
    };
    try {
      const outgoing = send(url, { method: "POST", headers, agent: false, signal }, (reply) => {
        reply.on("error", () => {});
        reply.resume();
        resolve({ status: reply.statusCode ?? null, error: null });
      });
      outgoing.on("error", failed);
      outgoing.end(body);
    } catch (error) {
      failed(error as Error);
    }
  });
}
