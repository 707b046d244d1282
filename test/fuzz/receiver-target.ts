import { createReceiver } from "../../src/payments/webhook.ts";
import type { HandlerRequest } from "../../src/runtime/host.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { SeededRandom } from "../crash/seeded-random.ts";
import { manualClock } from "../helpers/manual-clock.ts";
import { webhookSignature } from "../helpers/webhook-signature.ts";
import { formWords, reasonToRefuse } from "./form-target.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./target.ts";

const salt = "0123456789abcdef0123456789abcdef";
const token = "a-token-of-32-bytes-or-near-to-it";
const goodPath = `/integrations/instamojo/shop?id=${token}`;
const goodType = "application/x-www-form-urlencoded";

/** Every answer that a stranger may get. 5xx is for a ledger that cannot be written, and this one can. */
const allowed = [200, 400, 403, 404, 405, 413, 415];

/** The public route with a salt set: a message is taken only with the token and the signature, and nothing upsets it. */
export async function receiverTarget(): Promise<Target> {
  const store = await openSqliteStore({ file: ":memory:" });
  await store.openAccount({ name: "shop", environment: "test", clientId: "test_one" }, token);
  let recorded = 0;
  const account = { name: "shop", baseUrl: "https://test.instamojo.com", clientId: "a", clientSecret: "b" };
  const receive = createReceiver({
    host: { accounts: () => [{ ...account, privateSalts: [salt] }], store, logger: silentLogger },
    clock: manualClock(),
    onMessage: () => void recorded++,
    confirmReturn: async () => "Pending",
  });
  return {
    name: "receiver",
    corpus: "form",
    words: formWords,
    async check(input, random) {
      const before = recorded;
      const request = requestWith(input, random);
      const { status, body } = await receive(request);
      if (!allowed.includes(status)) return `answered ${status}`;
      if (body.includes(token) || body.includes(salt)) return "answered with a secret";
      const isTaken = recorded > before;
      if (isTaken !== (status === 200 && request.method === "POST")) return `answered ${status}, taken: ${isTaken}`;
      if (isTaken) return mayBeTaken(request) ? null : "a forgery was taken";
      return isUsual(request) && mayBeTaken(request) ? "a genuine message was refused" : null;
    },
  };
}

/** Often the input is signed, so that what comes after the signature is reached; now and then all else is odd too. */
function requestWith(input: string, random: SeededRandom): HandlerRequest {
  const isSigned = random.fraction() < 0.4;
  const body = isSigned ? signed(input) : input;
  if (random.fraction() < 0.8) return { method: "POST", path: goodPath, headers: { "content-type": goodType }, body };
  const odd = (text: string): string => (random.fraction() < 0.5 ? text : mutate(text, random, formWords));
  return {
    method: random.pick(["POST", "GET", "PUT", "", "__proto__"]),
    path: odd(random.pick([goodPath, `/integrations/instamojo/shop/return?op=${"f".repeat(32)}`, "//[", ""])),
    headers: { [odd("content-type")]: odd(goodType), [odd("content-encoding")]: odd("identity") },
    body,
  };
}

function signed(input: string): string {
  const fields = new URLSearchParams(`?${input}`);
  fields.delete("mac");
  const mac = webhookSignature(fields, salt);
  return `${input.replace(/(^|&)mac=[^&]*/g, "")}&mac=${mac}`.replace(/^&/, "");
}

/** Sent as the gateway sends it, so that nothing but its fields may be wrong. */
function isUsual({ method, path, headers, body }: HandlerRequest): boolean {
  const isForm = headers["content-type"] === goodType && (headers["content-encoding"] ?? "identity") === "identity";
  return method === "POST" && path === goodPath && isForm && Buffer.byteLength(body) <= 65_536;
}

function mayBeTaken({ path, body }: HandlerRequest): boolean {
  const fields = new URLSearchParams(`?${body}`);
  const isOurs = new URL(path, "http://localhost").searchParams.get("id") === token;
  return isOurs && reasonToRefuse(body) === null && fields.get("mac") === webhookSignature(fields, salt);
}
