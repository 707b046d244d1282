import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../schemas/generate-payment-link.ts";
import type { PaymentRequest } from "../../schemas/wire/payment-request.ts";
import type { Clock } from "../runtime/clock.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { Host } from "../runtime/host.ts";
import { parsePaise } from "../runtime/money.ts";
import type { RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { newTag, tagOf } from "./callbacks.ts";
import { differingField } from "./differing-field.ts";
import type { KeyQueue } from "./key-queue.ts";
import { linkAddresses } from "./link-addresses.ts";
import { createBody, linkOutput, replyMismatch } from "./link-reply.ts";
import { maskResponse } from "./mask-response.ts";
import type { Session } from "./sessions.ts";
import type { Settler } from "./settle.ts";

/** What one run of a node brings along. */
export interface Run {
  readonly session: Session;
  /** Id of the node: the same key on another kind of node is another operation. */
  readonly node: string;
  /** The host's default key, or undefined for a run that is its own operation. */
  readonly key: string | undefined;
  readonly correlation: unknown;
}

export interface Links {
  create(run: Run, input: GeneratePaymentLinkInput): Promise<GeneratePaymentLinkOutput>;
  /** Takes a link of ours that the gateway has, and the ledger has not, into the ledger; null when it is not ours. */
  adopt(session: Session, found: PaymentRequest): Promise<RequestRow | null>;
}

export interface LinksOptions {
  readonly host: Pick<Host, "publicUrl" | "localUrl" | "callbackOrigins">;
  readonly store: Store;
  readonly settler: Settler;
  readonly clock: Clock;
  readonly queue: KeyQueue;
}

/** How many links are looked through to find an unanswered one again: the gateway's largest page. */
const adoptionPage = { page: 1, limit: 500 } as const;

/** A link that can still be paid; a default key gives no other link back. */
const payable = ["Pending", "Processing", "Failed"];

export function createLinks({ host, store, settler, clock, queue }: LinksOptions): Links {
  async function created(request: RequestRow, reply: PaymentRequest): Promise<RequestRow> {
    const response = maskResponse(reply);
    const link = { paymentRequestId: reply.id, link: reply.longurl, response };
    const occurredAt = reply.created_at ?? new Date(clock.now()).toISOString();
    await settler.settle(request.tag, { kind: "link-made", link }, { source: "action", occurredAt, raw: response });
    return (await store.requestByTag(request.tag)) as RequestRow;
  }

  async function replace(request: RequestRow, changes: Partial<RequestRow>): Promise<void> {
    await store.commit({ request: { ...request, ...changes, version: request.version + 1 } });
  }

  /** Looks for an unanswered link by its tag. Not finding it proves nothing: the row stays, and is adopted later. */
  async function find(session: Session, request: RequestRow): Promise<RequestRow | null> {
    const page = session.gateway.listPaymentRequests(adoptionPage);
    const { payment_requests: listed } = await page.catch((thrown: unknown) => {
      const message = "An earlier run may have made this link, and Instamojo cannot be asked now.";
      throw new FlowError("outcome_unknown", message, { cause: thrown });
    });
    const found = listed.find((row) => tagOf(row.webhook) === request.tag || tagOf(row.redirect_url) === request.tag);
    return found ? created(request, found) : null;
  }

  async function make(
    { session, correlation }: Run,
    key: string,
    input: GeneratePaymentLinkInput,
  ): Promise<RequestRow> {
    const { account, row, gateway } = session;
    const tag = newTag();
    const addresses = linkAddresses({
      host,
      account: account.name,
      token: row.callbackToken,
      tag,
      statusCallbackUrl: input.statusCallbackUrl,
      redirectUrl: input.redirectUrl,
    });
    const now = clock.now();
    const { request } = await store.addRequest({
      tag,
      account: account.name,
      environment: session.environment,
      generation: row.generation,
      key,
      isCurrent: true,
      input,
      reference: input.reference ?? null,
      correlation: correlation ?? null,
      amountPaise: parsePaise(input.amount) as number,
      stage: "asking",
      paymentRequestId: null,
      link: null,
      response: null,
      status: "Pending",
      sequence: 0,
      deadlineAt: input.expiresAfter === undefined ? null : now + input.expiresAfter * 60_000,
      closedFor: null,
      hasWebhook: addresses.webhook !== undefined,
      createdAt: now,
      nextReadAt: null,
      version: 1,
    });
    const reply = await gateway.createPaymentRequest(createBody(input, addresses)).catch(async (thrown: unknown) => {
      const isRefused = isFlowError(thrown) && thrown.outcome === "not-applied";
      await replace(request, isRefused ? { stage: "refused", isCurrent: false } : { stage: "unknown" });
      throw thrown;
    });
    const mismatch = replyMismatch(request, reply, account.baseUrl);
    if (mismatch) {
      await replace(request, { stage: "unknown" });
      throw new FlowError("outcome_unknown", `Instamojo made a link, but ${mismatch} is not what was asked for.`);
    }
    return created(request, reply).catch((thrown: unknown) => {
      const message = "The link was made, but the ledger could not be written.";
      throw new FlowError("outcome_unknown", message, { cause: thrown });
    });
  }

  async function createUnderKey(
    run: Run,
    key: string,
    input: GeneratePaymentLinkInput,
  ): Promise<GeneratePaymentLinkOutput> {
    const known = await store.requestByKey(run.session.row, key);
    if (!known) return linkOutput(await make(run, key, input), false);
    const field = differingField(known.input, input);
    if (field !== null) throw keyReused(input, field);
    if (known.stage === "open") {
      if (input.reference !== undefined || payable.includes(known.status)) return linkOutput(known, true);
    } else {
      const found = await find(run.session, known);
      if (found) return linkOutput(found, true);
    }
    await replace(known, { isCurrent: false });
    return linkOutput(await make(run, key, input), false);
  }

  return {
    create(run, input) {
      const own = input.reference !== undefined ? `reference:${input.reference}` : `key:${run.key ?? newTag()}`;
      const key = `${run.node} ${own}`;
      return queue.run(`link ${run.session.account.name} ${key}`, () => createUnderKey(run, key, input));
    },
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

function keyReused(input: GeneratePaymentLinkInput, field: string): FlowError {
  const name = input.reference === undefined ? "This key" : `The reference ${JSON.stringify(input.reference)}`;
  return new FlowError("operation_key_reused", `${name} was used before with another value of ${field}.`);
}
