import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../schemas/generate-payment-link.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import { conversationLimits } from "../runtime/conversation-limits.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { Host, WaitPlace } from "../runtime/host.ts";
import { qrCode } from "../messages/qr-code.ts";
import type { RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { WaitWithMessage } from "../store/wait-rows.ts";
import { newTag, tagOf } from "./callbacks.ts";
import { conversationCap, limitReached } from "./conversation-cap.ts";
import { differingField } from "./differing-field.ts";
import { findLink } from "./find-link.ts";
import type { GatewayTime } from "./gateway-time.ts";
import type { KeyQueue } from "./key-queue.ts";
import { linkAddresses } from "./link-addresses.ts";
import { linkDeadline } from "./link-deadline.ts";
import { type Asked, keyReused, linkIntent, type NewWait, waitFor, withoutPersonal } from "./link-intent.ts";
import { createBody, linkOutput, replyMismatch } from "./link-reply.ts";
import { maskResponse } from "./mask-response.ts";
import type { Session } from "./sessions.ts";
import type { KnownToStand, Settler } from "./settle.ts";

/** What one run of a node brings along. */
export interface Run {
  readonly session: Session;
  /** Id of the node: the same key on another kind of node is another operation. */
  readonly node: string;
  /** The host's default key, or undefined for a run that is its own operation. */
  readonly key: string | undefined;
  readonly correlation: unknown;
  /** Where a run of a node that waits goes on. */
  readonly wait?: WaitPlace | undefined;
}

/** A link that was made now, or under the same key before. */
export interface MadeLink {
  readonly request: RequestRow;
  readonly replayed: boolean;
  /** Whether it is this run that waits for the link; an earlier run of the same key may do so already. */
  readonly isAwaited: boolean;
}

export interface Links {
  create(run: Run, input: GeneratePaymentLinkInput): Promise<GeneratePaymentLinkOutput>;
  /** The same for a run that waits for the link: its wait is stored together with the intent. */
  createAwaited(run: Run, input: GeneratePaymentLinkInput, wait: NewWait): Promise<MadeLink>;
  /** Takes a link of ours that the gateway has, and the ledger has not, into the ledger; null when it is not ours. */
  adopt(session: Session, found: PaymentRequest): Promise<RequestRow | null>;
}

export interface LinksOptions {
  readonly host: Pick<Host, "publicUrl" | "localUrl" | "callbackOrigins" | "limits">;
  readonly store: Store;
  readonly settler: Settler;
  readonly clock: Clock;
  readonly queue: KeyQueue;
  /** The gateway's clock, on which deadlines run; ours where it is left out. */
  readonly gatewayTime?: Pick<GatewayTime, "now" | "isKnown" | "observe">;
}

/** The row that answers for a key, and whether it was added now. */
interface Made {
  readonly request: RequestRow;
  readonly isNew: boolean;
}

/** How often a key is looked up anew when its row has moved on. */
const maxRounds = 5;

/** A link that can still be paid; a default key gives no other link back. */
const payable = ["Pending", "Processing", "Failed"];

function notWritten(cause: unknown): never {
  throw new FlowError("outcome_unknown", "The link was made, but the ledger could not be written.", { cause });
}

export function createLinks({ host, store, settler, clock, queue, gatewayTime }: LinksOptions): Links {
  const limits = conversationLimits(host.limits);

  /** Takes the link that the gateway answered with into the ledger; a request made just now is known to stand. */
  async function created(of: RequestRow | KnownToStand, reply: PaymentRequest): Promise<RequestRow> {
    const request = "request" in of ? of.request : of;
    const response = maskResponse(reply);
    const deadlineAt = linkDeadline(request, reply, { clock, gatewayTime });
    const link = { paymentRequestId: reply.id, link: reply.longurl, response, deadlineAt };
    const occurredAt = reply.created_at ?? new Date(clock.now()).toISOString();
    const told = { source: "action", occurredAt, raw: response } as const;
    const settling = settler.settle("request" in of ? of : of.tag, { kind: "link-made", link }, told);
    // The picture of the link is drawn while the disk syncs, so after the commit has been handed to the ledger's thread.
    setImmediate(() => void qrCode(reply.longurl));
    return (await settling).request;
  }

  /** False when the row has moved on meanwhile: a webhook may have brought the link that was missing. */
  function change(request: RequestRow, changes: Partial<RequestRow>, wait?: WaitWithMessage): Promise<boolean> {
    const changed = { ...request, ...changes, version: request.version + 1 };
    return store.commit({ request: changed, ...(wait ? { wait } : {}) });
  }

  /**
   * Nobody can say whether the link was made; from now on it is looked for by its tag, and no run waits for it. Returns
   * the link where it was found meanwhile.
   */
  async function becameUnknown(request: RequestRow, wait?: NewWait): Promise<RequestRow | null> {
    let latest = request;
    for (let round = 0; round < maxRounds; round += 1) {
      if (latest.stage === "open") return latest;
      if (await change(latest, { stage: "unknown" }, wait && waitFor(latest, wait, "error"))) return null;
      latest = (await store.requestByTag(request.tag)) ?? latest;
    }
    return null;
  }

  /**
   * Lets this run wait for a link that an earlier one asked for without getting it. False when the row has moved on
   * meanwhile.
   */
  async function rejoin(request: RequestRow, wait: NewWait): Promise<boolean> {
    wait.onTag(request.tag);
    return change(request, {}, waitFor(request, wait));
  }

  /** Looks for an unanswered link by its tag. Not finding it proves nothing: the row stays, and is adopted later. */
  async function find(session: Session, request: RequestRow): Promise<RequestRow | null> {
    const found = await findLink(session, request);
    return found && created(request, found);
  }

  /** Makes the link unless another row answers for its key: then that one comes back, and nothing was asked for. */
  async function make({ session, correlation }: Run, key: string, asked: Asked): Promise<Made> {
    const { account, row, gateway } = session;
    const { input, wait, replaces } = asked;
    const tag = newTag();
    wait?.onTag(tag);
    const addresses = linkAddresses({
      host,
      account: account.name,
      token: row.callbackToken,
      tag,
      statusCallbackUrl: input.statusCallbackUrl,
      redirectUrl: input.redirectUrl,
    });
    const intent = linkIntent({ session, correlation, key, tag, replaces, input, addresses, now: clock.now() });
    const cap = conversationCap(correlation, limits);
    const waiting = wait && waitFor(intent, wait);
    const [{ request, isNew, full }, isActive] = await Promise.all([
      store.addRequest(intent, waiting, cap),
      store.isActive(account.name),
    ]);
    if (full) throw limitReached(full, limits);
    if (!isNew) return { request, isNew };
    try {
      const reply = await gateway.createPaymentRequest(createBody(input, addresses));
      const mismatch = replyMismatch(request, reply, account.baseUrl);
      const madeNow = { request, payments: [], refunds: [], ...(waiting ? { wait: waiting } : {}), isActive };
      if (!mismatch) return { request: await created(madeNow, reply).catch(notWritten), isNew };
      throw new FlowError("outcome_unknown", `Instamojo made a link, but ${mismatch} is not what was asked for.`);
    } catch (thrown) {
      const isRefused = isFlowError(thrown) && thrown.outcome === "not-applied";
      // The key stays with a refused replacement: what it was to replace may exist.
      const refused = { stage: "refused", isCurrent: replaces !== undefined, nextReadAt: null } as const;
      if (isRefused) await change(request, refused, wait && waitFor(request, wait, "error"));
      // A ledger that fails now does not make known what is unknown.
      const found = isRefused ? null : await becameUnknown(request, wait).catch(() => null);
      if (found) return { request: found, isNew };
      throw thrown;
    }
  }

  function createUnderKey(run: Run, asked: Asked): Promise<MadeLink> {
    const { reference } = asked.input;
    const own = reference !== undefined ? `reference:${reference}` : `key:${run.key ?? newTag()}`;
    const key = `${run.node} ${own}`;
    return queue.run(`link ${run.session.account.name} ${key}`, async () => {
      for (let round = 0; round < maxRounds; round += 1) {
        const made = await tryUnderKey(run, key, asked);
        if (made) return made;
      }
      throw new FlowError("store_unavailable", "Too many changes of one link came at the same time.");
    });
  }

  /**
   * Asks for a new link first, because most keys are new; the ledger answers with the one that has the key already. Null
   * when the ledger moved on meanwhile and has to be asked again.
   */
  async function tryUnderKey(run: Run, key: string, asked: Asked): Promise<MadeLink | null> {
    const { input, wait } = asked;
    const { request: known, isNew } = await make(run, key, asked);
    if (isNew) return { request: known, replayed: false, isAwaited: wait !== undefined };
    const now = known.isForgotten ? withoutPersonal(input) : input;
    // A customer who changes the language asks for no other link.
    const field = differingField({ ...known.input, language: now.language }, { language: undefined, ...now });
    if (field !== null) throw keyReused(input, field);
    if (known.stage === "open") {
      const isGivenBack = input.reference !== undefined || payable.includes(known.status);
      if (isGivenBack) return giveBack(known, wait);
    } else {
      const found = await find(run.session, known).catch((thrown: unknown) => {
        const message = "An earlier run may have made this link, and Instamojo cannot be asked now.";
        throw new FlowError("outcome_unknown", message, { cause: thrown });
      });
      if (found) return giveBack(found, wait, true);
    }
    if (known.stage !== "open") return makeInstead(run, key, { ...asked, replaces: known.tag });
    return (await change(known, { isCurrent: false })) ? makeInstead(run, key, asked) : null;
  }

  /** A link that is there already. Its wait is another run's, unless that one never got the link. */
  async function giveBack(request: RequestRow, wait?: NewWait, isNewHere = false): Promise<MadeLink | null> {
    const given = { request, replayed: true, isAwaited: false };
    if (!wait || !payable.includes(request.status)) return given;
    if (!isNewHere && (await store.waitByTag(request.tag))?.ending !== "error") return given;
    return (await rejoin(request, wait)) ? { ...given, isAwaited: true } : null;
  }

  /** A new link where another one had the key; null when a third one took it meanwhile. */
  async function makeInstead(run: Run, key: string, asked: Asked): Promise<MadeLink | null> {
    const { request, isNew } = await make(run, key, asked);
    return isNew ? { request, replayed: false, isAwaited: asked.wait !== undefined } : null;
  }

  return {
    async create(run, input) {
      const { request, replayed } = await createUnderKey(run, { input });
      return linkOutput(request, replayed);
    },
    createAwaited: (run, input, wait) => createUnderKey(run, { input, wait }),
    async adopt(session, found) {
      const tag = tagOf(found.webhook) ?? tagOf(found.redirect_url);
      const request = tag === null ? null : await store.requestByTag(tag);
      if (!request || request.account !== session.account.name || request.environment !== session.environment)
        return null;
      if (request.stage === "open") return request.paymentRequestId === found.id ? request : null;
      return replyMismatch(request, found, session.account.baseUrl) ? null : created(request, found);
    },
  };
}
