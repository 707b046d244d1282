import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newApiKey, newDeliverySecret } from "../../src/hosts/http/api-keys.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { type Started, startBuilt } from "../cli/built-command.ts";
import { startPostgres } from "../helpers/postgres-server.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { type CountedEvent, startCountingTarget } from "./counting-target.ts";
import { type Post, postAll, startPostBox } from "./gateway-post.ts";

export interface ScaleOutOptions {
  readonly links: number;
  readonly paymentsPerLink: number;
  /** How often each webhook is posted. */
  readonly copies: number;
  readonly withinMs: number;
}

export interface ScaleOutResult {
  /** Ids of the payments that the local Instamojo took, by their link. */
  readonly paid: ReadonlyMap<string, readonly string[]>;
  /** Payments whose webhook was answered 2xx. */
  readonly answered: ReadonlySet<string>;
  /** Payments of which the ledger has a message. */
  readonly recorded: ReadonlySet<string>;
  readonly events: readonly CountedEvent[];
  readonly tokenCalls: number;
}

interface Member {
  readonly role: "receiver" | "worker";
  command: Started;
  url: string;
  isUp: boolean;
}

/**
 * Two receivers and two workers as processes on one PostgreSQL. While messages are posted, a receiver and a worker are
 * killed and started again, and the database is restarted.
 */
export async function runScaleOut(options: ScaleOutOptions): Promise<ScaleOutResult> {
  const undo: (() => unknown)[] = [];
  try {
    const server = await startPostgres();
    undo.unshift(() => server.stop());
    const store = await server.createDatabase();
    const simulator = await startSimulator(localCredentials);
    undo.unshift(() => simulator.close());
    const target = await startCountingTarget();
    undo.unshift(() => target.close());
    const box = await startPostBox();
    undo.unshift(() => box.close());
    const folder = mkdtempSync(join(tmpdir(), "scale-out-"));
    undo.unshift(() => rmSync(folder, { recursive: true, force: true }));

    const { key, sha256 } = newApiKey("bot");
    const { clientId, clientSecret, salt } = localCredentials;
    const config = join(folder, "config.json");
    writeFileSync(
      config,
      JSON.stringify({
        tier: "development",
        publicUrl: box.url,
        store,
        accounts: [{ name: "shop", baseUrl: simulator.url, clientId, clientSecret, privateSalts: [salt] }],
        deliver: [{ name: "bot", url: target.url, secrets: [newDeliverySecret()], allowPrivate: true }],
        apiKeys: [{ id: "bot", sha256, scopes: ["read", "link"] }],
        serve: { callsPerMinute: 1_000_000 },
      }),
    );
    const members = await Promise.all(
      (["receiver", "receiver", "worker", "worker"] as const).map((role) => startMember(config, role)),
    );
    undo.unshift(() => Promise.all(members.map(({ command }) => command.stop("SIGKILL"))));
    const receivers = () => members.filter(({ role, isUp }) => role === "receiver" && isUp).map(({ url }) => url);

    const made = await makeLinks(options.links, { receivers: receivers(), key });
    const paid = new Map<string, string[]>(made.map((id) => [id, []]));
    for (const paymentRequestId of made) {
      for (let turn = 0; turn < options.paymentsPerLink; turn += 1) {
        const { id } = simulator.control.pay({ paymentRequestId, outcome: "success", isForced: turn > 0 });
        paid.get(paymentRequestId)?.push(id);
      }
    }
    await simulator.control.settled();

    const posts = shuffled(Array.from({ length: options.copies }, () => box.posts).flat());
    const [receiver, , worker] = members as [Member, Member, Member];
    const accidents: readonly (readonly [at: number, happen: () => Promise<void>])[] = [
      [0.2, () => restart(worker, config)],
      [0.4, () => restart(receiver, config)],
      [0.6, () => server.halt().then(() => server.start())],
    ];
    const happening: Promise<void>[] = [];
    const answered = await postAll(posts, {
      receivers,
      width: 32,
      onProgress(taken) {
        const accident = accidents[happening.length];
        if (accident && taken >= accident[0] * posts.length) happening.push(accident[1]());
      },
    });
    if (happening.length !== accidents.length) throw new Error("Not every accident happened.");
    await Promise.all(happening);
    await target.reaches(options.links * options.paymentsPerLink, options.withinMs);
    const rows = await server.query(store, "SELECT DISTINCT row::json->>'paymentId' AS id FROM instamojo.messages");
    return {
      paid,
      answered,
      recorded: new Set(rows.map(({ id }) => String(id))),
      events: [...target.events],
      tokenCalls: simulator.ledger().calls.filter(({ path }) => path.startsWith("/oauth2/token/")).length,
    };
  } finally {
    for (const step of undo) await step();
  }
}

async function startMember(config: string, role: Member["role"]): Promise<Member> {
  const command = startBuilt(["serve", "--config", config, "--port", "0", "--role", role]);
  return { role, command, url: String((await command.ready).url), isUp: true };
}

async function restart(member: Member, config: string): Promise<void> {
  member.isUp = false;
  await member.command.stop("SIGKILL");
  // One that starts while the database is away ends at once, and whoever watches over it starts it again.
  for (let attempt = 1; !member.isUp; attempt += 1) {
    const started = await startMember(config, member.role).catch((fault: unknown) => fault as Error);
    if (!(started instanceof Error)) Object.assign(member, started);
    else if (attempt === 20) throw started;
  }
}

async function makeLinks(
  count: number,
  { receivers, key }: { readonly receivers: readonly string[]; readonly key: string },
): Promise<readonly string[]> {
  const ids: string[] = [];
  const names = Array.from({ length: count }, (_, index) => `order-${index}`);
  async function line(): Promise<void> {
    for (let reference = names.pop(); reference !== undefined; reference = names.pop()) {
      const receiver = receivers[names.length % receivers.length];
      const answer = await fetch(`${receiver}/v1/nodes/generate-payment-link/run`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ account: "shop", input: { amount: "200", purpose: "Iphone", reference } }),
      });
      const { output, error } = (await answer.json()) as { output?: { paymentRequestId: string }; error?: unknown };
      if (!output) throw new Error(`No link was made: ${JSON.stringify(error)}`);
      ids.push(output.paymentRequestId);
    }
  }
  await Promise.all(Array.from({ length: 8 }, line));
  return ids;
}

/** In an order that has nothing to do with when they were sent, the same at each run. */
function shuffled(posts: readonly Post[]): readonly Post[] {
  const all = [...posts];
  let seed = 1;
  for (let index = all.length - 1; index > 0; index -= 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    const other = seed % (index + 1);
    [all[index], all[other]] = [all[other] as Post, all[index] as Post];
  }
  return all;
}
