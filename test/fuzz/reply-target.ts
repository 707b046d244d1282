import { isDeepStrictEqual } from "node:util";
import type { Gateway } from "../../src/client/gateway.ts";
import { isFlowError } from "../../src/runtime/errors.ts";
import { maskResponse } from "../../src/payments/mask-response.ts";
import { foreignPaise, listRefunds } from "../../src/payments/refund-cases.ts";
import { orderOf, paymentList, requestList } from "../../src/payments/sweep-list.ts";
import { readPage } from "../../src/payments/sweep-pass.ts";
import { accessToken, clientSecret, everyCall, everythingShown, gatewayAnswering } from "../helpers/client-fakes.ts";
import { replyWords } from "./reply-words.ts";
import type { Target } from "./target.ts";

const statuses = [200, 201, 400, 401, 403, 404, 429, 500, 503];
/** Processor time. No reply of this size takes long to read; a second means that the time grows faster than the size. */
const longestMs = 1_000;

/** Reads that look at a reply more closely than the client does. */
const readers: readonly { readonly name: string; run(gateway: Gateway): Promise<unknown> }[] = [
  { name: "refunds of a payment", run: readRefunds },
  {
    name: "page of payments",
    run: async (gateway) => {
      const list = paymentList(gateway);
      const { rows } = await list.read({ page: 1, limit: 100 });
      return [orderOf(list, rows), rows.map(list.markOf)];
    },
  },
  {
    name: "page of links, from the end",
    run: async (gateway) => {
      const list = requestList(gateway);
      const { rows } = await readPage({ list, memory: { order: "oldest-first", count: 3 } }, 1, 100);
      return [orderOf(list, rows), rows.map(list.markOf)];
    },
  },
];

async function readRefunds(gateway: Gateway): Promise<void> {
  const rows = await listRefunds(gateway, 0);
  const amounts = rows.map(({ amountPaise }) => amountPaise);
  if (!amounts.every((paise) => paise === null || (Number.isSafeInteger(paise) && paise >= 0))) {
    throw new Error(`amounts ${amounts.join()}`);
  }
  for (const { paymentId } of rows) {
    if (paymentId !== null && !(foreignPaise(rows, paymentId, []) >= 0)) throw new Error("a negative sum");
  }
}

/** The client and the readers of lists: a reply is read as it is or refused with an error that can be shown. */
export const replyTarget: Target = {
  name: "reply",
  corpus: "reply",
  words: replyWords,
  async check(input, random) {
    const run = random.fraction() < 0.2 ? random.pick(readers) : random.pick(everyCall);
    return tryReply(run, input, random.pick(random.fraction() < 0.5 ? [200] : statuses));
  },
};

/** Every call with this body as its answer: taken, refused, broken. */
export async function tryEveryCall(body: string): Promise<string | null> {
  for (const run of [...everyCall, ...readers]) {
    for (const status of [200, 400, 500]) {
      const problem = await tryReply(run, body, status);
      if (problem !== null) return problem;
    }
  }
  return null;
}

type Run = { readonly name: string; readonly run: (gateway: Gateway) => Promise<unknown> };

async function tryReply({ name, run }: Run, body: string, status: number): Promise<string | null> {
  const { gateway } = gatewayAnswering([{ status, headers: {}, body }]);
  const started = process.cpuUsage();
  const problem = await run(gateway).then(
    (value) => problemOfValue(value, { body, status, isRead: readers.some((reader) => reader.name === name) }),
    problemOfError,
  );
  const tookMs = process.cpuUsage(started).user / 1000;
  const late = tookMs > longestMs ? `took ${Math.round(tookMs)} ms` : null;
  return (problem ?? late) && `${name}, ${status}: ${problem ?? late}`;
}

function problemOfValue(
  value: unknown,
  { body, status, isRead }: { readonly body: string; readonly status: number; readonly isRead: boolean },
): string | null {
  if (status >= 300) return "a refusal was taken for a reply";
  if (isRead || value === undefined) return null;
  if (!isDeepStrictEqual(value, JSON.parse(body))) return "read otherwise than it was written";
  const masked = JSON.stringify(maskResponse(value as object));
  return masked.length > 2 * body.length + 100 ? "grew when it was copied" : null;
}

function problemOfError(error: unknown): string | null {
  if (!isFlowError(error)) return `threw ${String(error)}`;
  const shown = everythingShown(error);
  if (shown.includes(clientSecret) || shown.includes(accessToken)) return "an error shows a secret";
  if (!error.message || error.message !== error.message.trim()) return "an error without a word";
  return null;
}
