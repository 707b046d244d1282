import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startSimulator } from "../../src/simulator/index.ts";
import { type CrashPlan, type CrashStep, crashSteps } from "./fault-points.ts";
import { type HostProcess, hostProcesses } from "./host-processes.ts";
import { merchant } from "./host-talk.ts";
import { judge, readReceived, type Verdict } from "./judge.ts";
import type { Ledgers, StoreKind } from "./ledgers.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import { planServerCrash } from "./server-crash.ts";
import { createPost, type Message, messageOf } from "./sender.ts";
import type { Variant } from "./variants.ts";

/** One ledger, one gateway that survives, and many lives of the host program. */
export interface ChapterOptions {
  readonly program: string;
  readonly ledgers: Ledgers;
  readonly seed: number;
  readonly kills: number;
  readonly variant: Variant;
  /** Messages that wait to be sent in each life, repeats included; a kill comes before, among or after them. */
  readonly messagesPerLife: number;
}

export interface ChapterResult extends Verdict {
  readonly seed: number;
  readonly variant: Variant;
  readonly store: StoreKind;
  /** Crashes of the database server, most of them while messages came in. */
  readonly serverCrashes: number;
  /** Kills by where they hit; `random` for those by the clock. */
  readonly kills: Readonly<Record<CrashStep | "random", number>>;
  /** Messages answered 200, repeats included. */
  readonly answered: number;
  readonly milliseconds: number;
}

const linksPerLife = 5;
const sendersAtOnce = 16;
/** How long a life goes on after its last message, so that confirming and delivering are hit too. */
const graceMs = 250;
/** The last life, which nobody kills, ends when nothing came for so long: soon once every payment was told. */
const quietMs = 400;
const patienceMs: Readonly<Record<Variant, number>> = {
  sound: 60_000,
  "early-answer": 2_500,
  "no-deduplication": 2_500,
};

