import type { OperatorCommand } from "../operator/commands.ts";
import type { LoadedConfig } from "../config.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { LedgerReader } from "../store/ledger-reader.ts";
import type { callOwner, OwnerAnswer } from "../store/owner-socket.ts";
import { type Command, type ExitCode, readArguments, type Terminal, UsageError } from "./command.ts";
import { readConfiguration, readManifest, requireKnownAccount } from "./configuration.ts";
import { listTable, storyText } from "./payments-text.ts";

const help = `instamojo-flow payments: what happened to a payment, and what a person decides about it

Usage: instamojo-flow payments list [TEXT] --config F [--account A] [--status S] [--limit N]
       instamojo-flow payments show ID --config F [--unmask]
       instamojo-flow payments held --config F
       instamojo-flow payments redeliver EVENT --config F --by NAME
       instamojo-flow payments resolve REFUND --config F --by NAME --reason TEXT (--case C | --not-booked)
       instamojo-flow payments accept MESSAGE --config F --by NAME --reason TEXT
       instamojo-flow payments dismiss MESSAGE --config F --by NAME --reason TEXT
       instamojo-flow payments recheck MESSAGE --config F
       instamojo-flow payments forget ID --config F --by NAME --reason TEXT

  list       the newest payments; TEXT is an id, or part of the reference or purpose
  show       one payment from asked to delivered; ID is the id of a payment request, payment, refund or event
  held       what waits for a person: quarantined and parked messages, parked and unclaimed events, unknown refunds
  redeliver  delivers an event once more to every flow it was for
  resolve    says whether a refund was booked of which nobody knows; REFUND is its unique transaction id.
             Look into the Instamojo dashboard first. The refund is never sent again, whatever you say
  accept     says that a quarantined payment is good; it is read once more first
  dismiss    says that a held message starts nothing
  recheck    asks Instamojo about a held message again now, and not only when its time comes
  forget     erases names, mails, phones and conversation of a payment; ids, amounts and states stay

Options:
  --config F     configuration file with the accounts and the ledger
  --account A    only this account
  --status S     Pending, Processing, Completed, Failed, Refunded or Cancelled
  --limit N      lines of the list, 1 to 500 (default 50)
  --before N     goes on where an earlier list ended (its "before")
  --unmask       shows names, mails and phones as they are
  --by NAME      who decides; kept in the timeline
  --reason TEXT  why; kept in the timeline
  --case C       id of the refund case that Instamojo shows
  --not-booked   Instamojo shows no case for this refund, and none will come
  --json         one JSON document instead of text

While a server owns the ledger, reading goes on beside it and decisions are handed to it.
Exit codes: 0 done; 1 it could not be done; 2 wrong usage or configuration;
3 the server broke off: look at the payment before you repeat it.

Example:
  instamojo-flow payments list order-1001 --config config.json`;

const actions = ["list", "show", "held", "redeliver", "resolve", "accept", "dismiss", "recheck", "forget"] as const;
type Action = (typeof actions)[number];

/** What stands after the action, and the field of the command that takes it. */
const subjects: Readonly<Partial<Record<Action, { readonly word: string; readonly field: string }>>> = {
  show: { word: "the id of a payment request, payment, refund or event", field: "id" },
  redeliver: { word: "the id of an event", field: "eventId" },
  resolve: { word: "the unique transaction id of a refund", field: "transactionId" },
  accept: { word: "the id of a held message", field: "messageId" },
  dismiss: { word: "the id of a held message", field: "messageId" },
  recheck: { word: "the id of a held message", field: "messageId" },
  forget: { word: "the id of a payment request, payment, refund or event", field: "id" },
};

const textOptions = {
  config: { type: "string" },
  account: { type: "string" },
  status: { type: "string" },
  limit: { type: "string" },
  before: { type: "string" },
  by: { type: "string" },
  reason: { type: "string" },
  case: { type: "string" },
} as const;
const switches = ["--json", "--unmask", "--not-booked"] as const;

type Options = { readonly [Name in keyof typeof textOptions]?: string };
type Switches = ReadonlySet<string>;

export const paymentsCommand: Command = {
  name: "payments",
  summary: "shows what happened to a payment, and takes decisions about it",
  help,
  async run(args, terminal) {
    const on: Switches = new Set(switches.filter((name) => args.includes(name)));
    const rest = args.filter((arg) => !(switches as readonly string[]).includes(arg));
    const action = actions.find((known) => known === rest[0]);
    if (!action) {
      const hint = `The actions are: ${actions.join(", ")}. Type "instamojo-flow payments --help".`;
      throw new UsageError(rest[0] === undefined ? hint : `payments cannot ${JSON.stringify(rest[0])}. ${hint}`);
    }
    const subject = subjects[action];
    const isListOf = action === "list" && rest[1] !== undefined && !rest[1].startsWith("--");
    const { options, words } = readArguments({ name: "payments" }, rest.slice(1), {
      options: textOptions,
      words: subject ? [subject.word] : isListOf ? ["what to look for"] : [],
    });
    try {
      return await act(action, { options, on, word: words[0] ?? "", terminal });
    } catch (error) {
      if (!isFlowError(error)) throw error;
      terminal.note(`${error.message} ${error.remedy}`);
      return error.outcome === "unknown" && error.code === "store_unavailable" ? 3 : 1;
    }
  },
};

