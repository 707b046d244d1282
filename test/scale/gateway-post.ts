import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook as the local Instamojo sent it: path with query, and body. */
export interface Post {
  readonly path: string;
  readonly body: string;
  readonly paymentId: string;
}

/** The public address of the installation: takes what the local Instamojo sends and keeps it, to be posted when it suits. */
export async function startPostBox() {
  const posts: Post[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const paymentId = new URLSearchParams(body).get("payment_id") ?? "";
    posts.push({ path: request.url ?? "/", body, paymentId });
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    posts,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface PostOptions {
  /** Addresses of the receivers that run now; asked anew for each attempt. */
  readonly receivers: () => readonly string[];
  /** How many are on their way at once. */
  readonly width: number;
  /** Called before each message with how many were taken so far. */
  readonly onProgress: (taken: number) => void;
}

/** Posts every message to one receiver or another until it is taken. Resolves with the ids whose message was answered 2xx. */
export async function postAll(
  posts: readonly Post[],
  { receivers, width, onProgress }: PostOptions,
): Promise<Set<string>> {
  const taken = new Set<string>();
  let next = 0;
  let count = 0;

  async function post({ path, body, paymentId }: Post): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const all = receivers();
      const receiver = all[(count + attempt) % Math.max(1, all.length)];
      if (receiver && (await isTaken(receiver + path, body))) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    taken.add(paymentId);
    count += 1;
  }

  async function line(): Promise<void> {
    for (let post_ = posts[next++]; post_; post_ = posts[next++]) {
      onProgress(count);
      await post(post_);
    }
  }

  await Promise.all(Array.from({ length: width }, line));
  return taken;
}

async function isTaken(url: string, body: string): Promise<boolean> {
  try {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