export async function runChapter(options: ChapterOptions): Promise<ChapterResult> {
  const { program, ledgers, seed, kills, variant, messagesPerLife } = options;
  const started = performance.now();
  const paymentsPerLife = Math.ceil(messagesPerLife / 11);
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), "instamojo-crash-"));
  const ledger = await ledgers.open(folder);
  const gateway = await startSimulator({
    clientId: merchant.clientId,
    clientSecret: merchant.clientSecret,
    salt: merchant.privateSalts[0] as string,
  });
  // Lists would tell a payment whose message was lost; here only the message may.
  gateway.control.faults({ kind: "status", status: 503, method: "GET", path: "/v2/payments/", count: 0 });
  const processes = hostProcesses(program);
  const agent = new Agent({ keepAlive: true, maxSockets: sendersAtOnce });
  const post = createPost(agent);
  const received = join(folder, "received.jsonl");
  const count = Object.fromEntries([...crashSteps, "random"].map((step) => [step, 0])) as Record<
    CrashStep | "random",
    number
  >;
  const orders = new Map<string, string>();
  const webhooks = new Map<string, string>();
  const messages: Message[] = [];
  let references: string[] = [];
  let lastReference = 0;
  let answered = 0;
  let paid = 0;
  let serverCrashes = 0;

  const start = (crash: CrashPlan | null): Promise<HostProcess> =>
    processes.start({ ledger: ledger.address, received, gateway: gateway.url, variant, crash });

  /** Asks for the links of the next life; those that a kill left unanswered are asked for again, under the same reference. */
  async function askForLinks(host: HostProcess): Promise<void> {
    while (references.length < linksPerLife) {
      lastReference += 1;
      references.push(`order-${seed}-${lastReference}`);
    }
    await Promise.all(
      references.map(async (reference) => {
        const paymentRequestId = await host.link(reference);
        if (paymentRequestId === null) return;
        orders.set(paymentRequestId, reference);
        references = references.filter((other) => other !== reference);
      }),
    );
  }

  function pay(): void {
    const ids = [...orders.keys()].slice(-3 * linksPerLife);
    if (ids.length === 0) return;
    for (let index = 0; index < paymentsPerLife; index += 1) {
      const paymentRequestId = random.pick(ids);
      const outcome = random.fraction() < 0.1 ? "failure" : "success";
      const payment = gateway.control.pay({ paymentRequestId, outcome });
      if (outcome === "success") paid += 1;
      messages.push(messageOf(payment, webhooks.get(paymentRequestId) as string, random.fraction() < 0.5));
    }
  }

  /** What is sent in one life: all that is unanswered, and repeats of what may come again. */
  function load(): Message[] {
    const unanswered = messages.filter((message) => !message.isAnswered);
    const again = messages.slice(-4 * paymentsPerLife).filter((message) => message.comesAgain);
    const repeats = Array.from({ length: Math.max(0, messagesPerLife - unanswered.length) }, () =>
      again.length > 0 ? [random.pick(again)] : [],
    );
    return random.shuffled([...unanswered, ...repeats.flat()]);
  }

  async function send(host: HostProcess, port: number, load: readonly Message[], onAnswer: () => void): Promise<void> {
    const queue = load.values();
    const worker = async (): Promise<void> => {
      for (const message of queue) {
        if (host.isDead()) return;
        if ((await post(port, message)) !== 200) continue;
        message.isAnswered = true;
        answered += 1;
        onAnswer();
      }
    };
    await Promise.all(Array.from({ length: sendersAtOnce }, worker));
  }

  async function liveAndDie(life: number): Promise<void> {
    pay();
    const due = load();
    const accident = planServerCrash(ledger, { life, messages: due.length, random });
    const crash = planOf(random, { variant, messages: due.length, payments: paymentsPerLife });
    const killAt = crash ? Number.POSITIVE_INFINITY : random.whole(1, Math.max(1, due.length));
    const delay = random.whole(0, 40) / 10;
    const host = await start(crash);
    const port = await host.listening;
    let isKilled = false;
    const kill = (): void => {
      if (host.isDead()) return;
      isKilled = true;
      host.kill();
    };
    if (port !== null) {
      let answers = 0;
      const links = askForLinks(host);
      await send(host, port, due, () => {
        answers += 1;
        if (answers === killAt) setTimeout(kill, delay);
        if (accident.isDue(answers)) accident.happen().catch(() => {});
      });
      if (accident.hasBegun()) {
        await accident.happen();
        const left = due.filter((message) => !message.isAnswered);
        await send(host, port, left, () => {});
      }
      if (due.length === 0) await links;
      if (!host.isDead()) await Promise.race([host.died, pause(crash ? graceMs : random.whole(0, graceMs))]);
      kill();
      await links;
    }
    await host.died;
    await accident.happen();
    if (accident.isPlanned) serverCrashes += 1;
    count[isKilled || !crash ? "random" : crash.step] += 1;
    noteWebhooks();
  }

  /** The callback address that the gateway was given with each link. */
  function noteWebhooks(): void {
    if ([...orders.keys()].every((id) => webhooks.has(id))) return;
    for (const { id, webhook } of gateway.ledger().paymentRequests) if (webhook !== null) webhooks.set(id, webhook);
  }

  /** The last life: every message is answered in the end, and what is due gets done. */
  async function finish(): Promise<void> {
    const host = await start(null);
    const port = await host.listening;
    if (port === null) throw new Error("The host program died although nobody killed it.");
    for (let round = 0; round < 20 && messages.some((message) => !message.isAnswered); round += 1) {
      const left = messages.filter((message) => !message.isAnswered);
      await send(host, port, left, () => {});
    }
    let seen = -1;
    let quietSince = performance.now();
    for (;;) {
      const now = readReceived(received);
      if (now.length !== seen) quietSince = performance.now();
      seen = now.length;
      const told = new Set(now.filter(({ status }) => status === "Completed").map(({ paymentId }) => paymentId));
      const quiet = performance.now() - quietSince;
      if (quiet > (told.size >= paid ? quietMs : patienceMs[variant])) break;
      await pause(100);
    }
    host.kill();
    await host.died;
  }

  try {
    for (let life = 0; life < kills; life += 1) await liveAndDie(life);
    await finish();
    const verdict = judge(gateway.ledger(), readReceived(received), orders);
    const milliseconds = Math.round(performance.now() - started);
    return { seed, variant, store: ledgers.kind, kills: count, serverCrashes, answered, milliseconds, ...verdict };
  } finally {
    agent.destroy();
    await processes.close();
    await gateway.close();
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The steps that come once for each message; the others come once for each payment. */
const perMessage: readonly CrashStep[] = ["before-write", "written", "committed", "answered"];

interface PlanOptions {
  readonly variant: Variant;
  readonly messages: number;
  readonly payments: number;
}

/** Where a life ends; null leaves it to the clock. */
function planOf(random: SeededRandom, { variant, messages, payments }: PlanOptions): CrashPlan | null {
  // What is answered too early is lost by a kill right after the answer.
  if (variant === "early-answer")
    return { step: "answered", nth: random.whole(1, Math.max(1, Math.ceil(messages / 2))) };
  if (random.fraction() < 0.2) return null;
  const step = random.pick(crashSteps);
  return { step, nth: random.whole(1, Math.max(1, perMessage.includes(step) ? messages : payments)) };
}