interface Given {
  readonly options: Options;
  readonly on: Switches;
  readonly word: string;
  readonly terminal: Terminal;
}

async function act(action: Action, given: Given): Promise<ExitCode> {
  switch (action) {
    case "list":
      return list(given);
    case "show":
      return showOne(given);
    case "held":
      return listHeld(given);
    default:
      return decide(action, given);
  }
}

/** Reads the ledger beside the servers that work on it. */
async function reading<T>(
  { options, terminal }: Given,
  work: (ledger: LedgerReader, config: LoadedConfig) => Promise<T>,
): Promise<T> {
  const config = readConfiguration(options, terminal);
  if (config.storeFile !== undefined) {
    const { openLedgerReader } = await import("../store/ledger-reader.ts");
    return work(openLedgerReader(config.storeFile), config);
  }
  const { openPostgresStore } = await import("../store/open-postgres.ts");
  const store = await openPostgresStore({ url: config.storeUrl as string });
  return work(store, config).finally(() => store.close());
}

async function list(given: Given): Promise<ExitCode> {
  const { options, on, word, terminal } = given;
  const { findPayments } = await import("../operator/find-payments.ts");
  const { paymentStatuses } = await import("../../schemas/payment-fields.ts");
  const status = paymentStatuses.find((known) => known.toLowerCase() === options.status?.toLowerCase());
  if (options.status !== undefined && !status) {
    throw new UsageError(`There is no status ${JSON.stringify(options.status)}: ${paymentStatuses.join(", ")}.`);
  }
  const page = await reading(given, (ledger, config) =>
    findPayments(ledger, {
      limit: readCount(options.limit ?? "50", "limit", 500),
      ...(word === "" ? {} : { text: word }),
      ...(options.account === undefined ? {} : { account: requireKnownAccount(config, options.account) }),
      ...(status ? { status } : {}),
      ...(options.before === undefined ? {} : { before: readCount(options.before, "before", Number.MAX_SAFE_INTEGER) }),
    }),
  );
  if (on.has("--json")) terminal.out(JSON.stringify(page));
  else for (const line of listTable(page)) terminal.out(line);
  return 0;
}

async function showOne(given: Given): Promise<ExitCode> {
  const { on, word, terminal } = given;
  const { openPayment } = await import("../operator/find-payments.ts");
  const view = await reading(given, (ledger) => openPayment(ledger, word, { isMasked: !on.has("--unmask") }));
  if (on.has("--json")) terminal.out(JSON.stringify(view));
  else for (const line of storyText(view)) terminal.out(line);
  return 0;
}

async function listHeld(given: Given): Promise<ExitCode> {
  const { on, terminal } = given;
  const { heldLines } = await import("../operator/views.ts");
  const { heldTable } = await import("./payments-text.ts");
  const held = heldLines(await reading(given, (ledger) => ledger.held(500)));
  if (on.has("--json")) terminal.out(JSON.stringify({ held }));
  else for (const line of heldTable(held)) terminal.out(line);
  return 0;
}

/** Hands the decision to the owner of the ledger, or takes it here where nobody owns it. */
async function decide(action: OperatorCommand, { options, on, word, terminal }: Given): Promise<ExitCode> {
  const config = readConfiguration(options, terminal);
  const by = options.by ?? "";
  if (by === "" && action !== "recheck")
    throw new UsageError("--by is missing. Say who decides, for example: --by John");
  const isReasonNeeded = action !== "redeliver" && action !== "recheck";
  if (isReasonNeeded && !options.reason) throw new UsageError("--reason is missing. Say why; it is kept.");
  const outcome = on.has("--not-booked") ? "not-booked" : "booked";
  if (action === "resolve" && (options.case === undefined) === (outcome === "booked")) {
    throw new UsageError("Say what Instamojo shows: either --case with the id of the refund case, or --not-booked.");
  }
  const args = {
    [subjects[action as Action]?.field ?? "id"]: word,
    by,
    reason: options.reason ?? "",
    ...(action === "resolve" ? { outcome, caseId: options.case ?? "", account: options.account ?? "" } : {}),
  };
  // A database has no owner: anybody may write it.
  const answer: OwnerAnswer =
    config.storeFile === undefined ? { kind: "no-owner" } : await askOwner(config.storeFile, action, args);
  const result = answer.kind === "answer" ? answer.result : await decideHere(action, args, { config, terminal });
  if (on.has("--json")) terminal.out(JSON.stringify(result));
  else terminal.out(`Done: ${action} ${word}${by === "" ? "" : `, by ${by}`}.`);
  return 0;
}

async function askOwner(...call: Parameters<typeof callOwner>): Promise<OwnerAnswer> {
  return (await import("../store/owner-socket.ts")).callOwner(...call);
}

async function decideHere(
  action: OperatorCommand,
  args: Readonly<Record<string, unknown>>,
  { config, terminal }: { readonly config: LoadedConfig; readonly terminal: Terminal },
): Promise<unknown> {
  const { openPlugin } = await import("./open-plugin.ts");
  const plugin = await openPlugin({ config, manifest: readManifest(), terminal });
  try {
    return await plugin.operator.commands[action](args);
  } finally {
    await plugin.close();
  }
}

function readCount(text: string, name: string, most: number): number {
  const count = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= most) return count;
  throw new UsageError(`--${name} must be a number from 1 to ${most}, not ${JSON.stringify(text)}.`);
}
